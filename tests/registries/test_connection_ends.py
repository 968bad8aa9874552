"""When a connection's login ends: what a check reads, what is stored of it, and what pages say."""

import base64
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from console.models import Team, User
from registries.distribution import ConnectionRefused, Credential, Http, RegistryError, Secret
from registries.flavors.base import PasswordFlavor
from registries.health import examine
from registries.models import Check, Connection
from registries.models import check as check_module
from registries.models.connections import needs_attention
from registries.outcomes import Finding, Outcome, State, Step, StepResult
from tests.conftest import CANARY
from tests.fake_registry import FakeRegistry, FakeWay
from tests.registries.flavor_table import OTHER, made
from tests.registries.test_ends import token

NOW = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
FAR = datetime(2026, 12, 3, 22, 30, tzinfo=UTC)
NEAR = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
ECR = OTHER | {"url": "123456789012.dkr.ecr.us-east-1.amazonaws.com", "username": "AWS"}
LIST = "/teams/northwind/containers/"
STEPS = tuple(StepResult(step=step, state=State.PASSED, fact="As it should be.", ms=5) for step in Step)


# What a check reads -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Telling(PasswordFlavor):
    """A registry whose provider tells, when it is asked, what a test says."""

    slug = "telling"
    name = "Telling"

    host: str = "registry.example"
    prefix: str = ""
    account: str = "puller"
    username: str = "puller"
    password: Secret = field(default_factory=lambda: Secret("right"))
    says: datetime | Exception | None = None
    mints: bool = False
    own_end: datetime | None = None
    anonymous: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def ends_at(self) -> datetime | None:
        return self.own_end

    def credential(self) -> Credential | None:
        return None if self.anonymous else super().credential()

    def read_end(self, http: Http) -> datetime | None:
        self.asked.append("read_end")
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


def check(
    flavor: Telling,
    registry: FakeRegistry | None = None,
    *,
    told: list[tuple[StepResult, ...]] | None = None,
    step_seconds: float = 0.01,
    login: Callable[[Http], Credential | None] | None = None,
) -> Finding:
    ticks = count()
    return examine(
        flavor,
        FakeWay(registry or FakeRegistry()),
        purpose="pull",
        test_image="team/app:1",
        login=login,
        on_step=(told if told is not None else []).append,
        clock=lambda: next(ticks) * step_seconds,
        now=lambda: NOW,
    )


def fact(finding: Finding) -> str:
    return next(step.fact for step in finding.steps if step.step == Step.SIGN_IN)


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        (FAR, "Accepted as puller. It ends on 3 Dec 2026."),
        (NEAR, "Accepted as puller. It ends on 21 Nov 2026 at 22:30 UTC."),
        (NOW + timedelta(hours=48), "Accepted as puller. It ends on 22 Nov 2026 at 11:30 UTC."),
        (NOW + timedelta(hours=48, seconds=1), "Accepted as puller. It ends on 22 Nov 2026."),
    ],
)
def test_the_end_is_told_with_the_sign_in(end: datetime, sentence: str) -> None:
    told: list[tuple[StepResult, ...]] = []

    finding = check(Telling(says=end), told=told)

    assert (finding.outcome, finding.ends_at, fact(finding)) == (Outcome.CONNECTED, end, sentence)
    assert told[-1] == finding.steps
    assert [step.ms for step in finding.steps[:4]] == [10, 10, 10, 10]


def test_what_the_login_says_of_itself_counts_where_the_provider_says_nothing() -> None:
    assert check(Telling(says=None, own_end=FAR)).ends_at == FAR
    assert check(Telling(says=NEAR, own_end=FAR)).ends_at == NEAR
    assert check(Telling(says=ConnectionRefused(), own_end=FAR)).ends_at == FAR


def test_an_end_that_nobody_tells_changes_nothing() -> None:
    finding = check(Telling())

    assert (finding.ends_at, fact(finding)) == (None, "Accepted as puller.")


