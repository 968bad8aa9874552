"""What acting support staff may do, each with a reason that the team reads; and who may not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console import staff, staff_acts
from console.acts import ReasonForm
from console.models import Event, Team, User, Verb
from registries.models import Check, Connection, MachineToken
from tests.conftest import PASSWORD

People = Callable[[User], Client]
REASON = "Ticket 4711: pulls from every node fail."


@pytest.fixture
def token(team: Team, alice: User) -> MachineToken:
    ends_at = timezone.now() + timedelta(days=30)
    return MachineToken.objects.issue(team, "ci-runner", by=alice, ends_at=ends_at, connections=None)[0]


def act(client: Client, model: str, thing: Any, slug: str, **posted: str) -> Any:
    app = "console" if model == "user" else "registries"
    return client.post(reverse(f"admin:{app}_{model}_act", args=[thing.pk, slug]), posted, follow=True)


def told(team: Team, verb: Verb) -> list[tuple[str, str, str]]:
    return list(Event.objects.filter(team=team, verb=verb).values_list("who", "subject", "detail"))


# Who they are -----------------------------------------------------------------------------------------------------------


def test_the_migration_makes_both_groups_and_one_permission(groups: None) -> None:
    may = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}

    assert may == {staff.READ_ONLY: set(), staff.ACTING: {"act_for_team"}}
    assert Permission.objects.filter(codename="act_for_team").count() == 1


def test_those_act_who_are_in_the_group_and_superusers(ada: User, rita: User, olga: User, sam: User, alice: User) -> None:
    assert [staff.may_act(person) for person in (ada, rita, olga, sam, alice)] == [True, False, False, True, False]
    assert [staff.may_look(person) for person in (ada, rita, olga, sam, alice)] == [True, True, True, True, False]


def test_the_permission_is_nothing_without_being_staff(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=False)

    assert not staff.may_act(User.objects.get(pk=ada.pk))


def test_the_command_makes_staff_changes_their_group_and_takes_them_out(groups: None) -> None:
    for flag, expected in (("--read-only", [staff.READ_ONLY]), ("--acting", [staff.ACTING]), ("--nothing", [])):
        call_command("support", "New@support.example", flag)

        person = User.objects.get(email="new@support.example")
        assert [group.name for group in person.groups.all()] == expected
        assert person.is_staff is bool(expected)
        assert not person.has_usable_password()


def test_who_was_made_by_the_command_chooses_a_password_by_mail(groups: None, client: Client) -> None:
    call_command("support", "new@support.example", "--acting")

    client.post(reverse("account_reset_password"), {"email": "new@support.example"})

    [sent] = mail.outbox
    assert sent.to == ["new@support.example"]
    assert "/accounts/password/reset/key/" in str(sent.body)


def test_the_command_makes_nothing_of_a_wrong_address_and_leaves_superusers_alone(groups: None, sam: User) -> None:
    for email, flag in (("no address", "--acting"), ("nobody@support.example", "--nothing"), (sam.email, "--read-only")):
        with pytest.raises(CommandError):
            call_command("support", email, flag)

    assert User.objects.count() == 1
    assert User.objects.get().is_superuser


# A connection -----------------------------------------------------------------------------------------------------------


def test_pausing_asks_for_a_reason_which_the_team_sees(
    acting: Client, connection: Connection, alice: User, signed_in: People
) -> None:
    refused = act(acting, "connection", connection, "pause", reason="  ")
    assert refused.status_code == 422
    assert "Say why." in refused.content.decode()
    assert not Connection.objects.get().paused

    answer = act(acting, "connection", connection, "pause", reason=REASON)

    assert "Paused web. The team reads why on its page." in answer.content.decode()
    assert Connection.objects.get().paused
    assert told(connection.team, Verb.STAFF_PAUSED) == [("Ada", "web", REASON)]
    assert REASON in signed_in(alice).get("/teams/northwind/containers/web/").content.decode()


def test_what_was_paused_goes_on_and_the_reason_goes(acting: Client, connection: Connection) -> None:
    act(acting, "connection", connection, "pause", reason=REASON)
    act(acting, "connection", connection, "resume", reason="The ticket is closed.")

    again = Connection.objects.get()
    assert (again.paused, again.pause_reason) == (False, "")
    assert told(connection.team, Verb.STAFF_RESUMED) == [("Ada", "web", "The ticket is closed.")]


def test_the_team_may_resume_what_support_paused(acting: Client, connection: Connection, alice: User) -> None:
    act(acting, "connection", connection, "pause", reason=REASON)

    Connection.objects.get().pause(False, by=alice)

    assert Connection.objects.get().pause_reason == ""


def test_testing_again_shows_the_result_and_is_recorded(acting: Client, connection: Connection, unreachable: None) -> None:
    answer = act(acting, "connection", connection, "check")

    assert "The test of web has ended. Failed at the start." in answer.content.decode()
    assert Check.objects.get().by.name == "Ada"  # type: ignore[union-attr]
    assert told(connection.team, Verb.STAFF_CHECKED) == [("Ada", "web", "")]


def test_staff_test_by_the_limits_that_people_have(
    acting: Client, connection: Connection, unreachable: None, settings: Any
) -> None:
    settings.BERTH_CHECKS_PER_TEAM = 1
    act(acting, "connection", connection, "check")

    answer = act(acting, "connection", connection, "check")

    assert "Berth did not test web. This team started 1 tests within an hour." in answer.content.decode()
    assert len(told(connection.team, Verb.STAFF_CHECKED)) == 1


def test_a_paused_connection_is_not_tested(acting: Client, connection: Connection, unreachable: None) -> None:
    act(acting, "connection", connection, "pause", reason=REASON)

    answer = act(acting, "connection", connection, "check")

    assert "There is nothing to do" in answer.content.decode()
    assert not Check.objects.exists()


# A machine token and a person -------------------------------------------------------------------------------------------


def test_a_token_is_revoked_at_once_with_a_reason(acting: Client, token: MachineToken) -> None:
    asked = acting.get(reverse("admin:registries_machinetoken_act", args=[token.pk, "revoke"])).content.decode()
    assert "ci-runner stops working at once" in asked
    assert MachineToken.objects.get().in_force

    act(acting, "machinetoken", token, "revoke", reason="It stood in a public log.")

    assert not MachineToken.objects.get().in_force
    assert told(token.team, Verb.STAFF_REVOKED) == [("Ada", "ci-runner", "It stood in a public log.")]


def test_ending_the_sessions_of_a_person_signs_them_out(acting: Client, alice: User, team: Team, client: Client) -> None:
    client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    assert client.get("/teams/").status_code == 200

    act(acting, "user", alice, "end-sessions", reason="A lost laptop.")

    assert client.get("/teams/").status_code == 302
    assert told(team, Verb.STAFF_ENDED_SESSIONS) == [("Ada", alice.email, "A lost laptop.")]


def test_who_is_stopped_is_out_and_stays_out_of_old_sessions_once_allowed(
    acting: Client, alice: User, team: Team, client: Client
) -> None:
    client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})

    act(acting, "user", alice, "stop", reason="She left the company.")
    assert not User.objects.get(pk=alice.pk).is_active
    act(acting, "user", alice, "allow", reason="A mistake.")

    assert User.objects.get(pk=alice.pk).is_active
    assert client.get("/teams/").status_code == 302
    assert told(team, Verb.STAFF_STOPPED) == [("Ada", alice.email, "She left the company.")]
    assert told(team, Verb.STAFF_ALLOWED) == [("Ada", alice.email, "A mistake.")]


def test_it_is_told_in_each_team_of_the_person(acting: Client, alice: User, team: Team) -> None:
    other = Team.objects.found("Second", by=alice)

    act(acting, "user", alice, "stop", reason="She left the company.")

    assert len(told(team, Verb.STAFF_STOPPED)) == len(told(other, Verb.STAFF_STOPPED)) == 1


@pytest.mark.parametrize("slug", ["end-sessions", "stop"])
def test_who_reads_the_reason_is_said_before_it_is_given(slug: str, acting: Client, alice: User, team: Team) -> None:
    Team.objects.found("Second", by=alice)
    url = reverse("admin:console_user_act", args=[alice.pk, slug])
    sentence = f"Every team of this person reads it: {team.name}, Second."

    assert sentence in acting.get(url).content.decode()
    assert f"Say why. {sentence}" in acting.post(url, {"reason": ""}).content.decode()


def test_of_who_is_in_no_team_it_is_said_that_none_reads_it(acting: Client) -> None:
    alone = User.objects.create_user("alone@northwind.example", PASSWORD, name="Al One")
    url = reverse("admin:console_user_act", args=[alone.pk, "stop"])

    assert "No team reads it, as Al One is in none." in acting.get(url).content.decode()


@pytest.mark.parametrize("slug", ["end-sessions", "stop"])
def test_p6_acting_staff_do_nothing_to_staff_or_to_themselves(
    slug: str, acting: Client, ada: User, rita: User, sam: User
) -> None:
    for person in (ada, rita, sam):
        assert act(acting, "user", person, slug, reason=REASON).status_code == 403

    assert User.objects.filter(is_active=True).count() == 3


# Two at once ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "slug"), [
    ("connection", "pause"), ("connection", "resume"), ("machinetoken", "revoke"), ("user", "stop"), ("user", "allow"),
])  # fmt: skip
def test_of_two_who_do_the_same_at_once_the_second_reads_that_somebody_was_quicker(
    model: str, slug: str, acting: Client, sam: User, connection: Connection, token: MachineToken, alice: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if slug == "resume":
        connection.pause(True, by=alice)
    if slug == "allow":
        User.objects.filter(pk=alice.pk).update(is_active=False)
    quicker: dict[str, Callable[[], object]] = {
        "pause": lambda: Connection.objects.get().pause(True, by=sam, reason="The first."),
        "resume": lambda: Connection.objects.get().pause(False, by=sam, reason="The first."),
        "revoke": lambda: MachineToken.objects.get().revoke(by=sam, reason="The first."),
        "stop": lambda: staff_acts.stop(User.objects.get(pk=alice.pk), by=sam, reason="The first."),
        "allow": lambda: staff_acts.allow(User.objects.get(pk=alice.pk), by=sam, reason="The first."),
    }
    valid = ReasonForm.is_valid
    monkeypatch.setattr(ReasonForm, "is_valid", lambda form: bool(quicker[slug]()) and valid(form))
    thing = {"connection": connection, "machinetoken": token, "user": alice}[model]

    answer = act(acting, model, thing, slug, reason="The second.").content.decode()

    assert f"Somebody was quicker: {thing} was like that already. Your reason was not recorded." in answer
    assert Event.objects.filter(detail="The first.").count() == 1
    assert not Event.objects.filter(detail="The second.").exists()
    assert not LogEntry.objects.exists()


# Who may not ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["rita", "olga"])
def test_p4_those_who_only_look_are_refused_and_offered_nothing(
    who: str, request: pytest.FixtureRequest, signed_in: People, connection: Connection, token: MachineToken, alice: User
) -> None:
    client = signed_in(request.getfixturevalue(who))

    for model, thing, slugs in (
        ("connection", connection, ("check", "pause", "resume")),
        ("machinetoken", token, ("revoke",)),
        ("user", alice, ("end-sessions", "stop", "allow")),
    ):
        for slug in slugs:
            assert act(client, model, thing, slug, reason=REASON).status_code == 403, slug
        app = "console" if model == "user" else "registries"
        shown = client.get(reverse(f"admin:{app}_{model}_change", args=[thing.pk])).content.decode()
        assert "What you may do" not in shown

    assert not Event.objects.filter(verb__startswith="staff:").exclude(verb=Verb.STAFF_LOOKED).exists()
    assert not Connection.objects.get().paused


def test_an_act_needs_its_form(ada: User, connection: Connection) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)

    assert act(client, "connection", connection, "pause", reason=REASON).status_code == 403


def test_no_act_is_done_by_a_link(acting: Client, connection: Connection) -> None:
    for slug in ("check", "pause"):
        assert acting.get(reverse("admin:registries_connection_act", args=[connection.pk, slug])).status_code == 200

    assert not Connection.objects.get().paused
    assert not Check.objects.exists()


def test_what_is_not_there_is_not_found(acting: Client, connection: Connection, token: MachineToken) -> None:
    assert act(acting, "connection", connection, "delete").status_code == 404
    assert act(acting, "connection", connection, "edit").status_code == 404
    assert act(acting, "machinetoken", connection, "revoke", reason=REASON).status_code == 404


def test_p5_nobody_of_staff_edits_a_connection(acting: Client, connection: Connection, page_of: str) -> None:
    answer = acting.post(page_of, {"name": "mine", "host": "evil.example.com", "pause_reason": "x"})

    assert answer.status_code == 403
    assert Connection.objects.get().host == "registry.example.com"


def test_p6_no_page_puts_anybody_into_a_group(acting: Client, ada: User) -> None:
    url = reverse("admin:console_user_change", args=[ada.pk])

    answer = acting.post(url, {"is_superuser": "on", "groups": "1", "is_staff": "on", "user_permissions": "1"})

    assert answer.status_code == 403
    assert not User.objects.get(pk=ada.pk).is_superuser
    assert acting.get("/admin/auth/group/").status_code == 404
