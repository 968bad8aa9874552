"""Adding by an image that was pasted, and by a file of logins."""

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from console.models import Team, User
from registries import sealing
from registries.models import Connection, Draft
from tests.conftest import CANARY
from tests.registries.flavor_table import KEY

People = Callable[[User], Client]
ADD = "/teams/northwind/containers/add/"
IMPORT = "/teams/northwind/containers/import/"


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def value_of(response: Any, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', response.content.decode())
    value = re.search(r'value="([^"]*)"', found[0]) if found else None
    return value[1] if value else ""


# An image ----------------------------------------------------------------------------------------------------------


def test_an_image_finds_the_flavor_and_says_what_it_read(team: Team, bob: User, signed_in: People) -> None:
    image = "us-west1-docker.pkg.dev/northwind-ml/training/ranker:2.4"

    page = signed_in(bob).post(ADD, {"ref": f" docker pull {image}\n"})

    for words in ("Google Artifact Registry", "Region us-west1", "Project northwind-ml", "Repository training"):
        assert words in text_of(page)
    assert "Test image ranker:2.4" in text_of(page)
    assert f"{ADD}gcp/?image=us-west1-docker.pkg.dev%2Fnorthwind-ml%2Ftraining%2Franker%3A2.4" in page.content.decode()


def test_htmx_gets_the_part_alone(team: Team, bob: User, signed_in: People) -> None:
    part = signed_in(bob).post(ADD, {"ref": "ghcr.io/acme/web:1"}, headers={"HX-Request": "true"}).content.decode()

    assert part.lstrip().startswith('<div class="found">')
    assert "<html" not in part


def test_the_form_is_filled_and_says_what_is_missing(team: Team, bob: User, signed_in: People) -> None:
    page = signed_in(bob).get(f"{ADD}gcp/", {"image": "us-west1-docker.pkg.dev/northwind-ml/training/ranker:2.4"})

    filled = {name: value_of(page, name) for name in ("name", "region", "project", "repository", "test_image")}
    assert filled == {
        "name": "gcp-training", "region": "us-west1", "project": "northwind-ml", "repository": "training",
        "test_image": "us-west1-docker.pkg.dev/northwind-ml/training/ranker:2.4",
    }  # fmt: skip
    assert "Filled in from your image. Only the service account JSON key is missing." in text_of(page)
    assert "Address us-west1-docker.pkg.dev/northwind-ml/training" in text_of(page)


def test_a_suggested_name_is_free(team: Team, bob: User, connection: Connection, signed_in: People) -> None:
    connection.team.connections.filter(pk=connection.pk).update(name="GITHUB-acme")

    page = signed_in(bob).get(f"{ADD}github/", {"image": "ghcr.io/acme/web:1"})

    assert value_of(page, "name") == "github-acme-2"


def test_an_unknown_host_leads_to_other_or_to_a_form_for_ones_own_host(team: Team, bob: User, signed_in: People) -> None:
    client = signed_in(bob)
    image = "registry.example.com:5000/team/sub/app:1"

    page = client.post(ADD, {"ref": image})
    other = client.get(f"{ADD}other/", {"image": image})
    harbor = client.get(f"{ADD}harbor/", {"image": image})

    assert "Another registry" in text_of(page)
    assert "open that form instead: GitLab, Quay, JFrog, Harbor." in text_of(page)
    assert (value_of(other, "url"), value_of(other, "namespace")) == ("https://registry.example.com:5000", "team/sub")
    assert (value_of(harbor, "registry"), value_of(harbor, "namespace")) == ("registry.example.com:5000", "team")


@pytest.mark.parametrize(
    "image", ["evil.example/acme/web:1", "ghcr.io.evil.example/acme/web", "not an image", "", "x" * 9000]
)
def test_an_image_of_another_host_fills_no_form(image: str, team: Team, bob: User, signed_in: People) -> None:
    page = signed_in(bob).get(f"{ADD}github/", {"image": image})

    assert page.status_code == 200
    assert (value_of(page, "namespace"), value_of(page, "test_image")) == ("", "")
    assert "Filled in" not in text_of(page)


@pytest.mark.parametrize(
    "pasted",
    [
        f"docker login -u u -p {CANARY} ghcr.io", json.dumps({"auths": {"ghcr.io": {"password": CANARY}}}),
        f"{CANARY}!", f"-----BEGIN PRIVATE KEY-----\n{CANARY}", "\x00", "ghcr.io/" + "a" * 3000, "Ghcr.io/O/I",
    ],
)  # fmt: skip
def test_what_is_no_image_gets_an_answer_and_is_not_shown_again(
    pasted: str, team: Team, bob: User, signed_in: People
) -> None:
    page = signed_in(bob).post(ADD, {"ref": pasted})

    assert page.status_code in (200, 400)
    assert CANARY not in page.content.decode()
    if page.status_code == 200:
        assert "or choose a registry below" in text_of(page)


def test_an_official_image_needs_no_login_and_the_page_says_so(team: Team, bob: User, signed_in: People) -> None:
    page = signed_in(bob).post(ADD, {"ref": "ubuntu:22.04"})

    assert "An official image of Docker Hub, which pulls without a login." in text_of(page)


# A file of logins --------------------------------------------------------------------------------------------------


def packed(username: str, password: str) -> str:
    return base64.b64encode(f"{username}:{password}".encode()).decode()


CONFIG = json.dumps(
    {
        "auths": {
            "ghcr.io": {"auth": packed("octocat", f"{CANARY}-github")},
            "https://index.docker.io/v1/": {"auth": packed("northwindci", f"{CANARY}-hub")},
            "us-west1-docker.pkg.dev": {"auth": packed("_json_key", KEY.replace("\n", ""))},
            "registry.example.com:5000": {"username": "puller", "password": f"{CANARY}-other"},
        },
        "credHelpers": {"123456789012.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login"},
    }
)


def read(client: Client, content: str = CONFIG) -> list[Draft]:
    """Post a file, and return the drafts that came of it."""
    response = client.post(IMPORT, {"content": content})
    assert (response.status_code, response.headers["Location"]) == (302, IMPORT)
    return list(Draft.objects.order_by("pk"))


def test_each_login_in_a_file_becomes_a_draft(team: Team, bob: User, signed_in: People) -> None:
    client = signed_in(bob)

    drafts = read(client)
    page = client.get(IMPORT)

    assert [(draft.flavor, draft.address, bool(draft.kept)) for draft in drafts] == [
        ("github", "ghcr.io", True),
        ("dockerhub", "docker.io", True),
        ("gcp", "us-west1-docker.pkg.dev", True),
        ("other", "registry.example.com:5000", True),
        ("aws", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", False),
    ]
    assert "5 logins wait for review" in text_of(page)
    assert "docker-credential-ecr-login fetches this login on the machine itself" in text_of(page)
    assert CANARY not in page.content.decode()
    assert not Connection.objects.exists()


def test_a_draft_is_reviewed_and_saved_without_typing_its_secret(
    team: Team, bob: User, signed_in: People, unreachable: None
) -> None:
    client = signed_in(bob)
    draft = next(draft for draft in read(client) if draft.flavor == "github")
    url = f"{ADD}github/"

    page = client.get(url, {"draft": str(draft.uuid)})
    saved = client.post(
        url,
        {
            "name": "gh",
            "namespace": "acme",
            "username": "octocat",
            "password": "",
            "purpose": "pull",
            "draft": str(draft.uuid),
        },
    )

    assert "Filled in from your file. Only the organization or user is missing." in text_of(page)
    assert "Kept for this form" in text_of(page)
    assert (value_of(page, "name"), value_of(page, "username")) == ("github", "octocat")
    assert saved.status_code == 302
    assert Connection.objects.get(name="gh").secrets()["password"].reveal() == f"{CANARY}-github"
    assert not Draft.objects.filter(pk=draft.pk).exists()
    assert "4 more logins from your file wait for review." in text_of(client.get(saved.headers["Location"]))


def test_a_draft_that_fails_stays_in_the_list(team: Team, bob: User, signed_in: People) -> None:
    client = signed_in(bob)
    draft = next(draft for draft in read(client) if draft.flavor == "github")

    failed = client.post(f"{ADD}github/", {"name": "no spaces", "draft": str(draft.uuid), "purpose": "pull"})

    assert failed.status_code == 422
    assert Draft.objects.get(pk=draft.pk).secrets_if_they_open()["password"].reveal() == f"{CANARY}-github"
    assert "5 logins wait for review" in text_of(client.get(IMPORT))


def test_a_draft_is_dropped_with_its_secret(team: Team, bob: User, signed_in: People) -> None:
    client = signed_in(bob)
    draft = read(client)[0]

    response = client.post(f"{IMPORT}{draft.uuid}/drop/", follow=True)

    assert "ghcr.io is dropped." in text_of(response)
    assert not Draft.objects.filter(pk=draft.pk).exists()


def test_drafts_are_seen_and_dropped_by_nobody_else(
    team: Team, alice: User, bob: User, charlie: User, signed_in: People
) -> None:
    draft = read(signed_in(bob))[0]

    assert "wait for review" not in text_of(signed_in(alice).get(IMPORT))
    assert signed_in(alice).get(f"{ADD}github/?draft={draft.uuid}").context["form"].draft is None
    assert signed_in(alice).post(f"{IMPORT}{draft.uuid}/drop/").status_code == 404
    elsewhere = IMPORT.replace("northwind", "elsewhere")
    assert signed_in(charlie).post(f"{elsewhere}{draft.uuid}/drop/").status_code == 404
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_drafts_expire_and_leave_nothing(team: Team, bob: User, signed_in: People) -> None:
    client = signed_in(bob)
    draft = read(client)[0]

    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        page = client.get(IMPORT)
        opened = client.get(f"{ADD}github/", {"draft": str(draft.uuid)})
        dropped = client.post(f"{IMPORT}{draft.uuid}/drop/")
        Draft.objects.sweep()

    assert "wait for review" not in text_of(page)
    assert "What was kept for this form is no longer there." in text_of(opened)
    assert dropped.status_code == 404
    assert not Draft.objects.exists()


def test_a_file_that_is_read_twice_leaves_one_draft_for_each_login(team: Team, bob: User, signed_in: People) -> None:
    client = signed_in(bob)

    assert len(read(client)) == len(read(client)) == 5


def test_two_logins_at_one_host_are_two_drafts(team: Team, bob: User, signed_in: People) -> None:
    lines = "docker login -u one -p first ghcr.io\ndocker login -u two -p second ghcr.io\n"

    drafts = read(signed_in(bob), lines)

    assert [draft.typed["username"] for draft in drafts] == ["one", "two"]
    assert [draft.secrets_if_they_open()["password"].reveal() for draft in drafts] == ["first", "second"]


@pytest.mark.parametrize(("username", "password"), [("ghp_" + "a1B2" * 9, "x-oauth-basic"), (CANARY, CANARY)])
def test_a_token_for_a_user_name_is_shown_on_no_page(
    username: str, password: str, team: Team, bob: User, signed_in: People
) -> None:
    client = signed_in(bob)

    (draft,) = read(client, json.dumps({"auths": {"registry.example.com": {"auth": packed(username, password)}}}))
    pages = [client.get(IMPORT), client.get(f"{ADD}other/?draft={draft.uuid}")]

    assert draft.typed["username"] == ""
    assert "Its user name looks like a token" in text_of(pages[0])
    assert all(username not in page.content.decode() for page in pages)


def test_a_path_that_no_image_has_loses_no_login(team: Team, bob: User, signed_in: People) -> None:
    key = "registry.example.com/" + "a" * 300

    (draft,) = read(signed_in(bob), json.dumps({"auths": {key: {"auth": packed("u", "s3cret")}}}))

    assert draft.address == "registry.example.com"
    assert draft.secrets_if_they_open()["password"].reveal() == "s3cret"


@pytest.mark.parametrize("image", ["ghcr.io/acme/web:1", "registry.gitlab.com/acme/web:1"])
def test_an_image_of_a_known_host_fills_no_form_for_ones_own_host(
    image: str, team: Team, bob: User, signed_in: People
) -> None:
    page = signed_in(bob).get(f"{ADD}harbor/", {"image": image})

    assert value_of(page, "registry") == ""


def test_a_form_for_ones_own_host_says_where_it_leads(team: Team, bob: User, signed_in: People) -> None:
    page = signed_in(bob).get(f"{ADD}gitlab/", {"image": "registry.gitlab.com.evil.example/group/app:1"})

    assert "It leads to registry.gitlab.com.evil.example/group." in text_of(page)


def test_a_file_may_be_uploaded(team: Team, bob: User, signed_in: People) -> None:
    upload = SimpleUploadedFile("config.json", b"\xef\xbb\xbf" + CONFIG.encode())

    response = signed_in(bob).post(IMPORT, {"content_file": upload})

    assert response.status_code == 302
    assert Draft.objects.count() == 5


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({}, "Choose a file, or paste its contents."),
        ({"content": " \n"}, "Choose a file, or paste its contents."),
        ({"content_file": SimpleUploadedFile("c.json", b"\xff\xfe\x00")}, "not UTF-8"),
        ({"content_file": SimpleUploadedFile("c.json", b"x" * 200_000)}, "larger than 128 KB"),
        ({"content": KEY}, "service account"),
        ({"content": f"{{'password': '{CANARY}'"}, ""),
    ],
)
def test_what_holds_no_login_is_refused_in_words(
    posted: dict[str, Any], words: str, team: Team, bob: User, signed_in: People
) -> None:
    response = signed_in(bob).post(IMPORT, posted)

    assert response.status_code == 422
    assert words in text_of(response)
    assert "Nothing is imported" in text_of(response)
    assert CANARY not in response.content.decode()
    assert not Draft.objects.exists()


def test_no_page_of_a_draft_unseals_and_no_table_shows_it(
    team: Team, bob: User, signed_in: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(bob)
    drafts = read(client)
    monkeypatch.setattr(sealing, "unseal", lambda *args: pytest.fail("A GET unsealed a secret."))

    pages = [client.get(IMPORT), *(client.get(f"{ADD}{draft.flavor}/?draft={draft.uuid}") for draft in drafts)]

    assert all(page.status_code == 200 and CANARY not in page.content.decode() for page in pages)
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            values = [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for row in cursor for v in row]
            for form in (CANARY.encode(), base64.b64encode(f"octocat:{CANARY}".encode())[:30]):
                assert not any(form in value for value in values), table
    assert CANARY not in str(dict(client.session)) + str(client.cookies)
