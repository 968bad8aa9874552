"""The staff's view: status and history to find and to read, and no oracle."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import Team, User
from registries.models import Check, Connection

People = Callable[[User], Client]


@pytest.fixture
def sams(sam: User, signed_in: People) -> Client:
    return signed_in(sam)


def test_support_finds_a_connection_and_reads_its_status_and_history(sams: Client, connection: Connection) -> None:
    Connection.objects.update(outcome="sign_in_refused", reason="The registry refused the password.")
    Check.objects.create(
        team=connection.team, connection=connection, host="h", outcome="sign_in_refused", finished_at=timezone.now()
    )

    found = sams.get(reverse("admin:registries_connection_changelist"), {"q": "northwind"}).content.decode()
    page = sams.get(reverse("admin:registries_connection_change", args=[connection.pk])).content.decode()

    assert "registry.example.com/web" in found
    assert "The registry refused the password." in page
    assert page.count("Sign-in refused") >= 2


def test_support_needs_no_rights_given_one_by_one(
    sam: User, signed_in: People, connection: Connection, alice: User
) -> None:
    User.objects.filter(pk=sam.pk).update(is_superuser=False)
    client = signed_in(sam)

    assert b"Connections" in client.get(reverse("admin:index")).content
    assert client.get(reverse("admin:registries_connection_change", args=[connection.pk])).status_code == 200
    assert client.get(reverse("admin:console_user_change", args=[alice.pk])).status_code == 200


@pytest.mark.parametrize("model", ["connection", "check"])
def test_support_adds_changes_and_deletes_nothing(model: str, sams: Client, connection: Connection) -> None:
    check = Check.objects.create(team=connection.team, connection=connection, host="h", finished_at=timezone.now())
    pk = connection.pk if model == "connection" else check.pk

    assert sams.get(reverse(f"admin:registries_{model}_add")).status_code == 403
    assert (
        sams.post(reverse(f"admin:registries_{model}_change", args=[pk]), {"host": "evil.example.com"}).status_code == 403
    )
    assert sams.post(reverse(f"admin:registries_{model}_delete", args=[pk]), {"post": "yes"}).status_code == 403
    assert Connection.objects.get().host == "registry.example.com"


LOOKUPS = ["exact", "iexact", "contains", "icontains", "startswith", "regex", "iregex", "gt", "lt", "in", "isnull", "range"]


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_p2_no_column_can_be_read_by_a_filter_in_the_address(lookup: str, sams: Client, connection: Connection) -> None:
    columns = [field.name for field in Connection._meta.get_fields() if field.name not in ("outcome", "flavor", "paused")]
    url = reverse("admin:registries_connection_changelist")

    for column in [*columns, "team__memberships__user__password", "created_by__password", "pk"]:
        assert sams.get(url, {f"{column}__{lookup}": "1"}).status_code in (302, 400), column


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_p2_nor_a_persons_password_hash(lookup: str, sams: Client, team: Team) -> None:
    url = reverse("admin:console_user_changelist")

    for column in ("password", "email", "memberships__team__slug", "groups__name"):
        assert sams.get(url, {f"{column}__{lookup}": "a"}).status_code in (302, 400)


def test_the_hash_of_a_password_is_on_no_page(sams: Client, alice: User) -> None:
    page = sams.get(reverse("admin:console_user_change", args=[alice.pk])).content.decode()

    assert alice.password not in page
    assert "md5$" not in page


def test_no_form_of_the_admin_changes_a_person(sams: Client, alice: User, team: Team) -> None:
    url = reverse("admin:console_user_change", args=[alice.pk])
    nothing = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}

    answer = sams.post(url, {**nothing, "is_staff": "on", "is_superuser": "on", "email": "eve@evil.example"})

    assert answer.status_code == 403
    alice.refresh_from_db()
    assert (alice.is_active, alice.is_staff, alice.is_superuser, alice.email) == (
        True,
        False,
        False,
        "alice@northwind.example",
    )


def test_the_admin_shows_no_page_of_sealed_rows(sams: Client) -> None:
    assert b"ealed" not in sams.get(reverse("admin:index")).content
    assert sams.get("/admin/registries/sealed/").status_code == 404