@pytest.mark.parametrize("away", [timedelta(), timedelta(seconds=-1), timedelta(days=-30)])
def test_a_login_that_was_just_accepted_has_not_ended(away: timedelta) -> None:
    finding = check(Telling(says=NOW + away))

    assert (finding.outcome, finding.ends_at, fact(finding)) == (Outcome.CONNECTED, None, "Accepted as puller.")


@pytest.mark.parametrize("fault", [RegistryError(), ConnectionRefused(), ValueError(CANARY), RecursionError(CANARY)])
def test_a_fault_while_reading_the_end_leaves_the_check_as_it_was(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        finding = check(Telling(says=fault))

    assert finding == check(Telling())
    assert CANARY not in caplog.text
    assert (type(fault).__name__ in caplog.text) == (not isinstance(fault, RegistryError))


def test_the_end_is_read_also_where_the_pull_failed() -> None:
    flavor = Telling(says=FAR)

    finding = check(flavor, FakeRegistry(images={"team/app": {}, "team/other": {}}))

    assert (finding.outcome, finding.ends_at) == (Outcome.IMAGE_NOT_FOUND, FAR)
    assert fact(finding) == "Accepted as puller. It ends on 3 Dec 2026."
    assert flavor.asked == ["read_end"]


@pytest.mark.parametrize(
    ("flavor", "registry", "outcome"),
    [
        (Telling(says=FAR, password=Secret("wrong")), FakeRegistry(), Outcome.SIGN_IN_REFUSED),
        (Telling(says=FAR), FakeRegistry(auth="open"), Outcome.CONNECTED),
        (Telling(says=FAR, anonymous=True), FakeRegistry(auth="open"), Outcome.CONNECTED),
        (Telling(says=FAR, anonymous=True), FakeRegistry(rights={("", "team/app"): {"pull"}}), Outcome.CONNECTED),
    ],
    ids=["refused", "open", "open to no login", "anonymous"],
)
def test_nobody_is_asked_for_the_end_of_a_login_that_was_not_accepted(
    flavor: Telling, registry: FakeRegistry, outcome: Outcome
) -> None:
    finding = check(flavor, registry)

    assert (finding.outcome, finding.ends_at, flavor.asked) == (outcome, None, [])


def test_nobody_is_asked_once_the_time_is_used_up() -> None:
    flavor = Telling(says=FAR)

    finding = check(flavor, step_seconds=2.5)

    assert (finding.outcome, finding.ends_at, flavor.asked) == (Outcome.CONNECTED, None, [])


def test_the_end_of_a_minted_login_is_not_that_of_the_connection() -> None:
    minted = Credential(host="registry.example", username="puller", password=Secret("right"), expires_at=NEAR)

    finding = check(Telling(mints=True), login=lambda http: minted)

    assert (finding.outcome, finding.ends_at) == (Outcome.CONNECTED, None)
    assert fact(finding) == "Telling gave a password that ends at 22:30 UTC. Accepted as puller."


def test_a_pasted_password_that_knows_its_end_was_given_by_nobody() -> None:
    pasted = Credential(host="registry.example", username="puller", password=Secret("right"), expires_at=NEAR)

    finding = check(Telling(own_end=NEAR), login=lambda http: pasted)

    assert fact(finding) == "Accepted as puller. It ends on 21 Nov 2026 at 22:30 UTC."


# What is stored -----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def connect(team: Team, alice: User) -> Callable[..., Connection]:
    def connect(typed: Mapping[str, str] = OTHER, **details: Any) -> Connection:
        connection: Connection = team.connections.connect("ends", made("other", typed), by=alice, **details)
        return fresh(connection)

    return connect


@pytest.fixture
def edit(alice: User) -> Callable[..., Connection]:
    def edit(connection: Connection, ends_on: date | None, *, typed: Mapping[str, str] | None = None) -> Connection:
        registry = made("other", typed) if typed else connection.open()
        connection.replace(
            registry, by=alice, version=connection.version, keep_secrets=typed is None, name="ends", ends_on=ends_on
        )
        return fresh(connection)

    return edit


@pytest.fixture
def take(monkeypatch: pytest.MonkeyPatch, alice: User) -> Callable[..., Connection]:
    """Check a connection, with this end found."""

    def take(connection: Connection, ends_at: datetime | None, outcome: Outcome = Outcome.CONNECTED) -> Connection:
        finding = Finding(outcome=outcome, steps=STEPS, ends_at=ends_at)
        monkeypatch.setattr(check_module, "examine", lambda registry, check, **details: finding)
        Check.objects.ask(connection, by=alice)
        Check.run_queued()
        return fresh(connection)

    return take


def fresh(connection: Connection) -> Connection:
    found: Connection = Connection.objects.get(pk=connection.pk)
    return found


def end(connection: Connection) -> tuple[datetime | None, date | None, str]:
    return connection.ends_at, connection.ends_on, connection.ends_source


TYPED = date(2026, 11, 30)
READ = (FAR, FAR.date(), "Read from the registry")
UNKNOWN = (None, None, "Not known")
JWT = OTHER | {"password": token({"exp": FAR.timestamp()})}


def test_what_was_typed_counts_where_nothing_tells(connect: Callable[..., Connection]) -> None:
    assert end(connect(ends_on=TYPED)) == (None, TYPED, "As entered")


def test_without_a_word_the_end_is_not_known(connect: Callable[..., Connection]) -> None:
    assert end(connect()) == UNKNOWN


def test_what_a_token_says_counts_more_than_what_was_typed(connect: Callable[..., Connection]) -> None:
    assert end(connect(JWT, ends_on=TYPED)) == READ


def test_a_token_that_says_it_ended_long_ago_hides_no_date_that_was_typed(connect: Callable[..., Connection]) -> None:
    long_ago = OTHER | {"password": token({"exp": 1_000_000_000})}

    assert end(connect(long_ago, ends_on=TYPED)) == (None, TYPED, "As entered")


def test_a_password_of_amazon_ecr_ends_twelve_hours_after_it_was_saved(connect: Callable[..., Connection]) -> None:
    ends_at = NOW + timedelta(hours=12)

    assert end(connect(ECR)) == (ends_at, ends_at.date(), "Counted from when it was saved")


def test_an_end_that_such_a_password_tells_by_itself_is_read(connect: Callable[..., Connection]) -> None:
    told = base64.b64encode(json.dumps({"payload": "x", "expiration": int(NEAR.timestamp())}).encode()).decode()

    assert end(connect(ECR | {"password": told})) == (NEAR, NEAR.date(), "Read from the registry")


def test_a_check_writes_the_end_that_it_read(connect: Callable[..., Connection], take: Callable[..., Connection]) -> None:
    assert end(take(connect(ends_on=TYPED), FAR)) == READ


def test_a_check_that_reads_no_end_leaves_the_one_that_is_known(
    connect: Callable[..., Connection], take: Callable[..., Connection]
) -> None:
    connection = take(connect(), FAR)

    assert end(take(connection, None)) == READ
    assert end(take(connection, None, Outcome.UNREACHABLE)) == READ


def test_what_was_accepted_after_its_end_has_no_end_any_more(
    connect: Callable[..., Connection], take: Callable[..., Connection]
) -> None:
    connection = connect()
    Connection.objects.update(ends_at=NOW - timedelta(hours=1), ends_on=NOW.date())

    assert end(take(fresh(connection), None, Outcome.SIGN_IN_REFUSED))[0] is not None
    assert end(take(fresh(connection), None)) == UNKNOWN


def test_an_end_read_for_an_older_version_is_dropped(
    connect: Callable[..., Connection], edit: Callable[..., Connection], alice: User
) -> None:
    connection = connect()
    check = Check.objects.ask(connection, by=alice)
    connection = edit(connection, None, typed=OTHER | {"password": "another"})

    connection.take(Finding(outcome=Outcome.CONNECTED, steps=STEPS, ends_at=FAR), check)

    assert end(fresh(connection)) == UNKNOWN


@pytest.mark.parametrize("typed", [None, TYPED, FAR.date()])
def test_a_kept_secret_keeps_its_end_whatever_is_typed(
    connect: Callable[..., Connection],
    edit: Callable[..., Connection],
    take: Callable[..., Connection],
    typed: date | None,
) -> None:
    assert end(edit(take(connect(), FAR), typed)) == READ


def test_a_kept_secret_whose_end_nobody_tells_ends_as_typed(
    connect: Callable[..., Connection], edit: Callable[..., Connection]
) -> None:
    connection = edit(connect(), TYPED)
    assert end(connection) == (None, TYPED, "As entered")

    assert end(edit(connection, None)) == UNKNOWN


def test_an_end_that_was_read_while_the_form_was_open_is_kept(
    connect: Callable[..., Connection], edit: Callable[..., Connection], take: Callable[..., Connection]
) -> None:
    opened = connect()
    take(opened, FAR)

    assert end(edit(opened, None)) == READ


@pytest.mark.parametrize(
    ("typed", "after"),
    [(FAR.date(), UNKNOWN), (TYPED, (None, TYPED, "As entered")), (None, UNKNOWN)],
    ids=["unchanged", "changed", "blanked"],
)
def test_the_end_that_was_read_of_a_former_secret_goes_with_it(
    connect: Callable[..., Connection],
    edit: Callable[..., Connection],
    take: Callable[..., Connection],
    typed: date | None,
    after: tuple[Any, ...],
) -> None:
    connection = take(connect(), FAR)

    assert end(edit(connection, typed, typed=OTHER | {"password": "another"})) == after


def test_a_date_that_was_typed_stays_with_another_secret(
    connect: Callable[..., Connection], edit: Callable[..., Connection]
) -> None:
    connection = connect(ends_on=TYPED)

    assert end(edit(connection, TYPED, typed=OTHER | {"password": "another"})) == (None, TYPED, "As entered")
    assert end(edit(fresh(connection), TYPED, typed=JWT)) == READ


def test_another_password_of_amazon_ecr_counts_anew(
    connect: Callable[..., Connection], edit: Callable[..., Connection], clock: Any
) -> None:
    connection = connect(ECR)
    clock.shift(timedelta(hours=10))

    assert edit(connection, connection.ends_on, typed=ECR | {"password": "another"}).ends_at == NOW + timedelta(hours=22)


# What follows from it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends_at", "ends_on", "ended", "soon", "kind"),
    [
        (None, None, False, False, ""),
        (None, date(2026, 11, 19), True, True, "bad"),
        (None, date(2026, 11, 20), False, True, "warn"),
        (None, date(2026, 12, 4), False, True, "warn"),
        (None, date(2026, 12, 5), False, False, ""),
        (NOW, NOW.date(), True, True, "bad"),
        (NOW + timedelta(minutes=1), NOW.date(), False, True, "warn"),
        (NOW + timedelta(days=14), date(2026, 12, 4), False, True, "warn"),
        (NOW + timedelta(days=14, minutes=1), date(2026, 12, 4), False, False, ""),
        (NOW + timedelta(days=90), date(2026, 11, 1), False, False, ""),
    ],
)
def test_an_end_is_near_or_past_and_the_list_agrees(
    connect: Callable[..., Connection], ends_at: Any, ends_on: Any, ended: bool, soon: bool, kind: str
) -> None:
    connection = connect()
    Connection.objects.filter(pk=connection.pk).update(ends_at=ends_at, ends_on=ends_on, outcome="connected")
    connection = fresh(connection)

    assert (connection.ended, connection.ends_soon, connection.ends_kind) == (ended, soon, kind)
    assert Connection.objects.filter(needs_attention()).exists() == soon


