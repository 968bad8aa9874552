"""The page that checks one image: which registry it gets, and how a login goes that is typed for this once."""

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from console.models import Team, User
from registries import health
from registries.distribution import NotTrusted, Secret
from registries.flavors import FLAVORS
from registries.flavors.base import Flavor
from registries.forms.image import ImageForm
from registries.models import Check, Connection, Draft
from registries.models import check as check_module
from registries.models.former_name import FormerName
from registries.pasted.image import read_image
from registries.pasted.once import registry_of
from tests.browser.diary import tables_holding
from tests.conftest import CANARY, Inline
from tests.fake_registry import FakeRegistry, FakeWay
from tests.registries.flavor_table import KEY, TABLE
from tests.registries.test_odd_input import ODD
from tests.registries.test_views import HTMX, Page, words

People = Callable[[User], Client]
URL = "/teams/northwind/spec-checker/image/"
IMAGE = "registry.example/team/app:1"
LOGIN = {"do": "test", "image": IMAGE, "username": "puller", "password": "right"}


@pytest.fixture
def veras(vera: User, team: Team, signed_in: People) -> Client:
    """The page is for mere members too, so it is a mere member who asks."""
    return signed_in(vera)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> FakeRegistry:
    """A registry in memory, which stands wherever a test leads; where that was stands in `led_to`."""
    fake = FakeRegistry()
    lead(monkeypatch, FakeWay(fake))
    return fake


def lead(monkeypatch: pytest.MonkeyPatch, way: FakeWay) -> None:
    monkeypatch.setattr(check_module, "Way", lambda origin, **terms: nullcontext(way))


def connect(team: Team, by: User, name: str, url: str, *, paused: bool = False) -> Connection:
    registry = FLAVORS["other"](url=url, username="u", password=Secret(CANARY))  # type: ignore[call-arg]
    connection: Connection = team.connections.connect(name, registry, by=by)
    if paused:
        connection.pause(True, by=by)
    return connection


def ask(client: Client, image: str, named: str = "", **headers: str) -> Any:
    return client.post(URL, {"do": "resolve", "image": image, "named": named}, headers=headers)


def states(check: Check) -> str:
    return " ".join(step.state for step in check.steps)


# Which registry ------------------------------------------------------------------------------------------------------


@pytest.fixture
def several(team: Team, alice: User) -> None:
    connect(team, alice, "ghcr-acme", "https://ghcr.io/acme")
    connect(team, alice, "ghcr-ml", "https://ghcr.io/acme/ml")
    connect(team, alice, "quay-old", "https://quay.io/acme", paused=True)
    connect(team, alice, "lab-a", "https://lab.example.com")
    connect(team, alice, "lab-b", "https://lab.example.com")


def test_the_chosen_one_is_linked_and_each_other_says_why_it_lost(veras: Client, several: None) -> None:
    page = ask(veras, "docker pull ghcr.io/acme/ml/train:2")

    said, html = words(page.content), page.content.decode()
    assert "Which registry Resolves Image" in said
    assert "ghcr-ml holds it: the longest prefix, acme/ml, wins." in said
    assert "It holds the image, but ghcr-ml has the longer prefix, acme/ml." in said
    assert "Its host is quay.io, not ghcr.io." in said
    assert '<a href="/teams/northwind/containers/ghcr-ml/">ghcr-ml</a>' in html
    assert "Not checked yet" in said
    assert "image: ghcr.io/acme/ml/train:2 containerRegistry: ghcr-ml" in said
    assert 'data-copy-text="image: ghcr.io/acme/ml/train:2\ncontainerRegistry: ghcr-ml\n"' in html


