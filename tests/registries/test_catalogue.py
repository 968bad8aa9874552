"""The catalogue of preconfigured containers: what is stored, what support staff may do with it, what every team sees."""

import importlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from console.models import Team, User
from registries.distribution import InvalidReference, Reference
from registries.models import Connection, Container
from registries.spec_checks import check_spec
from registries.specs.verdicts import Level

People = Callable[[User], Client]
LIST = "/teams/northwind/containers/"
LISTED = "admin:registries_container_changelist"
ADD = "admin:registries_container_add"
CHANGE = "admin:registries_container_change"
DELETE = "admin:registries_container_delete"
SEED = importlib.import_module("registries.migrations.0007_well_known_containers")
TYPED = {
    "name": "TensorFlow notebook",
    "reference": "tensorflow/tensorflow:2.7.0-gpu-jupyter",
    "framework": "TensorFlow 2.7",
    "contents": "TensorFlow and a notebook.",
    "order": "10",
}
HOSTILE = "<script>alert(1)</script>\"'{{ 7|add:7 }}"


def put(name: str, reference: str = "acme/web:1", **values: Any) -> Container:
    return Container.objects.create(name=name, reference=reference, contents="What it holds.", **values)


def typed(**values: Any) -> Container:
    """Return a container as a form makes one: cleaned, and not saved."""
    container = Container(**{"name": "One", "reference": "acme/web:1", "contents": "All of it."} | values)
    container.full_clean()
    return container


# What is stored -----------------------------------------------------------------------------------------------------


def test_teams_see_what_is_not_hidden_in_the_order_that_staff_gave(db: None) -> None:
    put("Zebra", order=10)
    put("beta", order=20)
    put("Alpha", order=20)
    put("Gone", order=1, hidden=True)

    assert [container.name for container in Container.objects.shown()] == ["Zebra", "Alpha", "beta"]


def test_the_spec_checker_knows_each_image_by_its_address_without_a_tag(db: None) -> None:
    put("TensorFlow", "tensorflow/tensorflow:2.7.0-gpu-jupyter")
    put("Ubuntu", "ubuntu:22.04")
    put("Hub’s other name", "index.docker.io/acme/web:1")
    put("Notebook", f"quay.io/jupyter/scipy-notebook@sha256:{'a' * 64}")
    put("Lab", "registry.example.com:5000/team/app:1")

    assert Container.objects.known() == {
        "docker.io/tensorflow/tensorflow": "TensorFlow",
        "docker.io/library/ubuntu": "Ubuntu",
        "docker.io/acme/web": "Hub’s other name",
        "quay.io/jupyter/scipy-notebook": "Notebook",
        "registry.example.com:5000/team/app": "Lab",
    }