@pytest.mark.parametrize(("away", "label"), [(timedelta(minutes=-1), "Ended"), (timedelta(minutes=1), "Sign-in refused")])
def test_a_login_that_is_refused_after_its_end_has_ended_to_the_minute(
    connect: Callable[..., Connection], take: Callable[..., Connection], away: timedelta, label: str
) -> None:
    connection = connect()
    Connection.objects.filter(pk=connection.pk).update(ends_at=NOW + away, ends_on=NOW.date())

    assert take(fresh(connection), None, Outcome.SIGN_IN_REFUSED).status_label == label


# What pages say -----------------------------------------------------------------------------------------------------


@pytest.fixture
def bobs(bob: User, team: Team, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(bob)


def words(client: Client, path: str) -> str:
    html = client.get(path).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).replace(" .", ".")


@pytest.mark.parametrize(
    ("ends_at", "ends_on", "said", "source"),
    [
        (NEAR - timedelta(hours=24), NOW.date(), "In 11 h 20 Nov 2026 at 22:30 UTC", "Read from the registry"),
        (FAR, FAR.date(), "In 13 days 3 Dec 2026", "Read from the registry"),
        (NOW - timedelta(hours=3), NOW.date(), "Ended 3 h ago 20 Nov 2026 at 08:30 UTC", "Read from the registry"),
        (None, date(2027, 1, 25), "In 66 days 25 Jan 2027", "As entered"),
        (None, NOW.date(), "Ends today 20 Nov 2026", "As entered"),
        (None, None, "Not known", ""),
    ],
)
def test_the_list_and_the_facts_say_when_it_ends_and_where_that_is_from(
    bobs: Client, connect: Callable[..., Connection], ends_at: Any, ends_on: Any, said: str, source: str
) -> None:
    connection = connect()
    Connection.objects.filter(pk=connection.pk).update(ends_at=ends_at, ends_on=ends_on)

    assert said in words(bobs, LIST)
    assert f"Secret ends {said} {source}".rstrip() in words(bobs, f"{LIST}ends/")