@pytest.mark.parametrize(
    ("image", "named", "expected"),
    [
        ("python:3.13", "", ["No registry", "so the image is pulled without a login.", "image: docker.io/library/python"]),
        ("quay.io/acme/web:1", "", ["Paused", "Only quay-old holds it, and is paused."]),
        ("lab.example.com/web:1", "", ["Not decided", "lab-a and lab-b are both for the whole of lab.example.com."]),
        ("ghcr.io/acme/web:1", "GHCR-Acme", ["Which registry Resolves Image", "ghcr-acme is named, and holds it."]),
        ("ghcr.io/acme/web:1", "ghcr-acne", ["No such registry", "Did you mean ghcr-acme?", "Registry: ghcr-acme"]),
        ("ghcr.io/acme/web:1", "lab-a", ["For another host", "Name ghcr-acme instead.", "containerRegistry: ghcr-acme"]),
        ("ghcr.io/acme/web:1", "ghcr-ml", ["For another path", "which does not hold ghcr.io/acme/web."]),
        ("image: ghcr.io/acme/web", "", ["Which registry Resolves Image", "ghcr-acme holds it"]),
        ("https://hub.docker.com/r/acme/web", "", ["docker.io/acme/web"]),
    ],
)  # fmt: skip
def test_every_answer_has_its_sentence(image: str, named: str, expected: list[str], veras: Client, several: None) -> None:
    said = words(ask(veras, image, named).content)

    assert [part for part in expected if part not in said] == []


def test_an_answer_without_a_right_one_has_no_lines_to_copy(veras: Client, several: None) -> None:
    for image, named in (("quay.io/acme/web:1", ""), ("lab.example.com/web:1", ""), ("nvcr.io/x/y:1", "lab-a")):
        assert b"data-copy-text" not in ask(veras, image, named).content


def test_a_former_name_answers_and_asking_does_not_count(veras: Client, several: None, team: Team) -> None:
    connection = team.connections.get(name="ghcr-acme")
    later, earlier = timezone.now() + timedelta(days=1), timezone.now() - timedelta(days=1)
    FormerName.objects.create(connection=connection, name="GitHub", until=later)
    FormerName.objects.create(connection=connection, name="Very-Old", until=earlier)

    now = words(ask(veras, "ghcr.io/acme/web:1", "github").content)
    gone = words(ask(veras, "ghcr.io/acme/web:1", "very-old").content)

    assert "ghcr-acme, once called github, holds it. Name it as it is called now." in now
    assert "No registry is called very-old." in gone
    assert set(FormerName.objects.values_list("uses", "last_used_at")) == {(0, None)}


def test_the_health_of_the_chosen_one_is_said(veras: Client, several: None, team: Team) -> None:
    team.connections.filter(name="ghcr-acme").update(outcome="sign_in_refused", reason="The registry refused the login.")

    said = words(ask(veras, "ghcr.io/acme/web:1").content)

    assert "Resolves, but fails" in said
    assert "Sign-in refused" in said
    assert "The registry refused the login." in said


def test_another_teams_registries_are_not_considered(veras: Client, charlie: User) -> None:
    elsewhere = Team.objects.get(name="Elsewhere")
    connect(elsewhere, charlie, "theirs", "https://ghcr.io/acme")

    said = words(ask(veras, "ghcr.io/acme/web:1", "theirs").content)

    assert "No registry is called theirs." in said
    assert "The team has no registries yet." in said


def test_asking_starts_no_test_and_needs_no_login(veras: Client, several: None) -> None:
    page = veras.post(URL, {"do": "resolve", "image": "ghcr.io/acme/web", "username": "half"})

    assert page.status_code == 200
    assert "ghcr-acme holds it" in words(page.content)
    assert not Check.objects.exists()


