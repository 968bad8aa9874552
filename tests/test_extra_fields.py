"""
Nobody becomes or changes anything by fields that a form does not have: each form is sent twice, and does the same [V36].

The second time it carries every column that any table has, by its name and as a foreign key is posted, with values that
somebody would wish for. Afterwards all tables have to read as they did the first time. What a form asks for is read from
its page, and a view that takes a POST and is not sent here fails.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ObjectDoesNotExist
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from console import first_run
from console.models import Installation, Invitation, Role, Team, User
from registries.models import Connection, Container, MachineToken
from tests.conftest import PASSWORD
from tests.test_access import places_of
from tests.test_doors import ALL

__all__ = ["places_of"]  # The fixture.

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVIL = "evil-36"
NEW = "another long passphrase"
# Made at random, or by what was: that they differ from one time to the other tells nothing.
RANDOM = {
    "digest", "previous", "about", "team_id", "former_digest", "public_id", "session_key", "session_data",
    "key", "key_id", "uuid", "team_uuid",
}  # fmt: skip
# Their rows say who is signed in, not what somebody may do.
PASSED_OVER = {"sessions.Session", "usersessions.UserSession", "admin.LogEntry"}


class Form(NamedTuple):
    """Who sends which fields where; the page that has the form, where that is another one."""

    name: str
    who: str
    fields: dict[str, str]
    arguments: tuple[str, ...] = ("northwind",)
    page: str = ""


ONE, WEB = ("northwind", "web"), "/teams/northwind/containers/web/"
TYPED = {
    "name": "new", "url": "https://new.example.com", "namespace": "/", "method": "basic", "username": "u", "password": "p",
    "purpose": "pull",
}  # fmt: skip
EDITED = TYPED | {"name": "web", "url": "https://registry.example.com", "version": "1", "description": "Changed."}
FORMS = [
    Form("language", "vera", {"language": "de", "next": "/teams/"}, (), "/teams/"),
    Form("theme", "vera", {"theme": "dark", "next": "/teams/"}, (), "/teams/"),
    Form("setup", "nobody", {"name": "N", "email": "new@northwind.example", "password": NEW, "team": "T"}, ("{token}",)),
    Form("invitation", "nobody", {"name": "Nina", "password": NEW}, ("{secret}",)),
    Form("account_login", "nobody", {"login": "alice@northwind.example", "password": PASSWORD}, ()),
    Form("account_logout", "vera", {}, ()),
    Form("account_reset_password", "nobody", {"email": "alice@northwind.example"}, ()),
    Form("account_reauthenticate", "vera", {"password": PASSWORD}, ()),
    Form("account_email", "vera", {"email": "vera@new.example", "action_add": ""}, ()),
    Form("account_change_password", "vera", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}, ()),
    Form("usersessions_list", "vera", {}, ()),
    Form("session_end", "vera", {}, ("0",), "/accounts/sessions/"),
    Form("team_create", "vera", {"name": "Mine"}, (), "/teams/"),
    Form("team_detail", "alice", {"name": "Northwind Labs", "slug": "northwind-labs"}),
    Form("team_second_step", "alice", {"asked": ""}, page="/teams/northwind/"),
    Form("team_delete", "alice", {"name": "Northwind"}),
    Form("member_invite", "bob", {"emails": "eva@northwind.example", "role": "member"}, page="/teams/northwind/members/"),
    Form("member_role", "bob", {"role": "admin"}, ("northwind", "{vera}")),
    Form("member_remove", "vera", {}, ("northwind", "{vera}")),
    Form("member_hand_over", "alice", {}, ("northwind", "{vera}")),
    Form("member_ask", "bob", {}, ("northwind", "{vera}"), "/teams/northwind/members/"),
    Form("invitation_again", "bob", {}, ("northwind", "{invitation}"), "/teams/northwind/members/"),
    Form("invitation_withdraw", "bob", {}, ("northwind", "{invitation}"), "/teams/northwind/members/"),
    Form("connection_add", "bob", {"ref": "ghcr.io/acme/web"}),
    Form("connection_new", "bob", TYPED, ("northwind", "other")),
    Form("connection_try", "bob", TYPED, ("northwind", "other"), "/teams/northwind/containers/add/other/"),
    Form("connection_import", "bob", {"content": "docker login ghcr.io -u u -p p"}),
    Form("draft_drop", "bob", {}, ("northwind", "{draft}"), "/teams/northwind/containers/import/"),
    Form("connection_edit", "bob", EDITED, ONE),
    Form("connection_try_edit", "bob", EDITED, ONE, "/teams/northwind/containers/web/edit/"),
    Form("connection_check", "bob", {}, ONE, WEB),
    Form("connection_reveal", "bob", {"key": "00000000-0000-4000-8000-000000000036"}, ONE, WEB),
    Form("connection_pause", "bob", {"paused": "yes"}, ONE, WEB),
    Form("token_host_approve", "bob", {"origin": "https://auth.example.com", "version": "1"}, ONE, WEB),
    Form("token_host_withdraw", "bob", {"origin": "https://auth.example.com", "version": "1"}, ONE, WEB),
    Form("connection_delete", "bob", {}, ONE),
    Form("token_new", "bob", {"name": "deploy", "scope": "all", "ends": "90"}),
    Form("token_rotate", "bob", {"stamp": "{stamp}"}, ("northwind", "{machine}")),
    Form("token_revoke", "bob", {}, ("northwind", "{machine}")),
    Form("token_remove", "bob", {}, ("northwind", "{revoked}")),
    Form("spec_checker", "vera", {"spec": "image: ghcr.io/acme/web\n"}),
    Form("image_check", "vera", {"image": "ghcr.io/acme/web"}),
    Form("admin:console_user_act", "sam", {"reason": "They left the company."}, ("{vera}", "stop")),
    Form(
        "admin:registries_container_add",
        "sam",
        {"name": "Ready", "reference": "a:1", "contents": "A", "order": "10"},
        (),
    ),
]
# Who is signed in, what is mailed and what is shown stand in none. No host is named here that could be approved.
CHANGES_NO_TABLE = {
    "theme", "session_end", "team_second_step", "account_logout", "account_reset_password", "account_reauthenticate",
    "connection_add", "token_host_approve", "token_host_withdraw", "spec_checker", "image_check",
}  # fmt: skip


def reverse_names() -> set[str]:
    return {address.name for address in ALL}


# What takes no POST that changes anything, or has no form: their own tests say so.
NO_FORM = {
    "index", "account_signup", "account_inactive", "account_email_verification_sent", "account_confirm_email",
    "account_set_password", "account_reset_password_done", "account_reset_password_from_key_done",
    "account_reset_password_from_key", "account_confirm_login_code", "team_list", "member_list", "connection_list",
    "connection_detail", "check_detail", "image_check_test", "token_list", "machine_client",
    # What takes a code, a browser's answer or a provider's, and no other field: test_second_factor and test_sso send them.
    *(name for name in reverse_names() if name.startswith(("mfa_", "second_step_", "sso_"))),
    "activity", "activity_csv", "activity_jsonl",
}  # fmt: skip


def wishes(places: dict[str, str], truth: str) -> dict[str, str]:
    """Return a value for each column there is, such as somebody who wants more would post it."""
    posted = {"pk": places["{charlie}"], "next_url": EVIL, "admin": truth, "superuser": truth, "origin": EVIL}
    for model in apps.get_models():
        for column in model._meta.get_fields():
            if isinstance(column, models.Field):
                value = _wish(column, places, truth)
                posted |= {column.name: value, column.attname: value, f"{column.name}_id": value}
    return posted


def _wish(column: "models.Field[Any, Any]", places: dict[str, str], truth: str) -> str:
    kinds: dict[Any, str] = {
        models.BooleanField: truth,
        (models.ForeignKey, models.ManyToManyField, models.UUIDField): places["{charlie}"],
        models.DateTimeField: "2099-01-01T00:00:00Z",
        models.DateField: "2099-01-01",
        models.EmailField: f"{EVIL}@evil.example",
        models.IntegerField: "36363",
        models.JSONField: f'["{EVIL}"]',
    }
    named = {"team": places["{elsewhere}"], "role": Role.OWNER.value}
    kind = next((wish for kind, wish in kinds.items() if isinstance(column, kind)), EVIL)
    return named.get(column.name, kind)


def everything() -> dict[str, list[Any]]:
    """Return what all tables say, in an order of its own, without what is made at random."""
    return {
        model._meta.label: sorted((dict(_said(row)) for row in model._base_manager.all()), key=repr)
        for model in apps.get_models()
        if model._meta.label not in PASSED_OVER
    }


def _said(row: models.Model) -> Iterator[tuple[str, Any]]:
    for column in row._meta.concrete_fields:
        value = getattr(row, column.attname)
        if column.name == "password":
            yield column.name, [check_password(known, value) for known in (PASSWORD, NEW, EVIL)]
        elif column.is_relation:
            yield column.name, _named(row, column.name)
        elif not (column.primary_key or column.name in RANDOM or isinstance(column, models.BinaryField)):
            yield column.name, value
    for many in row._meta.many_to_many:
        yield many.name, sorted(str(other) for other in getattr(row, many.name).all())


def _named(row: models.Model, relation: str) -> str:
    try:
        return str(getattr(row, relation))
    except ObjectDoesNotExist:
        return "gone"  # What happened in a team stays when the team goes.


@pytest.fixture
def clients(
    places_of: dict[str, str], cast: dict[str, User], signed_in: Callable[[User], Client]
) -> Iterator[dict[str, Client]]:
    """A client of each who sends forms; time stands still from when they entered their passwords."""
    User.objects.filter(pk=cast["sam"].pk).update(is_superuser=False)
    Invitation.objects.update(sent_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=71))
    MachineToken.objects.update(ends_at=NOW + timedelta(days=30))
    with time_machine.travel(NOW, tick=False):
        made = {name: signed_in(cast[name]) for name in ("alice", "bob", "vera")}
        for client in made.values():
            assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
        User.objects.filter(pk=cast["sam"].pk).update(is_superuser=True)
        yield {**made, "nobody": Client(), "sam": signed_in(cast["sam"])}


@pytest.fixture
def places(places_of: dict[str, str], charlie: User) -> dict[str, str]:
    """What stands for the names in braces, of two more: charlie's team, and the stamp of the token."""
    stamp = MachineToken.objects.get(public_id=places_of["{machine}"]).stamp
    return places_of | {"{elsewhere}": str(charlie.teams.get().pk), "{stamp}": stamp}


