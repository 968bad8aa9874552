"""
The support staff's admin, walked as it is registered: no page has a secret, no address reads a column [P1 to P5, V37, V45].

What is secret is not listed: it is each value that is stored and that no admin is made to show. So a column or a model that
is new is covered from its first day, and a page of a new model is walked.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import Role, Team, User
from registries.models import Asker, Container, HandOut, HandOutResult, MachineToken
from tests.conftest import CANARY, PASSWORD
from tests.test_access import places_of

__all__ = ["places_of"]  # The fixture.

LOOKUPS = [
    "",
    "exact",
    "iexact",
    "contains",
    "icontains",
    "startswith",
    "regex",
    "iregex",
    "gt",
    "lt",
    "in",
    "isnull",
    "range",
]
REGISTERED: dict[str, Any] = {model._meta.label_lower: made for model, made in admin.site._registry.items()}
# Django's own words for what there is; they are in its source.
KNOWN_TO_ALL = {"auth.group", "auth.permission", "contenttypes.contenttype", "admin.logentry"}
BY_ID = {"team__id__exact", "token__id__exact", "connection__id__exact"}
"""How a page leads to the rows about what it shows. Each row says what it is about."""

SHORTEST = 12
"""A value of fewer characters may stand on a page by chance."""


@pytest.fixture
def stored(
    places_of: dict[str, str], team: Team, alice: User, bob: User, sam: User, signed_in: Callable[[User], Client]
) -> None:
    """Let every table of ours have a row, with a secret wherever there is a place for one."""
    token = MachineToken.objects.get(public_id=places_of["{machine}"])
    token.rotate(by=bob, digest=token.digest)
    asker = Asker(team=team, name=token.name, token=token, address="10.4.2.17", program="berth/1")
    HandOut.objects.note(asker, HandOutResult.NOT_FOUND, kind=HandOut.Kind.CREDENTIAL, asked="ghcr.io/acme/web")
    Container.objects.create(name="Python", reference="python:3.13", contents="Python and no more.")
    pending = EmailAddress.objects.create(user=bob, email="bob@new.example", verified=False, primary=False)
    EmailConfirmation.objects.create(email_address=pending, key="CANARY-key-of-a-confirmation", sent=timezone.now())
    typed = {"name": "bad name", "url": "https://x.example.com", "username": "u", "password": CANARY}
    signed_in(bob).post("/teams/northwind/containers/add/other/", typed)
    Client().post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    LogEntry.objects.create(user=sam, object_id="1", object_repr="Python", action_flag=2, change_message="[]")


@pytest.fixture(params=["superuser", "staff"])
def sams(request: pytest.FixtureRequest, stored: None, sam: User, signed_in: Callable[[User], Client]) -> Client:
    User.objects.filter(pk=sam.pk).update(is_superuser=request.param == "superuser")
    return signed_in(sam)


def page(model: type[models.Model], name: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=arguments)


def offered(client: Client, model: type[models.Model]) -> list[str]:
    """Return the queries that a list offers as links: filters, orders, pages."""
    html = client.get(page(model, "changelist")).content.decode()
    return sorted({unescape(query) for query in re.findall(r'href="(\?[^"]*)"', html)})


def pages(client: Client) -> Iterator[str]:
    """Give the address of every page of the admin that there is."""
    yield from (reverse("admin:index"), reverse("admin:jsi18n"), "/admin/console/", "/admin/registries/")
    for model in admin.site._registry:
        listed = page(model, "changelist")
        yield from (listed, f"{listed}?q=northwind", f"{listed}?all=", f"{listed}?_popup=1", page(model, "add"))
        yield from (listed + query for query in offered(client, model))
        rows = list(model._base_manager.all())
        assert rows, f"There is no {model._meta.verbose_name} to look at."
        for row in rows:
            yield from (page(model, name, row.pk) for name in ("change", "history", "delete"))
            yield f"{page(model, 'change', row.pk)}?_popup=1"


def shown(model: type[models.Model]) -> set[str]:
    """Return the columns that an admin is made to show."""
    made = REGISTERED.get(model._meta.label_lower)
    return {str(name) for name in (*made.list_display, *(made.fields or ()))} if made else set()


def values() -> Iterator[tuple[bool, str, str]]:
    """Give each text that is stored anywhere: whether it may be shown, where it stands, and how it could be written."""
    for model in apps.get_models():
        for row in model._base_manager.all():
            for column in row._meta.concrete_fields:
                value = getattr(row, column.attname)
                may = column.name in shown(model) or model._meta.label_lower in KNOWN_TO_ALL
                for text in _written(value):
                    yield may, f"{model._meta.label}.{column.name}", text


def _written(value: Any) -> list[str]:
    if isinstance(value, bytes | memoryview):
        raw = bytes(value)
        return [raw.hex(), b64encode(raw).decode().rstrip("="), ascii(raw)[2:-1]]
    return [value] if isinstance(value, str) else []


def secrets() -> dict[str, str]:
    """Return what no page may have, and where it is stored."""
    found = list(values())
    public = {text for may, _, text in found if may}
    kept = {text: where for may, where, text in found if not may and len(text) >= SHORTEST and text not in public}
    return {**kept, CANARY: "sealed"}


def test_what_is_secret_is_found_by_itself(stored: None) -> None:
    where = set(secrets().values())

    assert where >= {
        "console.User.password", "console.Invitation.digest", "registries.MachineToken.digest",
        "registries.MachineToken.former_digest", "registries.Sealed.ciphertext", "registries.Sealed.wrapped_key",
        "registries.Draft.ciphertext", "registries.SealingKey.check_value", "usersessions.UserSession.session_key",
        "sessions.Session.session_data", "account.EmailConfirmation.key",
    }  # fmt: skip
    assert not {name for name in where if name.startswith(("auth.", "contenttypes."))}


def test_p1_no_page_of_the_admin_has_a_secret(sams: Client) -> None:
    hidden = secrets()  # Before the walk, whose own session is none of the people's.
    walked = 0

    for address in pages(sams):
        answer = sams.get(address)
        html = unescape(answer.content.decode())
        assert answer.status_code in (200, 302, 403), address
        assert not [where for text, where in hidden.items() if text in html], address
        walked += answer.status_code == 200

    assert walked > 120


@pytest.mark.parametrize("sams", ["superuser"], indirect=True)
def test_p2_a_list_can_be_searched_for_no_secret(sams: Client) -> None:
    for model in admin.site._registry:
        listed = page(model, "changelist")
        assert sams.get(listed, {"q": "nothing-is-called-so"}).context["cl"].result_count == 0

        for text, where in secrets().items():
            for asked in (text, text[:8]):
                if "northwind" not in asked.lower():
                    found = sams.get(listed, {"q": asked}).context["cl"].result_count
                    assert found == 0, (model._meta.label, where)


def columns(model: type[models.Model], deep: bool) -> Iterator[str]:
    """Give all that a look-up can name: its own columns and relations, and where `deep`, those of what they lead to."""
    yield "pk"
    for column in model._meta.get_fields(include_hidden=True):
        yield column.name
        if deep and column.is_relation and isinstance(column.related_model, type):
            yield from (f"{column.name}__{name}" for name in columns(column.related_model, deep=False))


def filters(client: Client, model: type[models.Model]) -> set[str]:
    """Return the look-ups of the filters beside a list."""
    names = {name for query in offered(client, model) for name, _ in parse_qsl(query[1:], keep_blank_values=True)}
    return {name for name in names if name not in ("o", "p", "q", "all", "e", "_facets")}


@pytest.mark.parametrize("sams", ["superuser"], indirect=True)
@pytest.mark.parametrize("label", REGISTERED)
def test_p2_no_address_reads_a_column(label: str, sams: Client) -> None:
    model = REGISTERED[label].model
    listed, closed = page(model, "changelist"), filters(sams, model)

    for column in columns(model, deep=False):
        for lookup in LOOKUPS:
            name = f"{column}__{lookup}".removesuffix("__")
            if name not in closed:
                assert sams.get(listed, {name: "1"}).status_code == 400, name


@pytest.mark.parametrize("sams", ["superuser"], indirect=True)
@pytest.mark.parametrize("label", REGISTERED)
def test_p2_nor_one_of_what_it_leads_to(label: str, sams: Client) -> None:
    model, made = REGISTERED[label].model, REGISTERED[label]
    closed = filters(sams, model)

    for column in columns(model, deep=True):
        for lookup in LOOKUPS:
            name = f"{column}__{lookup}".removesuffix("__")
            assert name in closed | BY_ID or not made.lookup_allowed(name, "1"), name
    for column in ("pk", "password", "team__memberships__user__password", "by__password", "user__sessions__session_key"):
        assert sams.get(page(model, "changelist"), {f"{column}__startswith": "md5"}).status_code == 400, column


@pytest.mark.parametrize("sams", ["superuser"], indirect=True)
def test_p2_the_closed_list_is_what_the_page_offers(sams: Client) -> None:
    for made in REGISTERED.values():
        assert filters(sams, made.model) <= made.allowed_lookups, made


@pytest.mark.parametrize("sams", ["superuser"], indirect=True)
@pytest.mark.parametrize("label", REGISTERED)
def test_v45_no_column_is_named_as_what_a_popup_gives_back(label: str, sams: Client) -> None:
    model = REGISTERED[label].model
    row = model._base_manager.first()
    assert row is not None
    secret = [
        column.name for column in model._meta.concrete_fields if column.name not in shown(model) and not column.primary_key
    ]

    for column in [*secret, "user__password", "team__memberships__user__password", "no_such_column"]:
        for where in (page(model, "changelist"), page(model, "change", row.pk), page(model, "delete", row.pk)):
            assert sams.get(where, {"_popup": "1", "_to_field": column}).status_code in (400, 403), (where, column)


def test_v45_there_is_no_way_that_completes_what_is_typed(sams: Client) -> None:
    named = {"app_label": "console", "model_name": "event", "field_name": "by", "term": ""}

    assert sams.get("/admin/autocomplete/", named).status_code == 404


@pytest.mark.parametrize("action", ["delete_selected", "export", "__class__", "delete_model"])
def test_p4_no_action_deletes_or_exports_what_belongs_to_a_team(action: str, sams: Client) -> None:
    for model in admin.site._registry:
        if model is not Container:  # That is theirs to keep.
            rows = list(model._base_manager.order_by("pk").values())
            posted = {
                "action": action,
                "_selected_action": [row["id"] for row in rows],
                "post": "yes",
                "select_across": "1",
            }

            answer = sams.post(page(model, "changelist"), posted, follow=True)

            assert answer.status_code == 200
            assert "attachment" not in answer.headers.get("Content-Disposition", "")
            assert list(model._base_manager.order_by("pk").values()) == rows


@pytest.mark.parametrize("verb", ["add", "change", "delete"])
def test_p5_nothing_of_a_team_is_changed_by_a_post_to_any_page(verb: str, sams: Client) -> None:
    for model in admin.site._registry:
        if model in (Container, User):
            continue
        for row in model._base_manager.all():
            before = model._base_manager.filter(pk=row.pk).values().get()
            posted = {column.name: "1" for column in model._meta.concrete_fields} | {"post": "yes", "_save": "Save"}

            answer = sams.post(page(model, verb, *([] if verb == "add" else [row.pk])), posted)

            assert answer.status_code == 403
            assert model._base_manager.filter(pk=row.pk).values().get() == before


def test_v45_rows_within_a_page_are_not_edited_along(sams: Client, alice: User, vera: User, team: Team) -> None:
    membership = vera.memberships.get()
    inline = {
        "memberships-TOTAL_FORMS": "2", "memberships-INITIAL_FORMS": "1", "memberships-MIN_NUM_FORMS": "0",
        "memberships-MAX_NUM_FORMS": "1000", "memberships-0-id": str(membership.pk), "memberships-0-user": str(vera.pk),
        "memberships-0-team": str(team.pk), "memberships-0-role": "owner", "memberships-0-DELETE": "on",
        "memberships-1-team": str(Team.objects.get(slug="elsewhere").pk), "memberships-1-role": "owner",
    }  # fmt: skip

    sams.post(page(User, "change", vera.pk), {**inline, "is_active": "on", "is_superuser": "on", "is_staff": "on"})

    vera.refresh_from_db()
    assert [(m.team, m.role) for m in vera.memberships.select_related("team")] == [(team, Role.MEMBER)]
    assert (vera.is_active, vera.is_staff, vera.is_superuser) == (True, False, False)


def test_v45_staff_who_lost_their_right_read_no_history(
    stored: None, sam: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(sam)
    User.objects.filter(pk=sam.pk).update(is_staff=False)

    for address in list(pages(signed_in(User.objects.create_superuser("other@support.example", PASSWORD)))):
        assert client.get(address).status_code == 302, address