@pytest.mark.parametrize("named", ["", "registry-001", "unknown"])
def test_it_asks_the_database_as_often_for_many_as_for_few(
    named: str, veras: Client, team: Team, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        connect(team, alice, f"registry-{number:03}", f"https://lab.example.com/r{number}")
    image = "lab.example.com/r1/web:1"
    ask(veras, image, named)
    # Session, person, membership, the connections, and with a name the former ones, the chosen one, the person’s teams.
    queries = 5 + bool(named) + (named != "unknown")
    with django_assert_num_queries(queries):
        ask(veras, image, named)

    like = Connection.bare.get(name="registry-000")
    columns = {field.attname: getattr(like, field.attname) for field in Connection._meta.concrete_fields}
    del columns["id"]
    Connection.bare.bulk_create(Connection(**columns | {"name": f"registry-{number:03}"}) for number in range(3, 300))

    with django_assert_num_queries(queries):
        page = ask(veras, image, named)

    assert page.content.decode().count("<small>") <= 25
    assert "And 280 more, none of which came nearer." in words(page.content)


# With this login -----------------------------------------------------------------------------------------------------


def test_the_right_login_reads_the_image(veras: Client, registry: FakeRegistry) -> None:
    page = veras.post(URL, LOGIN)

    said = words(page.content)
    check = Check.objects.get()
    assert states(check) == "passed passed passed passed not_asked"
    assert "Accepted as puller." in said
    assert "team/app:1" in said
    assert (check.connection, check.host, str(check.by)) == (None, "registry.example", "Vera Voss")
    assert "Anyone can read" not in said


def test_a_wrong_login_is_refused_and_leads_to_the_field_on_this_page(veras: Client, registry: FakeRegistry) -> None:
    page = veras.post(URL, {**LOGIN, "password": "wrong"})

    assert "Failed at Sign in" in words(page.content)
    assert '<a class="link" href="#id_username">Enter another login</a>' in page.content.decode()
    assert_links_lead_somewhere(page)


def test_without_a_login_it_is_said_that_anyone_can_read_it(veras: Client, registry: FakeRegistry) -> None:
    registry.rights[("", "team/app")] = {"pull"}

    page = veras.post(URL, {"do": "test", "image": IMAGE})

    assert "Anyone can read this image: no login was offered." in words(page.content)
    assert registry.login_went_to <= {registry.origin}
    assert all(request.login is None for request in registry.received)


def test_without_a_login_a_private_image_is_not_called_public(veras: Client, registry: FakeRegistry) -> None:
    page = veras.post(URL, {"do": "test", "image": IMAGE})

    assert "Without a login, team/app may not be read." in words(page.content)
    assert "Anyone can read" not in words(page.content)
    assert '<a class="link" href="#id_username">Enter a login</a>' in page.content.decode()
    assert_links_lead_somewhere(page)


def test_a_public_image_proves_nothing_about_a_login(veras: Client, registry: FakeRegistry) -> None:
    registry.rights[("", "team/app")] = {"pull"}

    said = words(veras.post(URL, LOGIN).content)

    assert "Anyone can read team/app:1, so it proves nothing about the login." in said
    assert "Anyone can read this image" not in said


def test_enter_in_a_field_tests_a_login_and_asks_about_an_image_alone(veras: Client, registry: FakeRegistry) -> None:
    typed = {name: value for name, value in LOGIN.items() if name != "do"}

    tested = words(veras.post(URL, typed).content)
    asked = words(veras.post(URL, {"image": IMAGE, "username": "", "password": ""}).content)

    assert "Connection test" in tested
    assert "Which registry No registry" in asked
    assert Check.objects.count() == 1


def assert_links_lead_somewhere(page: Any) -> None:
    html = page.content.decode()
    for anchor in re.findall(r'class="mends".*?</ul>', html, re.DOTALL):
        for target in re.findall(r'href="#([^"]+)"', anchor):
            assert f'id="{target}"' in html


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NotTrusted("The certificate comes from …", reason="unknown_authority"), "may bring a CA certificate of its own"),
        (NotTrusted("The certificate expired.", reason="expired"), "Its owner has to replace it."),
    ],
)
def test_what_to_do_fits_a_login_that_is_not_saved(
    error: NotTrusted, expected: str, veras: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead(monkeypatch, FakeWay(FakeRegistry(), tls=error))

    page = veras.post(URL, LOGIN)

    assert expected in words(page.content)
    assert "#id_ca_certificate" not in page.content.decode()


def test_a_token_service_elsewhere_gets_no_login_and_is_named(veras: Client, registry: FakeRegistry) -> None:
    registry.realm = "https://auth.example.net/token"

    page = veras.post(URL, LOGIN)

    assert "It sends logins to https://auth.example.net." in words(page.content)
    assert "Once this is saved" not in words(page.content)
    assert registry.login_went_to == set()


def test_htmx_gets_the_panel_alone_and_the_form_stays_as_it_is(veras: Client, registry: FakeRegistry) -> None:
    part = veras.post(URL, LOGIN, headers=HTMX).content.decode()
    asked = ask(veras, IMAGE, **HTMX).content.decode()
    blank = veras.post(URL, {"do": "test"}, headers=HTMX)

    for html, inside in ((part, 'id="check"'), (asked, 'id="resolution"'), (blank.content.decode(), 'id="summary"')):
        assert html.lstrip().startswith('<div class="stack" id="answer">')
        assert inside in html
        assert "<input" not in html
    assert blank.status_code == 422


def test_a_test_under_way_is_asked_for_by_its_own_address(
    veras: Client, vera: User, team: Team, registry: FakeRegistry, places: Inline
) -> None:
    check = Check.objects.create(team=team, by=vera, host="registry.example", started_at=timezone.now())
    url = f"{URL}{check.pk}/"

    running = veras.get(f"{url}?login=none", headers=HTMX).content.decode()
    whole = veras.get(url).content.decode()
    Check.objects.filter(pk=check.pk).update(finished_at=timezone.now(), outcome="connected")
    done, with_login = (veras.get(url + query, headers=HTMX).content.decode() for query in ("?login=none", ""))

    assert f'hx-get="{url}?login=none"' in running
    assert f'hx-get="{url}"' in whole
    assert 'id="id_image"' in whole
    assert "Anyone can read this image" in done
    assert "hx-trigger" not in done
    assert "Anyone can read this image" not in with_login


def test_a_full_house_and_a_limit_are_said(
    veras: Client, registry: FakeRegistry, places: Inline, settings: Settings
) -> None:
    places.full = True
    full = words(veras.post(URL, LOGIN).content)
    places.full, settings.BERTH_CHECKS_PER_HOST = False, 1
    limited = words(veras.post(URL, LOGIN).content)

    assert "Other tests are running, and this one did not fit in." in full
    assert "This host was tested 1 times within a minute." in limited
    assert registry.received == []


def test_what_is_doubtful_about_a_login_is_said(veras: Client, registry: FakeRegistry) -> None:
    typed = {"do": "test", "image": "ghcr.io/acme/web:1", "username": "octo", "password": f'"glpat-{"a" * 20}"\n'}

    said = words(veras.post(URL, typed).content)

    assert "In the password, a line break at the end was removed and the quotes around it were removed." in said
    assert "This looks like a token of GitLab. GitHub most likely refuses it." in said


# What is typed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"image": ""}, "Enter an image, such as ghcr.io/acme/web:1.4."),
        ({"image": "   "}, "Enter an image, such as ghcr.io/acme/web:1.4."),
        ({"image": "not an image"}, "This is not an image reference."),
        ({"image": "ghcr.io"}, "This names a host and no image."),
        ({"image": "x" * 5000}, "This is too long for an image reference."),
        ({"image": "ghcr.io/Acme/Web"}, "The repository must be lower case."),
        ({"username": ""}, "Enter the username too, or leave both blank."),
        ({"password": ""}, "Enter the password too, or leave both blank."),
        ({"username": "a:b"}, "A user name cannot contain a colon."),
        ({"username": "a\x00b"}, "This holds a line break or another control character."),
        ({"username": "u" * 300}, "Use at most 255 characters."),
        ({"password": "a\x00b"}, "holds a control character."),
        ({"password": "p" * 20_000}, "Use at most 16384 characters."),
        ({"password": f"docker login -u x -p {CANARY} ghcr.io"}, "This is a whole sign-in command."),
        ({"do": "resolve", "named": "n" * 65}, "Use at most 64 characters."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_fault_is_said_and_nothing_is_asked(
    typed: Mapping[str, str], expected: str, headers: Mapping[str, str], veras: Client, registry: FakeRegistry
) -> None:
    page = veras.post(URL, {**LOGIN, **typed}, headers=headers)

    assert page.status_code == 422
    assert "Nothing was asked: one field needs a change" in words(page.content)
    assert expected in words(page.content)
    assert not Check.objects.exists()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("ghcr.io/Acme/Web", "ghcr.io/Acme/Web"),
        ("docker pull ghcr.io/acme/web:1", "ghcr.io/acme/web:1"),
        ("ubuntu", "ubuntu"),
        ("acme/we b", ""),
        ("registry.example:5000/a//b", "registry.example:5000/a//b"),
        (f"docker login -u u -p {CANARY} ghcr.io", ""),
        (CANARY, ""),
        (f"https://me:{CANARY}@ghcr.io/acme/Web", ""),
        (f"https://ghcr.io/acme/Web?sig={CANARY}", ""),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""),
        ("ghp_" + "a" * 36, ""),
        ('{"auths": {"ghcr.io": {}}}', ""),
    ],
)
def test_an_image_is_kept_in_the_form_unless_it_may_be_a_secret(typed: str, shown: str, veras: Client) -> None:
    page = Page(ask(veras, typed).content.decode())

    assert (page.inputs["image"].get("value") or "") == shown


