"""Connections: their verbs, and what two people at once cannot break."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections as databases
from django.utils import timezone
from pytest_django import Settings

from console.models import Team, User, Verb
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.flavors.base import Flavor
from registries.models import Check, Connection, FormerName, NameTaken, Sealed, SealingKey, Stale
from registries.outcomes import Finding, Outcome, State, Step, StepResult
from registries.sealing import Locked

DETAILS: dict[str, Any] = {"description": "", "purpose": "pull", "test_image": "", "ca_certificate": "", "ends_on": None}


def registry(host: str = "registry.example.com", password: str = "hunter2", username: str = "puller") -> Flavor:
    return FLAVORS["other"](url=f"https://{host}", namespace="", username=username, password=Secret(password))  # type: ignore[call-arg]


@pytest.fixture
def connect(team: Team, alice: User) -> Callable[..., Connection]:
    def connect(name: str, opened: Flavor | None = None, **details: Any) -> Connection:
        return team.connections.connect(name, opened or registry(), by=alice, **details)

    return connect


def password_of(connection: Connection) -> str:
    return connection.secrets()["password"].reveal()


def test_a_connection_opens_to_the_registry_it_was_made_of(connect: Callable[..., Connection]) -> None:
    opened = connect("web").open()

    credential = opened.credential()
    assert credential is not None
    assert (opened.host, credential.username, credential.password.reveal()) == ("registry.example.com", "puller", "hunter2")


def test_making_a_connection_is_recorded(connect: Callable[..., Connection], team: Team, alice: User) -> None:
    connect("web")

    event = team.events.first()
    assert event is not None
    assert (event.verb, event.subject, event.by) == (Verb.CONNECTION_ADDED, "web", alice)


def test_a_name_is_taken_whatever_its_case(connect: Callable[..., Connection]) -> None:
    connect("Web")

    with pytest.raises(NameTaken):
        connect("wEB")


def test_another_team_may_use_the_same_name(connect: Callable[..., Connection], charlie: User) -> None:
    connect("web")

    other = charlie.teams.get().connections.connect("web", registry(), by=charlie)

    assert other.name == "web"


def test_changing_to_other_secrets_forgets_the_former_ones(connect: Callable[..., Connection], alice: User) -> None:
    connection = connect("web")

    connection.replace(registry(password="new"), by=alice, version=1, keep_secrets=False, name="web", **DETAILS)

    assert password_of(connection) == "new"
    assert Sealed.objects.filter(connection=connection).count() == 1


def test_changing_what_is_plain_keeps_the_secret(connect: Callable[..., Connection], alice: User) -> None:
    connection = connect("web")

    connection.replace(
        registry(), by=alice, version=1, keep_secrets=True, name="web", **DETAILS | {"description": "Changed"}
    )

    assert (connection.description, password_of(connection)) == ("Changed", "hunter2")


def test_a_change_starts_the_status_over(connect: Callable[..., Connection], alice: User) -> None:
    connection = connect("web")
    Connection.objects.filter(pk=connection.pk).update(outcome="connected", reason="Fine.")

    connection.replace(registry(), by=alice, version=1, keep_secrets=True, name="web", **DETAILS)

    assert (connection.outcome, connection.reason, connection.version) == ("", "", 2)


def test_a_change_based_on_an_older_version_is_refused_and_writes_nothing(
    connect: Callable[..., Connection], alice: User
) -> None:
    connection = connect("web")
    connection.replace(registry(), by=alice, version=1, keep_secrets=True, name="web", **DETAILS | {"description": "First"})

    with pytest.raises(Stale):
        connection.replace(registry(password="late"), by=alice, version=1, keep_secrets=False, name="late", **DETAILS)

    connection.refresh_from_db()
    assert (connection.name, connection.description, password_of(connection)) == ("web", "First", "hunter2")


def test_v02_a_connection_pointed_at_another_host_does_not_open(connect: Callable[..., Connection]) -> None:
    connection = connect("web")
    Connection.objects.filter(pk=connection.pk).update(
        settings={**connection.settings, "url": "https://evil.example.com"},
        host="evil.example.com",
    )

    with pytest.raises(Locked):
        Connection.objects.get(pk=connection.pk).open()


def test_v02_changed_settings_alone_do_not_lead_a_secret_elsewhere(connect: Callable[..., Connection]) -> None:
    connection = connect("web")
    Connection.objects.filter(pk=connection.pk).update(settings={**connection.settings, "url": "https://evil.example.com"})

    with pytest.raises(Locked):
        Connection.objects.get(pk=connection.pk).open()


def test_v01_another_authority_does_not_open_a_secret(connect: Callable[..., Connection]) -> None:
    connection = connect("web")
    Connection.objects.filter(pk=connection.pk).update(ca_certificate="-----BEGIN CERTIFICATE-----")

    with pytest.raises(Locked):
        Connection.objects.get(pk=connection.pk).open()


def test_another_token_service_does_not_open_a_secret(connect: Callable[..., Connection]) -> None:
    own = FLAVORS["gitlab"](
        registry="registry.acme.example", gitlab_host="gitlab.acme.example", namespace="team", method="deploy",
        username="u", password=Secret("p"),
    )  # type: ignore[call-arg]  # fmt: skip
    connection = connect("web", own)
    Connection.objects.filter(pk=connection.pk).update(
        settings={**connection.settings, "gitlab_host": "gitlab.evil.example"}
    )

    with pytest.raises(Locked):
        Connection.objects.get(pk=connection.pk).open()


def test_a_sealed_row_moved_to_another_connection_does_not_open(connect: Callable[..., Connection]) -> None:
    one, other = connect("one"), connect("other", registry(password="another"))
    Sealed.objects.filter(connection=other).delete()
    Sealed.objects.filter(connection=one).update(connection=other)

    with pytest.raises(Locked):
        other.secrets()


def test_a_sealed_row_moved_with_its_connection_to_another_team_does_not_open(
    connect: Callable[..., Connection], charlie: User
) -> None:
    connection = connect("web")
    Connection.objects.filter(pk=connection.pk).update(team=charlie.teams.get())

    with pytest.raises(Locked):
        Connection.objects.get(pk=connection.pk).secrets()


def test_a_row_whose_key_is_missing_is_locked_and_says_so(connect: Callable[..., Connection], settings: Settings) -> None:
    connect("web")
    settings.BERTH_SEALING_KEYS = "k9:" + "A" * 43 + "="

    connection = Connection.objects.get()

    assert (connection.locked, connection.state, connection.status_label) == (True, "locked", "Locked")
    assert connection.trouble == "Its secret cannot be opened: the sealing key is missing."


def test_typing_the_secret_again_heals_a_locked_row(
    connect: Callable[..., Connection], settings: Settings, alice: User
) -> None:
    connect("web")
    settings.BERTH_SEALING_KEYS = "k9:" + "A" * 43 + "="
    connection = Connection.objects.get()

    connection.replace(registry(password="again"), by=alice, version=1, keep_secrets=False, name="web", **DETAILS)

    healed = Connection.objects.get()
    assert (healed.locked, password_of(healed)) == (False, "again")


def test_a_start_with_a_missing_key_is_refused_and_names_it(connect: Callable[..., Connection], settings: Settings) -> None:
    connect("web")
    settings.BERTH_SEALING_KEYS = "k9:" + "A" * 43 + "="

    (fault,) = SealingKey.faults()

    assert "The sealing key test1 is missing, and 1 stored logins need it." in fault
    settings.BERTH_LOST_KEYS = ["test1"]
    assert SealingKey.faults() == []


def test_a_start_with_other_bytes_under_a_known_id_is_refused(
    connect: Callable[..., Connection], settings: Settings
) -> None:
    connect("web")
    settings.BERTH_SEALING_KEYS = "test1:" + "A" * 43 + "="

    (fault,) = SealingKey.faults()

    assert fault == "The sealing key test1 has other bytes than the key of that id that sealed here before."


def test_a_renamed_connection_answers_to_its_old_name_and_counts_it(
    connect: Callable[..., Connection], team: Team, alice: User
) -> None:
    connection = connect("web")
    connection.replace(registry(), by=alice, version=1, keep_secrets=True, name="site", **DETAILS)

    for _ in range(2):
        assert team.connections.named("WEB") == connection

    assert [(former.name, former.uses) for former in connection.former_names.all()] == [("web", 2)]


def test_after_thirty_days_the_old_name_is_free(connect: Callable[..., Connection], team: Team, alice: User) -> None:
    connection = connect("web")
    connection.replace(registry(), by=alice, version=1, keep_secrets=True, name="site", **DETAILS)
    with pytest.raises(NameTaken):
        connect("web")

    FormerName.objects.update(until=timezone.now() - timedelta(seconds=1))

    with pytest.raises(Connection.DoesNotExist):
        team.connections.named("web")
    assert connect("web").name == "web"


def test_taking_the_old_name_back_leaves_no_former_name_of_that_kind(
    connect: Callable[..., Connection], alice: User
) -> None:
    connection = connect("web")
    connection.replace(registry(), by=alice, version=1, keep_secrets=True, name="site", **DETAILS)
    connection.replace(registry(), by=alice, version=2, keep_secrets=True, name="web", **DETAILS)

    assert [former.name for former in connection.former_names.all()] == ["site"]


def test_twins_sign_in_at_the_same_host_as_the_same_account(connect: Callable[..., Connection]) -> None:
    one = connect("one")
    connect("elsewhere", registry("other.example.com"))
    connect("somebody-else", registry(username="pusher"))
    two = connect("two")

    assert list(one.twins()) == [two]


def test_deleting_takes_secrets_and_history_and_leaves_a_record(
    connect: Callable[..., Connection], team: Team, alice: User
) -> None:
    connection = connect("web")
    Check.objects.ask(connection, by=alice)

    connection.remove(by=alice)

    assert (Connection.objects.count(), Sealed.objects.count(), Check.objects.count()) == (0, 0, 0)
    event = team.events.first()
    assert event is not None
    assert (event.verb, event.subject) == (Verb.CONNECTION_REMOVED, "web")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_take_one_name_at_once_one_gets_it(team: Team, alice: User) -> None:
    def connect(number: int) -> str:
        try:
            return str(team.connections.connect(f"{'wW'[number % 2]}eb", registry(), by=alice).version)
        except NameTaken:
            return "taken"
        finally:
            databases.close_all()

    with ThreadPoolExecutor(8) as threads:
        results = sorted(threads.map(connect, range(16)))

    assert results == ["1"] + ["taken"] * 15
    assert (Connection.objects.count(), Sealed.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_change_one_version_at_once_one_wins(connect: Callable[..., Connection], alice: User) -> None:
    connection = connect("web")

    def change(number: int) -> str:
        mine = Connection.objects.get(pk=connection.pk)
        try:
            mine.replace(registry(password=f"p{number}"), by=alice, version=1, keep_secrets=False, name="web", **DETAILS)
        except Stale:
            return "stale"
        else:
            return f"p{number}"
        finally:
            databases.close_all()

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(change, range(16)))

    (winner,) = [result for result in results if result != "stale"]
    assert password_of(Connection.objects.get()) == winner
    assert Connection.objects.get().version == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_who_rename_to_one_name_at_once_one_gets_it(connect: Callable[..., Connection], alice: User) -> None:
    names = [connect(f"web-{number}").name for number in range(8)]

    def rename(name: str) -> str:
        mine = Connection.objects.get(name=name)
        try:
            mine.replace(registry(), by=alice, version=1, keep_secrets=True, name="site", **DETAILS)
        except NameTaken:
            return "taken"
        else:
            return "site"
        finally:
            databases.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(rename, names)) == ["site"] + ["taken"] * 7


@pytest.mark.django_db(transaction=True)
def test_of_many_who_delete_at_once_one_is_recorded(connect: Callable[..., Connection], team: Team, alice: User) -> None:
    connection = connect("web")

    def remove(number: int) -> None:
        try:
            Connection(pk=connection.pk, team=team, name="web").remove(by=alice)
        finally:
            databases.close_all()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(remove, range(8)))

    assert team.events.filter(verb=Verb.CONNECTION_REMOVED).count() == 1


# Checks -------------------------------------------------------------------------------------------------------------


def finding(outcome: Outcome, *, failed: Step | None = None, fact: str = "") -> Finding:
    steps = tuple(
        StepResult(
            step=step, state=State.FAILED if step == failed else State.PASSED, fact=fact if step == failed else "", ms=5
        )
        for step in Step
    )
    return Finding(outcome=outcome, steps=steps)


@pytest.fixture
def ends_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Finding], None]:
    """Say how every check ends, in place of the network."""
    from registries.models import check as check_module

    def set_finding(result: Finding) -> None:
        monkeypatch.setattr(check_module, "examine", lambda registry, check, **details: result)

    return set_finding


def test_a_check_is_a_row_and_its_result_the_status(
    connect: Callable[..., Connection], alice: User, ends_with: Callable[[Finding], None]
) -> None:
    ends_with(finding(Outcome.NO_PULL_ACCESS, failed=Step.PULL, fact="The account may sign in, but not read web."))
    connection = connect("web")

    check = Check.objects.ask(connection, by=alice)
    Check.run_queued()

    check.refresh_from_db()
    connection = Connection.objects.get()
    assert (check.state, check.summary, check.status_kind, check.ms) == ("done", "Failed at Pull", "bad", 25)
    assert (connection.outcome, connection.reason) == ("no_pull_access", "The account may sign in, but not read web.")
    assert connection.last_check == check


def test_a_second_ask_while_one_is_under_way_returns_that_one(connect: Callable[..., Connection], alice: User) -> None:
    connection = connect("web")

    assert Check.objects.ask(connection, by=alice) == Check.objects.ask(connection, by=alice)


def test_a_check_that_runs_for_an_older_version_is_not_taken_for_one_of_the_new(
    connect: Callable[..., Connection], alice: User
) -> None:
    connection = connect("web")
    older = Check.objects.ask(connection, by=alice)
    connection.replace(registry(password="new"), by=alice, version=1, keep_secrets=False, name="web", **DETAILS)

    newer = Check.objects.ask(connection, by=alice)

    older.refresh_from_db()
    assert (newer.version, newer.state) == (2, "queued")
    assert (older.outcome, older.steps[0].fact) == ("could_not_check", "The connection was changed while this test ran.")


def test_a_paused_connection_is_not_checked_though_it_was_queued_before(
    connect: Callable[..., Connection], alice: User
) -> None:
    connection = connect("web")
    Check.objects.ask(connection, by=alice)

    connection.pause(True, by=alice)

    assert Check.objects.claim() is None


def test_the_result_for_an_older_version_is_not_taken(
    connect: Callable[..., Connection], alice: User, ends_with: Callable[[Finding], None]
) -> None:
    ends_with(finding(Outcome.CONNECTED))
    connection = connect("web")
    Check.objects.ask(connection, by=alice)
    connection.replace(registry(), by=alice, version=1, keep_secrets=True, name="web", **DETAILS)

    Check.run_queued()

    assert Connection.objects.get().outcome == ""


def test_a_check_that_finds_no_place_waits_and_the_next_one_to_leave_runs_it(
    connect: Callable[..., Connection], alice: User, ends_with: Callable[[Finding], None], places: Any
) -> None:
    ends_with(finding(Outcome.CONNECTED))
    first, second = connect("first"), connect("second")
    places.full = True
    waiting = Check.objects.ask(first, by=alice)
    assert Check.run_queued() is None
    assert (waiting.state, waiting.summary) == ("queued", "Waiting for a free place")
    places.full = False

    Check.objects.ask(second, by=alice)
    Check.run_queued()

    assert set(Check.objects.values_list("outcome", flat=True)) == {"connected"}


def test_a_check_whose_process_was_killed_is_given_up(connect: Callable[..., Connection], alice: User) -> None:
    check = Check.objects.ask(connect("web"), by=alice)
    Check.objects.filter(pk=check.pk).update(started_at=timezone.now() - timedelta(seconds=61))
    check.refresh_from_db()

    assert Connection.objects.get().checking_since is None
    assert check.give_up_if_lost()

    assert Connection.objects.get().status_label == "Could not check"
    check.refresh_from_db()
    assert (check.outcome, check.summary) == ("could_not_check", "Stopped at DNS")


def test_a_login_past_its_date_that_is_refused_has_ended(
    connect: Callable[..., Connection], alice: User, ends_with: Callable[[Finding], None]
) -> None:
    ends_with(finding(Outcome.SIGN_IN_REFUSED, failed=Step.SIGN_IN))
    Check.objects.ask(connect("web", ends_on=timezone.localdate() - timedelta(days=2)), by=alice)

    Check.run_queued()

    assert Connection.objects.get().status_label == "Ended"


def test_checking_a_locked_connection_says_so_and_asks_nobody(
    connect: Callable[..., Connection], alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registries.models import check as check_module

    monkeypatch.setattr(check_module, "examine", lambda *args, **details: pytest.fail("It was examined."))
    check = Check.objects.ask(connect("web"), by=alice)
    settings.BERTH_SEALING_KEYS = "k9:" + "A" * 43 + "="

    Check.run_queued()

    check.refresh_from_db()
    assert check.outcome == "could_not_check"
    assert "its sealing key is missing" in check.steps[2].fact


def test_whoever_loses_a_check_to_somebody_faster_looks_for_the_next(
    connect: Callable[..., Connection], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registries.models import check as check_module

    Check.objects.ask(connect("first"), by=alice)
    races = iter(["lost"])

    def now() -> datetime:
        if next(races, None):
            Check.objects.update(started_at=timezone.now())
            Check.objects.ask(connect("second"), by=alice)
        return timezone.now()

    monkeypatch.setattr(check_module, "timezone", SimpleNamespace(now=now))
    claimed = Check.objects.claim()

    assert claimed is not None
    assert claimed.connection == Connection.objects.get(name="second")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_one_check_one_gets_it(connect: Callable[..., Connection], alice: User) -> None:
    Check.objects.ask(connect("web"), by=alice)

    def claim(number: int) -> bool:
        try:
            return Check.objects.claim() is not None
        finally:
            databases.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(16))) == 1


@pytest.mark.django_db(transaction=True)
def test_with_every_place_taken_by_hanging_checks_the_next_one_is_told_at_once(
    connect: Callable[..., Connection], alice: User, real_places: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import Event as Signal

    from registries.models import check as check_module

    hanging, entered = Signal(), [Signal(), Signal()]
    arrivals = iter(entered)

    def hang(opened: Flavor, check: Check, **details: Any) -> Finding:
        next(arrivals).set()
        hanging.wait(30)
        return finding(Outcome.UNREACHABLE, failed=Step.DNS)

    monkeypatch.setattr(check_module, "examine", hang)
    futures = []
    for name in ("one", "two"):
        Check.objects.ask(connect(name), by=alice)
        futures.append(Check.run_queued())
    for signal in entered:
        assert signal.wait(10)

    third = Check.objects.ask(connect("three"), by=alice)
    typed, future = Check.try_out(registry(), team=third.team, by=alice, purpose="pull", test_image="", ca_certificate="")

    assert Check.run_queued() is None
    assert (future, typed.outcome) == (None, "could_not_check")
    arrivals = iter([Signal()])
    hanging.set()
    for running in futures:
        assert running is not None
        running.result(timeout=10)
    assert set(Check.objects.filter(connection__isnull=False).values_list("outcome", flat=True)) == {"unreachable"}