def sent(form: Form, client: Client, places: dict[str, str], extra: dict[str, str]) -> tuple[int, dict[str, list[Any]]]:
    """Send a form, and return the status and what all tables say then; it is as if it had never been sent."""
    fields = {name: places.get(value, value) for name, value in form.fields.items()}
    url = reverse(form.name, args=[places.get(argument, argument) for argument in form.arguments])
    cookies = dict(client.cookies)
    try:
        with transaction.atomic():
            if form.name == "setup":  # It works where there is nobody.
                _empty_all()
            status = client.post(url, {**extra, **fields}).status_code
            after = everything()
            raise _TakenBack
    except _TakenBack:
        client.cookies.clear()
        client.cookies.update(cookies)
        return status, after


class _TakenBack(Exception):
    pass


def _empty_all() -> None:
    Team.objects.all().delete()
    User.objects.all().delete()
    Installation.objects.update(set_up_at=None)


def asked_for(form: Form, client: Client, places: dict[str, str]) -> set[str]:
    """Return the names of all fields on the page of a form."""
    url = form.page or reverse(form.name, args=[places.get(argument, argument) for argument in form.arguments])
    return set(re.findall(r'name="([^"]+)"', client.get(url).content.decode()))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_v36_fields_that_a_form_does_not_have_change_nothing(
    form: Form, places: dict[str, str], clients: dict[str, Client], unreachable: None
) -> None:
    client = clients[form.who]
    known = asked_for(form, client, places) | set(form.fields)

    plain = sent(form, client, places, {})
    assert plain[0] in (200, 302)
    assert (plain[1] == everything()) is (form.name in CHANGES_NO_TABLE)

    for truth in ("on", "no"):
        extra = {name: value for name, value in wishes(places, truth).items() if name not in known}
        more = sent(form, client, places, extra)

        assert len(extra) > 60
        assert more == plain
        assert EVIL not in repr(more)


def test_v36_every_view_that_takes_a_form_is_sent_one() -> None:
    ours = {address.name for address in ALL if not address.route.startswith(("admin/", "api/"))}

    assert ours - NO_FORM == {form.name for form in FORMS if not form.name.startswith("admin:")}


def test_what_compares_the_tables_would_see_a_change(connection: Connection) -> None:
    before = everything()

    Connection.objects.update(paused=True)

    assert everything() != before
    Connection.objects.update(paused=False)
    assert everything() == before
    Container.objects.create(name=EVIL, reference="python:3.13")
    assert EVIL in repr(everything())
    User.objects.filter(is_superuser=False).update(is_staff=True)
    assert all(row["is_staff"] for row in everything()["console.User"])
    assert Role.OWNER in repr(everything()["console.Membership"])
    assert first_run.token() not in repr(before)