def test_what_else_was_typed_is_kept_but_for_secrets(veras: Client, registry: FakeRegistry) -> None:
    token = "dckr_pat_" + "a" * 27

    kept = veras.post(URL, {**LOGIN, "named": "web", "image": "Bad/"})
    twice = veras.post(URL, {**LOGIN, "username": CANARY, "password": CANARY})
    elsewhere = veras.post(URL, {**LOGIN, "username": token, "password": "x"})

    inputs = Page(kept.content.decode()).inputs
    assert (inputs["username"]["value"], inputs["named"]["value"]) == ("puller", "web")
    assert "value" not in inputs["password"]
    assert inputs["password"]["autocomplete"] == "new-password"
    assert "What was typed here is not kept. Enter it again to test with it." in words(kept.content)
    assert "value" not in Page(twice.content.decode()).inputs["username"]
    assert token not in elsewhere.content.decode()


@pytest.mark.parametrize("do", ["resolve", "test", "", "other"])
def test_odd_input_gets_an_answer(do: str, veras: Client, registry: FakeRegistry) -> None:
    for odd in (odd for odd in ODD if odd.isprintable() or "\n" in odd or "\x00" in odd):
        for typed in ({"image": odd}, {"image": IMAGE, "named": odd, "username": odd, "password": odd}):
            assert veras.post(URL, {"do": do, **typed}).status_code in (200, 422)


