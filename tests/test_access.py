"""
Every URL × every visitor, six people and a machine: who gets in, who is told so, and who learns nothing.

A row is an address and a method with what each visitor gets. A URL pattern that no row names fails the tests. `IN` leads
to sign-in. Rights do not depend on the header that htmx sends, so each row is tried with it and without.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from console import first_run
from console.models import Invitation, Role, Team, User
from registries.flavors import FLAVORS
from registries.models import Check, Connection, Draft, MachineToken

IN = "sign-in"
VISITORS = ("nobody", "charlie", "vera", "bob", "alice", "sam")


class Row(NamedTuple):
    """What each of VISITORS gets: a status, or IN."""

    method: str
    name: str
    arguments: tuple[str, ...]
    expected: tuple[int | str, ...]


def same(status: int | str) -> tuple[int | str, ...]:
    return (status,) * 6


TEAM = ("northwind",)
ONE = ("northwind", "web")
# The columns:              nobody charlie vera bob alice sam
MEMBERS = (IN, 404, 200, 200, 200, 404)
ADMINS = (IN, 404, 403, 200, 200, 404)
ADMINS_LED_ON = (IN, 404, 403, 302, 302, 404)
ADMINS_WRONG_METHOD = (IN, 404, 403, 405, 405, 404)
SIGNED_IN = (IN, 200, 200, 200, 200, 200)
STAFF = (IN, 302, 302, 302, 302, 200)
LED_ON = (IN, 302, 302, 302, 302, 302)
NOT_HERE = (IN, 404, 404, 404, 404, 404)

TABLE = [
    Row("GET", "index", (), (302, 302, 302, 302, 302, 302)),
    # A session opens nothing of the machines' API, and its description is for everybody.
    Row("GET", "api:openapi-json", (), same(200)),
    Row("GET", "api:docs", (), same(200)),
    Row("GET", "machine_client", (), same(200)),
    *(Row("GET", f"api:{name}", (), same(401)) for name in ("credentials", "registries", "docker_config", "pull_secret")),
    Row("GET", "api:spec_checks", (), same(405)),
    Row("POST", "api:spec_checks", (), same(401)),
    Row("GET", "api:api-root", (), same(404)),
    Row("GET", "setup", ("{token}",), same(404)),
    Row("GET", "setup", ("guess",), same(404)),
    Row("GET", "theme", (), same(405)),
    Row("POST", "theme", (), same(302)),
    Row("GET", "language", (), same(405)),
    Row("POST", "language", (), same(302)),
    Row("GET", "account_login", (), (200, 302, 302, 302, 302, 302)),
    Row("GET", "account_logout", (), (302, 200, 200, 200, 200, 200)),
    Row("GET", "account_signup", (), same(404)),
    Row("POST", "account_signup", (), same(404)),
    Row("GET", "account_inactive", (), same(200)),
    Row("GET", "account_reauthenticate", (), (IN, 200, 200, 200, 200, 302)),  # Sam is asked for a code instead.
    Row("GET", "account_email", (), SIGNED_IN),
    Row("GET", "account_email_verification_sent", (), same(200)),
    Row("GET", "account_confirm_email", ("wrong-key",), same(200)),
    Row("GET", "account_change_password", (), SIGNED_IN),
    Row("GET", "account_set_password", (), (IN, 302, 302, 302, 302, 302)),
    Row("GET", "account_reset_password", (), same(200)),
    Row("GET", "account_reset_password_done", (), same(200)),
    Row("GET", "account_reset_password_from_key", ("abc", "wrong-key"), same(200)),
    Row("GET", "account_reset_password_from_key_done", (), same(200)),
    Row("GET", "account_confirm_login_code", (), same(302)),
    Row("GET", "usersessions_list", (), SIGNED_IN),
    # Second steps: sam has a code app, the others have none. What changes one asks for a recent sign-in first.
    Row("GET", "mfa_index", (), SIGNED_IN),
    Row("GET", "second_step_needed", (), (IN, 200, 200, 200, 200, 302)),
    Row("POST", "second_step_needed", (), (IN, 405, 405, 405, 405, 405)),
    Row("GET", "second_step_go_on", (), LED_ON),
    *(Row(method, "mfa_authenticate", (), same(302)) for method in ("GET", "POST")),
    *(Row(method, "mfa_login_webauthn", (), same(302)) for method in ("GET", "POST")),
    Row("GET", "mfa_reauthenticate", (), (IN, 302, 302, 302, 302, 200)),
    Row("GET", "mfa_reauthenticate_webauthn", (), LED_ON),
    *(Row(method, "mfa_activate_totp", (), LED_ON) for method in ("GET", "POST")),
    *(Row(method, "mfa_deactivate_totp", (), (IN, 404, 404, 404, 404, 302)) for method in ("GET", "POST")),
    Row("GET", "mfa_view_recovery_codes", (), NOT_HERE),
    Row("GET", "mfa_download_recovery_codes", (), NOT_HERE),
    *(Row(method, "mfa_generate_recovery_codes", (), LED_ON) for method in ("GET", "POST")),
    Row("GET", "mfa_list_webauthn", (), LED_ON),
    *(Row(method, "mfa_add_webauthn", (), LED_ON) for method in ("GET", "POST")),
    *(Row(method, "mfa_edit_webauthn", ("1",), LED_ON) for method in ("GET", "POST")),
    *(Row(method, "mfa_remove_webauthn", ("1",), LED_ON) for method in ("GET", "POST")),
    Row("GET", "session_end", ("0",), (IN, 405, 405, 405, 405, 405)),
    Row("POST", "session_end", ("0",), (IN, 302, 302, 302, 302, 302)),
    # Without a provider there is no single sign-on; `test_sso` has the visitors of these pages where there is one.
    *(
        Row(method, f"sso_{page}", (), same(404))
        for method in ("GET", "POST")
        for page in ("login", "callback", "connections", "connect", "reauthenticate")
    ),
    Row("GET", "team_list", (), SIGNED_IN),
    Row("GET", "team_create", (), (IN, 405, 405, 405, 405, 405)),
    Row("POST", "team_create", (), (IN, 422, 422, 422, 422, 422)),
    Row("GET", "team_detail", TEAM, (IN, 404, 302, 302, 200, 404)),
    Row("POST", "team_detail", TEAM, (IN, 404, 403, 403, 422, 404)),
    Row("GET", "team_delete", TEAM, (IN, 404, 403, 403, 200, 404)),
    Row("POST", "team_delete", TEAM, (IN, 404, 403, 403, 422, 404)),
    Row("GET", "team_second_step", TEAM, (IN, 404, 403, 403, 405, 404)),
    Row("POST", "team_second_step", TEAM, (IN, 404, 403, 403, 302, 404)),
    Row("GET", "member_list", TEAM, MEMBERS),
    Row("POST", "member_list", TEAM, (IN, 404, 405, 405, 405, 404)),
    Row("GET", "member_list", ("no-such-team",), NOT_HERE),
    # What changes who may do what asks for the password first.
    Row("GET", "member_invite", TEAM, ADMINS_WRONG_METHOD),
    Row("POST", "member_invite", TEAM, ADMINS_LED_ON),
    Row("GET", "member_role", (*TEAM, "{vera}"), ADMINS),
    Row("POST", "member_role", (*TEAM, "{vera}"), (IN, 404, 403, 422, 422, 404)),
    Row("GET", "member_role", (*TEAM, "{alice}"), (IN, 404, 403, 403, 200, 404)),
    Row("GET", "member_role", (*TEAM, "{charlie}"), (IN, 404, 403, 404, 404, 404)),
    Row("GET", "member_remove", (*TEAM, "{vera}"), MEMBERS),
    Row("POST", "member_remove", (*TEAM, "{vera}"), (IN, 404, 302, 302, 302, 404)),
    Row("GET", "member_remove", (*TEAM, "{bob}"), ADMINS),
    Row("POST", "member_remove", (*TEAM, "{bob}"), ADMINS_LED_ON),
    Row("GET", "member_remove", (*TEAM, "{alice}"), (IN, 404, 403, 403, 200, 404)),
    Row("POST", "member_remove", (*TEAM, "{alice}"), (IN, 404, 403, 403, 302, 404)),
    Row("GET", "member_remove", (*TEAM, "{charlie}"), NOT_HERE),
    Row("GET", "member_hand_over", (*TEAM, "{vera}"), (IN, 404, 403, 403, 200, 404)),
    Row("POST", "member_hand_over", (*TEAM, "{vera}"), (IN, 404, 403, 403, 302, 404)),
    Row("GET", "member_hand_over", (*TEAM, "{alice}"), (IN, 404, 403, 403, 403, 404)),
    Row("GET", "member_ask", (*TEAM, "{vera}"), ADMINS_WRONG_METHOD),
    Row("POST", "member_ask", (*TEAM, "{vera}"), ADMINS_LED_ON),
    Row("POST", "member_ask", ("elsewhere", "{vera}"), NOT_HERE),
    Row("GET", "invitation_again", (*TEAM, "{invitation}"), ADMINS_WRONG_METHOD),
    Row("POST", "invitation_again", (*TEAM, "{invitation}"), ADMINS_LED_ON),
    Row("POST", "invitation_again", ("elsewhere", "{invitation}"), (IN, 302, 404, 404, 404, 404)),
    Row("GET", "invitation_withdraw", (*TEAM, "{invitation}"), ADMINS_WRONG_METHOD),
    Row("POST", "invitation_withdraw", (*TEAM, "{invitation}"), ADMINS_LED_ON),
    Row("POST", "invitation_withdraw", ("elsewhere", "{invitation}"), (IN, 302, 404, 404, 404, 404)),
    Row("GET", "invitation", ("guess",), same(404)),
    Row("GET", "invitation", ("{secret}",), same(200)),
    Row("GET", "connection_list", TEAM, MEMBERS),
    Row("GET", "connection_list", ("no-such-team",), NOT_HERE),
    Row("GET", "connection_add", TEAM, ADMINS),
    Row("POST", "connection_add", TEAM, ADMINS),
    Row("GET", "connection_import", TEAM, ADMINS),
    Row("POST", "connection_import", TEAM, (IN, 404, 403, 422, 422, 404)),
    Row("GET", "draft_drop", (*TEAM, "{draft}"), ADMINS_WRONG_METHOD),
    Row("POST", "draft_drop", (*TEAM, "{draft}"), (IN, 404, 403, 302, 404, 404)),
    Row("GET", "connection_new", (*TEAM, "other"), ADMINS),
    Row("POST", "connection_new", (*TEAM, "other"), (IN, 404, 403, 422, 422, 404)),
    Row("GET", "connection_new", (*TEAM, "no-such-flavor"), (IN, 404, 403, 404, 404, 404)),
    Row("GET", "connection_try", (*TEAM, "other"), ADMINS_LED_ON),
    Row("POST", "connection_try", (*TEAM, "other"), (IN, 404, 403, 422, 422, 404)),
    Row("GET", "connection_detail", ONE, MEMBERS),
    Row("GET", "connection_detail", (*TEAM, "no-such-name"), NOT_HERE),
    Row("GET", "connection_detail", ("elsewhere", "web"), (IN, 404, 404, 404, 404, 404)),
    Row("GET", "connection_edit", ONE, ADMINS),
    Row("POST", "connection_edit", ONE, (IN, 404, 403, 422, 422, 404)),
    Row("GET", "connection_try_edit", ONE, ADMINS_LED_ON),
    Row("POST", "connection_try_edit", ONE, (IN, 404, 403, 422, 422, 404)),
    Row("GET", "connection_check", ONE, ADMINS_WRONG_METHOD),
    Row("POST", "connection_check", ONE, ADMINS_LED_ON),
    # Whoever may see the credential is asked for the password first.
    Row("GET", "connection_reveal", ONE, ADMINS_LED_ON),
    Row("POST", "connection_reveal", ONE, ADMINS_LED_ON),
    Row("POST", "connection_reveal", ("elsewhere", "web"), NOT_HERE),
    Row("GET", "connection_pause", ONE, ADMINS_WRONG_METHOD),
    Row("POST", "connection_pause", ONE, ADMINS_LED_ON),
    Row("GET", "token_host_approve", ONE, ADMINS_WRONG_METHOD),
    Row("POST", "token_host_approve", ONE, ADMINS_LED_ON),
    Row("GET", "token_host_withdraw", ONE, ADMINS_WRONG_METHOD),
    Row("POST", "token_host_withdraw", ONE, ADMINS_LED_ON),
    Row("GET", "connection_delete", ONE, ADMINS),
    Row("POST", "connection_delete", ONE, ADMINS_LED_ON),
    Row("GET", "token_list", TEAM, ADMINS),
    Row("POST", "token_list", TEAM, ADMINS_WRONG_METHOD),
    Row("GET", "token_list", ("no-such-team",), NOT_HERE),
    # Making and rotating ask for the password first.
    Row("GET", "token_new", TEAM, ADMINS_LED_ON),
    Row("POST", "token_new", TEAM, ADMINS_LED_ON),
    Row("GET", "token_rotate", (*TEAM, "{machine}"), ADMINS),
    Row("POST", "token_rotate", (*TEAM, "{machine}"), ADMINS_LED_ON),
    Row("GET", "token_revoke", (*TEAM, "{machine}"), ADMINS),
    Row("POST", "token_revoke", (*TEAM, "{machine}"), ADMINS_LED_ON),
    Row("GET", "token_remove", (*TEAM, "{revoked}"), ADMINS),
    Row("POST", "token_remove", (*TEAM, "{revoked}"), (IN, 404, 403, 302, 404, 404)),
    *(
        Row(method, f"token_{verb}", (team, machine), expected)
        for method in ("GET", "POST")
        for verb in ("rotate", "revoke", "remove")
        for team, machine, expected in (
            ("elsewhere", "{machine}", NOT_HERE),
            ("northwind", "nothing1", (IN, 404, 403, 404, 404, 404)),
        )
    ),
    Row("GET", "activity", TEAM, ADMINS),
    Row("POST", "activity", TEAM, ADMINS_WRONG_METHOD),
    Row("GET", "activity", ("no-such-team",), NOT_HERE),
    Row("GET", "activity", ("elsewhere",), (IN, 200, 404, 404, 404, 404)),
    *(Row("GET", name, TEAM, ADMINS) for name in ("activity_csv", "activity_jsonl")),
    # A file that is asked for is recorded as downloaded.
    *(Row("HEAD", name, TEAM, ADMINS_WRONG_METHOD) for name in ("activity_csv", "activity_jsonl")),
    *(Row("GET", name, ("elsewhere",), (IN, 200, 404, 404, 404, 404)) for name in ("activity_csv", "activity_jsonl")),
    Row("GET", "check_detail", (*TEAM, "{check}"), MEMBERS),
    Row("GET", "check_detail", (*TEAM, "{typed_check}"), (IN, 404, 404, 200, 404, 404)),
    Row("GET", "spec_checker", TEAM, MEMBERS),
    Row("POST", "spec_checker", TEAM, (IN, 404, 422, 422, 422, 404)),
    Row("GET", "spec_checker", ("no-such-team",), NOT_HERE),
    Row("POST", "spec_checker", ("elsewhere",), (IN, 422, 404, 404, 404, 404)),
    Row("GET", "image_check", TEAM, MEMBERS),
    Row("POST", "image_check", TEAM, (IN, 404, 422, 422, 422, 404)),
    Row("GET", "image_check", ("no-such-team",), NOT_HERE),
    Row("GET", "image_check_test", (*TEAM, "{typed_check}"), (IN, 404, 404, 200, 404, 404)),
    Row("GET", "image_check_test", (*TEAM, "{check}"), NOT_HERE),
    Row("POST", "image_check_test", (*TEAM, "{typed_check}"), (IN, 404, 405, 405, 405, 404)),
    Row("GET", "admin:index", (), (302, 302, 302, 302, 302, 200)),
]
ADMIN_LISTS = [
    "console_user",
    "console_team",
    "console_membership",
    "console_event",
    "console_invitation",
    "registries_connection",
    "registries_container",
    "registries_check",
    "registries_machinetoken",
    "registries_handout",
]
TABLE += [Row("GET", f"admin:{model}_changelist", (), STAFF) for model in ADMIN_LISTS]
# What support staff see of one team, and what those of them do who may. Nobody else is told that it is there.
TABLE += [
    Row("GET", "admin:console_team_change", ("{team}",), STAFF),
    Row("GET", "admin:console_team_why", ("{team}",), STAFF),
    Row("POST", "admin:console_team_why", ("{team}",), (IN, 302, 302, 302, 302, 422)),
    Row("GET", "admin:registries_connection_change", ("{web}",), STAFF),
    Row("POST", "admin:registries_connection_change", ("{web}",), (IN, 302, 302, 302, 302, 403)),
    Row("GET", "admin:registries_connection_act", ("{web}", "pause"), STAFF),
    Row("POST", "admin:registries_connection_act", ("{web}", "pause"), (IN, 302, 302, 302, 302, 422)),
    Row("POST", "admin:registries_connection_act", ("{web}", "check"), (IN, 302, 302, 302, 302, 302)),
    Row("POST", "admin:console_user_act", ("{vera}", "stop"), (IN, 302, 302, 302, 302, 422)),
    Row("POST", "admin:console_user_act", ("{sam}", "stop"), (IN, 302, 302, 302, 302, 403)),
]


@pytest.fixture
def places_of(team: Team, bob: User, cast: dict[str, User], connection: Connection, unreachable: None) -> dict[str, str]:
    """
    Return what stands for the names in braces: the ids of the cast, a check of the connection, one that bob only typed, a
    draft of bob's, a machine token, one that was revoked, and an invitation with its secret.
    """
    stored = Check.objects.create(
        team=team, connection=connection, host=connection.host, by=bob, outcome="connected", finished_at="2026-01-01T00:00Z"
    )
    typed = Check.objects.create(
        team=team, host="typed.example.com", by=bob, outcome="connected", finished_at="2026-01-01T00:00Z"
    )
    draft = Draft.objects.keep(team, FLAVORS["other"], {}, by=bob, from_file=True)
    ends_at = timezone.now() + timedelta(days=30)
    machine, revoked = (
        MachineToken.objects.issue(team, name, by=bob, ends_at=ends_at, connections=None)[0] for name in ("ci", "old")
    )
    revoked.revoke(by=bob)
    [(invitation, secret)] = Invitation.objects.invite(team, ["new@northwind.example"], Role.MEMBER, by=bob)
    return {
        **{f"{{{name}}}": str(person.pk) for name, person in cast.items()},
        "{team}": str(team.pk), "{web}": str(connection.pk),
        "{invitation}": str(invitation.pk), "{secret}": secret,
        "{machine}": machine.public_id, "{revoked}": revoked.public_id,
        "{token}": first_run.token(), "{check}": str(stored.pk), "{typed_check}": str(typed.pk), "{draft}": str(draft.uuid)
    }  # fmt: skip


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method}-{row.name}-{'-'.join(row.arguments)}")
def test_every_visitor_gets_what_the_table_says(
    row: Row,
    htmx: bool,
    places_of: dict[str, str],
    cast: dict[str, User],
    signed_in: Callable[[User], Client],
) -> None:
    url = reverse(row.name, args=[places_of.get(argument, argument) for argument in row.arguments])
    headers = {"HX-Request": "true"} if htmx else {}

    answers = []
    for visitor in ("nobody", "charlie", "vera", "sam", "bob", "alice"):
        client = Client() if visitor == "nobody" else signed_in(cast[visitor])
        response = client.generic(row.method, url, headers=headers)
        answers.append((visitor, answer(response, htmx=htmx)))
        if row.name == "connection_delete" and row.method == "POST" and visitor in ("bob", "alice"):
            assert not Connection.objects.filter(name="web").exists()
            break

    wanted = dict(zip(VISITORS, row.expected, strict=True))
    for visitor, got in answers:
        # With htmx a page answers with its part, or leads on by a header.
        assert got in ({wanted[visitor], 200, 204} if htmx and wanted[visitor] == 302 else {wanted[visitor]}), (
            visitor,
            got,
        )


# What a machine's token opens; on every page its holder is nobody.
OF_MACHINES = {"credentials": 422, "registries": 200, "docker_config": 200, "pull_secret": 200, "spec_checks": 422}


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_the_seventh_visitor_a_machine_is_nobody_on_every_page(
    htmx: bool, places_of: dict[str, str], team: Team, bob: User
) -> None:
    ends_at = timezone.now() + timedelta(days=30)
    _, text = MachineToken.objects.issue(team, "walker", by=bob, ends_at=ends_at, connections=None)
    headers = {"Authorization": f"Bearer {text.reveal()}"} | ({"HX-Request": "true"} if htmx else {})

    for row in TABLE:
        url = reverse(row.name, args=[places_of.get(argument, argument) for argument in row.arguments])
        as_nobody = Client().generic(row.method, url, headers={"HX-Request": "true"} if htmx else {})
        with_token = Client().generic(row.method, url, headers=headers)

        if answer(as_nobody, htmx=htmx) == 401:
            assert with_token.status_code == OF_MACHINES[row.name.removeprefix("api:")], row
        else:
            assert answer(with_token, htmx=htmx) == answer(as_nobody, htmx=htmx), row


def answer(response: Any, *, htmx: bool) -> int | str:
    led_to = response.headers.get("Location") or response.headers.get("HX-Redirect", "")
    if led_to.startswith(reverse("account_login")) and "next=" in led_to:
        return IN
    status: int = response.status_code
    return status


def patterns(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from patterns(pattern, namespace + inner)


def test_every_url_is_in_the_table() -> None:
    named = {row.name for row in TABLE}
    ours = {name for name in patterns(get_resolver()) if not name.startswith("admin:")}

    assert ours - named == set()


def test_every_registered_model_of_the_admin_is_in_the_table() -> None:
    registered = {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry}

    assert registered == set(ADMIN_LISTS)


def test_every_admin_page_but_the_door_refuses_people_who_are_not_staff(
    alice: User, team: Team, connection: Connection, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(alice)

    for model in ADMIN_LISTS:
        assert client.get(reverse(f"admin:{model}_add")).status_code in (302, 403)
        assert client.get(reverse(f"admin:{model}_change", args=[connection.pk])).status_code in (302, 403)


@pytest.mark.parametrize("flavor", FLAVORS)
def test_an_admin_finds_the_form_of_every_flavor(
    flavor: str, bob: User, team: Team, signed_in: Callable[[User], Client]
) -> None:
    assert signed_in(bob).get(reverse("connection_new", args=[team.slug, flavor])).status_code == 200


def test_a_stranger_cannot_tell_a_team_that_exists_from_one_that_does_not(
    charlie: User, team: Team, connection: Connection, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(charlie)

    there = client.get(f"/teams/{team.slug}/containers/web/")
    nowhere = client.get("/teams/northwinds/containers/web/")

    pages = [
        re.sub(rb'name="csrfmiddlewaretoken" value="\w+"|northwinds?', b"", response.content)
        for response in (there, nowhere)
    ]
    assert pages[0] == pages[1]


def test_a_form_without_its_token_is_refused(bob: User, team: Team, connection: Connection) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)

    response = client.post(reverse("connection_delete", args=ONE))

    assert response.status_code == 403
    assert Connection.objects.filter(name="web").exists()