def test_the_exact_moment_is_there_for_machines(bobs: Client, connect: Callable[..., Connection]) -> None:
    connection = connect()
    Connection.objects.filter(pk=connection.pk).update(ends_at=NEAR)

    for path in (LIST, f"{LIST}ends/"):
        assert '<time datetime="2026-11-21T22:30:00+00:00">' in bobs.get(path).content.decode()


def test_the_form_says_that_what_the_registry_says_counts(bobs: Client, connect: Callable[..., Connection]) -> None:
    connection = connect()
    assert "The registry says" not in words(bobs, f"{LIST}ends/edit/")

    Connection.objects.filter(pk=connection.pk).update(ends_at=FAR, ends_on=FAR.date())

    page = bobs.get(f"{LIST}ends/edit/").content.decode()
    assert "The registry says 3 Dec 2026; what it says counts." in page
    assert 'value="2026-12-03"' in page


def test_a_new_secret_in_the_form_loses_the_end_of_the_former_one(
    bobs: Client, connect: Callable[..., Connection], take: Callable[..., Connection]
) -> None:
    connection = take(connect(), FAR)
    take(connection, None)
    posted = {**OTHER, "name": "ends", "purpose": "pull", "method": "basic", "version": connection.version}

    kept = bobs.post(f"{LIST}ends/edit/", posted | {"password": "", "ends_on": "2026-12-03"})
    assert (kept.status_code, end(fresh(connection))) == (302, READ)
    replaced = bobs.post(
        f"{LIST}ends/edit/", posted | {"password": "another", "ends_on": "2026-12-03", "version": connection.version + 1}
    )

    assert (replaced.status_code, end(fresh(connection))) == (302, UNKNOWN)


def test_the_list_asks_the_clock_and_not_the_day(bobs: Client, connect: Callable[..., Connection]) -> None:
    connection = connect()
    Connection.objects.filter(pk=connection.pk).update(ends_at=timezone.now(), outcome="connected")

    page = words(bobs, f"{LIST}?show=attention")

    assert "Its login has ended." in page