def test_it_knows_hidden_ones_too_and_calls_an_image_as_teams_see_it(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    put("Old", "acme/web:1", order=1, hidden=True)
    put("Second", "acme/web:3", order=30)
    put("First", "acme/web:2", order=20)
    put("Withdrawn", "acme/api:1", hidden=True)

    with django_assert_num_queries(1):
        known = Container.objects.known()

    assert known == {"docker.io/acme/web": "First", "docker.io/acme/api": "Withdrawn"}


@pytest.mark.parametrize("hidden", [False, True])
def test_a_file_with_one_of_them_is_right_whoever_serves_it(hidden: bool, team: Team) -> None:
    put("Ours", "registry.example.com/base/python:3", hidden=hidden)

    report = check_spec("image: registry.example.com/base/python:4\n", team.connections.all(), team=team)

    [verdict] = report.verdicts
    assert verdict.level == Level.OK
    assert "Preconfigured container: Ours." in verdict.sentence


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ubuntu:22.04", "ubuntu:22.04"),
        ("docker.io/library/ubuntu:22.04", "docker.io/library/ubuntu:22.04"),
        (" quay.io/acme/web:1 ", "quay.io/acme/web:1"),
        ("docker pull acme/web:1", "acme/web:1"),
        ('image: "acme/web:1"', "acme/web:1"),
        ("https://ghcr.io/acme/web:1", "ghcr.io/acme/web:1"),
        ("https://hub.docker.com/r/acme/web", "docker.io/acme/web"),
    ],
)
def test_a_reference_is_kept_as_written_without_what_was_copied_along(db: None, written: str, kept: str) -> None:
    assert typed(reference=written).reference == kept


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("", "This field cannot be blank."),
        ("not an image", "This is not an image reference."),
        ("ghcr.io", "This names a host and no image."),
        ("acme/Web:1", "The repository must be lower case."),
        ("acme/web:1@sha256:abc", "This is not an image reference."),
        ("sha256:" + "a" * 64, "This is the ID of an image, not its name."),
        ("acme/" + "web/" * 1200, "This is too long for an image reference."),
    ],
)
def test_what_names_no_image_is_refused_with_the_reason(db: None, reference: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        typed(reference=reference)

    assert sentence in refused.value.message_dict["reference"]


def test_nothing_that_names_no_image_gets_into_the_table(db: None) -> None:
    with pytest.raises(InvalidReference):
        put("Broken", "not an image")


def test_a_name_is_given_once(db: None) -> None:
    put("One")

    with pytest.raises(ValidationError, match="Another container has this name"):
        typed(name="One")
    with pytest.raises(IntegrityError):
        put("One")


@pytest.mark.parametrize("reference", ["acme/web:1", "1", "12:34", "null:1", "localhost:5000/yes", "yes", "acme/web"])
def test_the_line_of_a_file_means_the_same_to_every_reader(reference: str) -> None:
    line = f"image: {Container(reference=reference).written}"

    assert "\n" not in line
    assert yaml.safe_load(line) == {"image": reference}


# The seed -----------------------------------------------------------------------------------------------------------


def test_an_empty_catalogue_is_filled_with_well_known_public_images(db: None) -> None:
    SEED.fill(apps, None)

    seeded = list(Container.objects.shown())
    assert len(seeded) >= 10
    assert "tensorflow/tensorflow:2.7.0-gpu-jupyter" in {container.reference for container in seeded}
    assert len(Container.objects.known()) == len(seeded)
    assert len({container.order for container in seeded}) == len(seeded)


def test_each_of_them_is_valid_with_a_tag_that_stays(db: None) -> None:
    for row in json.loads(SEED.FIXTURE.read_text(encoding="utf-8")):
        container = Container(**row["fields"])
        container.full_clean()
        assert container.reference == row["fields"]["reference"]
        assert container.doubt == ""
        assert container.framework
        assert Reference.parse(container.reference).tag


def test_what_staff_changed_or_deleted_does_not_come_back(db: None) -> None:
    SEED.fill(apps, None)
    Container.objects.filter(name="PyTorch").delete()
    Container.objects.filter(name="RAPIDS").update(name="Ours", hidden=True)
    before = set(Container.objects.values_list("name", "reference", "hidden"))

    call_command("migrate", verbosity=0)
    SEED.fill(apps, None)

    assert set(Container.objects.values_list("name", "reference", "hidden")) == before


# The admin ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sams(sam: User, signed_in: People) -> Client:
    """A superuser's client."""
    return signed_in(sam)


@pytest.fixture
def staff(sam: User, signed_in: People) -> Callable[..., Client]:
    """Return a function that takes sam’s superuser rights, gives named ones, and returns the client."""

    def with_rights(*rights: str) -> Client:
        sam.is_superuser = False
        sam.save()
        sam.user_permissions.set(Permission.objects.filter(content_type__app_label="registries", codename__in=rights))
        return signed_in(sam)

    return with_rights


def rows(*containers: Container, **changed: Any) -> dict[str, Any]:
    """Return what the list of the admin posts, with `changed` for the first row."""
    data: dict[str, Any] = {"form-TOTAL_FORMS": len(containers), "form-INITIAL_FORMS": len(containers), "_save": "Save"}
    for number, container in enumerate(containers):
        data |= {f"form-{number}-id": container.pk, f"form-{number}-order": container.order}
        data |= {f"form-{number}-hidden": "on"} if container.hidden else {}
    return data | {f"form-0-{name}": value for name, value in changed.items()}


def messages_of(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_staff_add_change_and_delete_and_the_log_says_so(sams: Client, sam: User) -> None:
    sams.post(reverse(ADD), TYPED)
    container = Container.objects.get()
    assert container.reference == TYPED["reference"]

    sams.post(reverse(CHANGE, args=[container.pk]), {**TYPED, "reference": "docker pull acme/web:2", "hidden": "on"})
    container.refresh_from_db()
    assert (container.reference, container.hidden) == ("acme/web:2", True)

    sams.post(reverse(DELETE, args=[container.pk]), {"post": "yes"})
    assert not Container.objects.exists()
    log = LogEntry.objects.order_by("action_time", "pk")
    assert [(entry.user, str(entry)) for entry in log] == [
        (sam, "Added “TensorFlow notebook”."),
        (sam, "Changed “TensorFlow notebook” — Changed Reference and Hidden."),
        (sam, "Deleted “TensorFlow notebook.”"),
    ]


def test_staff_order_and_hide_in_the_list_and_the_log_says_so(sams: Client) -> None:
    first, second = put("First", order=10), put("Second", "acme/api:1", order=20)

    sams.post(reverse(LISTED), rows(first, second, order=30, hidden="on"))

    first.refresh_from_db()
    assert (first.order, first.hidden) == (30, True)
    assert [str(entry) for entry in LogEntry.objects.all()] == ["Changed “First” — Changed Order and Hidden."]


def test_a_new_one_is_put_behind_the_others(sams: Client) -> None:
    put("First", order=70)

    assert sams.get(reverse(ADD)).context["adminform"].form.initial["order"] == 80


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reference": "ghcr.io"}, "This names a host and no image."),
        ({"reference": "acme/Web:1"}, "The repository must be lower case."),
        ({"name": "Taken"}, "Another container has this name. Choose another one."),
        ({"contents": "x" * 301}, "Ensure this value has at most 300 characters"),
        ({"order": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"name": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_a_wrong_entry_is_refused_beside_its_field(change: dict[str, str], sentence: str, sams: Client) -> None:
    put("Taken")

    response = sams.post(reverse(ADD), TYPED | change)

    assert sentence in " ".join(response.context["adminform"].form.errors[next(iter(change))])
    assert Container.objects.count() == 1


@pytest.mark.parametrize(("reference", "doubtful"), [("acme/web", True), ("acme/web:latest", True), ("acme/web:1", False)])
def test_a_reference_without_a_tag_that_stays_is_saved_with_a_warning(reference: str, doubtful: bool, sams: Client) -> None:
    response = sams.post(reverse(ADD), {**TYPED, "reference": reference}, follow=True)

    assert Container.objects.get().reference == reference
    assert ("Its tag is missing or latest" in messages_of(response)) == doubtful


def test_staff_find_a_container_by_any_of_its_words(sams: Client) -> None:
    put("Notebook", framework="TensorFlow 2.7")
    put("Other", "acme/api:1")

    for wanted in ("noteb", "acme/web", "tensorflow"):
        found = sams.get(reverse(LISTED), {"q": wanted}).content.decode()
        assert "Notebook" in found
        assert "Other" not in found


def test_staff_without_the_rights_look_and_change_nothing(staff: Callable[..., Client]) -> None:
    client, container = staff(), put("First", order=10)
    one = [container.pk]

    listed = client.get(reverse(LISTED)).content.decode()
    page = client.get(reverse(CHANGE, args=one)).content.decode()

    assert "First" in listed
    assert "acme/web:1" in page
    assert 'name="form-0-order"' not in listed
    assert "_save" not in listed + page
    assert client.get(reverse(ADD)).status_code == 403
    assert client.post(reverse(ADD), TYPED).status_code == 403
    assert client.post(reverse(CHANGE, args=one), TYPED).status_code == 403
    assert client.post(reverse(DELETE, args=one), {"post": "yes"}).status_code == 403
    assert client.post(reverse(LISTED), rows(container, order=1)).status_code == 403
    client.post(reverse(LISTED), {"action": "delete_selected", "_selected_action": one, "post": "yes"})
    assert list(Container.objects.values_list("name", "order")) == [("First", 10)]
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("right", ["add", "change", "delete"])
def test_each_right_opens_its_own_door_alone(right: str, staff: Callable[..., Client]) -> None:
    client, container = staff(f"{right}_container"), put("First", order=10)
    change, delete = (reverse(page, args=[container.pk]) for page in (CHANGE, DELETE))

    answers = {
        "add": client.post(reverse(ADD), TYPED).status_code,
        "change": client.post(change, TYPED | {"name": "First"}).status_code,
        "delete": client.post(delete, {"post": "yes"}).status_code,
    }

    assert answers == {name: 302 if name == right else 403 for name in answers}


@pytest.mark.parametrize("who", ["alice", "bob", "vera"])
def test_a_right_alone_makes_nobody_staff(who: str, team: Team, cast: dict[str, User], signed_in: People) -> None:
    person = cast[who]
    person.user_permissions.set(Permission.objects.filter(codename__endswith="_container"))

    response = signed_in(person).post(reverse(ADD), TYPED)

    assert response.status_code == 302
    assert not Container.objects.exists()


def test_the_list_is_filtered_by_what_it_offers_and_by_nothing_else(sams: Client) -> None:
    put("First", hidden=True)

    assert sams.get(reverse(LISTED), {"hidden__exact": "1"}).status_code == 200
    assert sams.get(reverse(LISTED), {"name__regex": "^F"}).status_code in (302, 400)


# The Containers tab -------------------------------------------------------------------------------------------------


def section(page: str) -> str:
    found = re.search(r'<section class="card" id="ready".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize("who", ["alice", "bob", "vera"])
@pytest.mark.parametrize("registries", [0, 1])
def test_every_member_sees_what_is_ready_with_registries_and_without(
    who: str, registries: int, team: Team, connection: Connection, cast: dict[str, User], signed_in: People
) -> None:
    put("TensorFlow", "tensorflow/tensorflow:2.7.0-gpu-jupyter", framework="TensorFlow 2.7")
    put("Gone", "acme/gone:1", hidden=True)
    if not registries:
        connection.delete()

    ready = section(signed_in(cast[who]).get(LIST).content.decode())

    for shown in ("TensorFlow", "TensorFlow 2.7", "What it holds.", "Public images need no registry and no login"):
        assert shown in ready
    assert 'data-copy-text="tensorflow/tensorflow:2.7.0-gpu-jupyter"' in ready
    assert 'data-copy-text="image: tensorflow/tensorflow:2.7.0-gpu-jupyter"' in ready
    assert "Docker Hub" in ready
    assert "gone" not in ready.lower()


def test_nothing_is_shown_of_an_empty_catalogue(team: Team, vera: User, signed_in: People) -> None:
    put("Gone", hidden=True)

    page = signed_in(vera).get(LIST).content.decode()

    assert 'id="ready"' not in page
    assert "Ready to use" not in page


def test_the_catalogue_takes_one_query_however_long_it_is(
    connection: Connection, vera: User, signed_in: People, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(vera)
    put("First")
    client.get(LIST)
    with django_assert_num_queries(8):
        client.get(LIST)
    for number in range(30):
        put(f"Another {number}", f"acme/web-{number}:1")

    with django_assert_num_queries(8):
        page = client.get(LIST).content.decode()

    assert section(page).count("<details>") == 31


def test_what_htmx_asks_for_again_and_again_is_not_the_catalogue(
    connection: Connection, vera: User, signed_in: People, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    put("First")
    client = signed_in(vera)
    client.get(LIST)

    with django_assert_num_queries(6):
        part = client.get(f"{LIST}?q=web", headers={"HX-Request": "true"}).content.decode()
    row = client.get(f"{LIST}web/", headers={"HX-Request": "true", "HX-Target": "registry-web"}).content.decode()
    ready = section(client.get(LIST).content.decode())

    assert "First" not in part + row
    assert "hx-" not in ready


def test_what_staff_write_is_escaped(connection: Connection, vera: User, sams: Client, signed_in: People) -> None:
    sams.post(reverse(ADD), TYPED | {"name": HOSTILE, "framework": HOSTILE, "contents": HOSTILE})
    assert Container.objects.get().contents == HOSTILE

    pages = [
        signed_in(vera).get(LIST).content.decode(),
        sams.get(reverse(LISTED)).content.decode(),
        sams.get(reverse(CHANGE, args=[Container.objects.get().pk])).content.decode(),
    ]

    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;{{ 7|add:7 }}" in page