def test_a_form_of_nothing_gets_an_answer(veras: Client) -> None:
    assert veras.post(URL).status_code == 422
    assert veras.get(URL).status_code == 200
    assert veras.head(URL).status_code == 200
    assert veras.put(URL).status_code == 405


def test_an_image_in_the_address_is_passed_over(veras: Client, several: None) -> None:
    page = veras.get(URL, {"image": "ghcr.io/acme/web:1", "do": "resolve"})

    assert b"ghcr.io/acme/web" not in page.content


# Nothing is kept -----------------------------------------------------------------------------------------------------


def test_nothing_of_a_login_is_kept_or_said(
    veras: Client, registry: FakeRegistry, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    settings.DEBUG = True  # Then the queries are logged too.
    caplog.set_level(logging.DEBUG)
    registry.users["canary-user"] = CANARY
    registry.rights[("canary-user", "team/app")] = {"pull"}
    typed = {**LOGIN, "username": "canary-user", "password": CANARY}
    answers = []
    for headers in ({}, HTMX):
        answers.append(veras.post(URL, typed, headers=headers))
        answers.append(veras.post(URL, {**typed, "password": f"{CANARY}-wrong"}, headers=headers))
        answers.append(veras.post(URL, {**typed, "image": "no image"}, headers=headers))
        answers.append(veras.post(URL, {**typed, "do": "resolve"}, headers=headers))

    pages = "".join(answer.content.decode() + str(answer.headers) for answer in answers)
    steps = veras.get(f"{URL}{Check.objects.all()[0].pk}/")
    assert registry.login_went_to, "A login that was sent nowhere proves nothing."
    assert CANARY not in pages + steps.content.decode() + caplog.text
    assert CANARY not in str(dict(veras.session)) + str(veras.cookies)
    assert tables_holding(CANARY) == []
    assert not Draft.objects.exists()
    assert Session.objects.exists()
    assert not re.search(r'(?:href|action|hx-\w+)="[^"]*(?:registry\.example|team/app)', pages)


def test_a_fault_of_ours_says_nothing_of_the_login(
    veras: Client, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(registry: Any, way: Any, **details: Any) -> None:
        raise RuntimeError(registry.credential().password.reveal())

    monkeypatch.setattr(health, "examine", fail)

    page = veras.post(URL, {**LOGIN, "password": CANARY})

    assert "Berth ran into a fault of its own." in words(page.content)
    assert CANARY not in page.content.decode() + caplog.text
    assert tables_holding(CANARY) == []


def test_its_steps_are_swept_as_those_of_any_typed_test(veras: Client, registry: FakeRegistry) -> None:
    veras.post(URL, LOGIN)
    Check.objects.update(queued_at=timezone.now() - timedelta(hours=2))

    veras.post(URL, LOGIN)

    assert Check.objects.count() == 1


def test_a_test_is_shown_to_whoever_typed_it_alone(
    veras: Client, registry: FakeRegistry, bob: User, charlie: User, signed_in: People
) -> None:
    veras.post(URL, LOGIN)
    url = f"{URL}{Check.objects.get().pk}/"

    assert veras.get(url).status_code == 200
    assert signed_in(bob).get(url).status_code == 404
    assert signed_in(charlie).get(url.replace("northwind", "elsewhere")).status_code == 404


# The registry of an image --------------------------------------------------------------------------------------------


def opened(image: str, username: str = "", password: str = "") -> Flavor:
    return registry_of(read_image(image), username, Secret(password) if password else None)


@pytest.mark.parametrize(
    ("image", "username", "password", "slug"),
    [
        ("ghcr.io/acme/web", "octo", "ghp_x", "github"),
        ("acme/web", "acmeci", "x", "dockerhub"),
        ("ubuntu", "acmeci", "x", "dockerhub"),
        ("acme/web", "<token>", "x", "other"),
        ("us-west1-docker.pkg.dev/p/r/i", "_json_key", KEY, "gcp"),
        ("us-west1-docker.pkg.dev/p/r/i", "oauth2accesstoken", "ya29.x", "other"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b", "AWS", "x", "aws"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b", "aws", "x", "other"),
        ("nvcr.io/nvidia/cuda:1", "$oauthtoken", "x", "ngc"),
        ("northwind.azurecr.io/a", "00000000-0000-0000-0000-000000000000", "x", "other"),
        ("registry.example:5000/a/b", "ü", " two : words ", "other"),
    ],
)  # fmt: skip
def test_a_login_goes_into_the_form_of_its_host_or_is_offered_as_it_is(
    image: str, username: str, password: str, slug: str
) -> None:
    registry = opened(image, username, password)

    assert registry.slug == slug
    credential = registry.credential()
    assert credential is not None
    assert credential.username == username


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.slug)
def test_a_login_never_goes_to_another_host_than_the_images(row: Any) -> None:
    images = [image for image, _ in row.images] or [FLAVORS[row.slug].example]
    for image in images:
        found = read_image(image)
        bare = opened(image)
        assert bare.is_at(found.reference.host)
        assert bare.credential() is None
        for username, password, _ in (login for login in row.logins if login[0]):
            registry = opened(image, username, password)
            assert registry.is_at(found.reference.host)
            assert registry.mints or registry.credential() is not None


@pytest.mark.parametrize(
    ("image", "origin"),
    [
        ("ubuntu", "https://registry-1.docker.io"),
        ("GHCR.io/acme/web", "https://ghcr.io"),
        ("ghcr.io:443/acme/web", "https://ghcr.io"),
        ("127.0.0.1:5000/a", "http://127.0.0.1:5000"),
        ("10.0.0.1:5000/a", "https://10.0.0.1:5000"),
    ],
)
def test_only_ones_own_machine_is_asked_over_plain_http(image: str, origin: str) -> None:
    assert opened(image).origin == origin
    assert opened(image, "u", "p").origin == origin


def test_a_login_that_no_form_takes_is_a_fault_of_its_own_field() -> None:
    with pytest.raises(ValidationError) as raised:
        opened("registry.example:5000/a/b", "", "x")

    assert set(raised.value.error_dict) == {"username"}


def test_the_form_says_which_of_the_two_is_asked() -> None:
    asked = [
        ImageForm(typed).testing
        for typed in ({"do": "resolve", **LOGIN}, {**LOGIN, "do": "resolve"}, {"do": "test"}, {}, {"username": "x"})
    ]

    assert asked == [True, False, True, False, True]
