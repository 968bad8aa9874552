"""Minted logins: however many ask, one mints; the others get what that one got, until shortly before its end."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections as databases
from pytest_django import Settings

from console.models import Team, User
from registries.distribution import (
    AccessDenied,
    Answer,
    BlockedByPolicy,
    Credential,
    DeadlinePassed,
    NotTrusted,
    RateLimited,
    RegistryError,
    Secret,
    SignInRefused,
    Unreachable,
)
from registries.flavors.aws import AWS
from registries.flavors.base import Flavor
from registries.models import Check, Connection, Minted, Sealed
from registries.models import check as check_module
from registries.models.minted import LAPSES_AFTER, MARGIN, WAIT_SECONDS, MintedManager
from registries.outcomes import Outcome
from tests.conftest import CANARY
from tests.fake_registry import FakeRegistry
from tests.registries.test_ecr import FakeAWS, WayToBoth, refused

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
END = NOON + timedelta(hours=12)
MANY = 20
DETAILS: dict[str, Any] = {"description": "", "purpose": "pull", "test_image": "", "ca_certificate": "", "ends_on": None}


def ecr(secret_key: str = "s3cret", **more: str) -> AWS:
    typed: dict[str, Any] = {"registry": "123456789012", "region": "eu-west-1", "access_key": "AKIAIOSFODNN7EXAMPLE"}
    return AWS(**{**typed, **more}, secret_key=Secret(secret_key))


@dataclass
class Clock:
    """The time, as a test moves it; whoever sleeps moves none but is counted."""

    at: datetime = NOON
    seconds: float = 0.0
    slept: int = 0
    on_sleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.at

    def clock(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept += 1
        self.seconds += seconds
        self.on_sleep()


@dataclass
class Mint(FakeAWS):
    """AWS, whose passwords are numbered, and which answers once `gate` is open."""

    gate: threading.Event = field(default_factory=threading.Event)
    lasting: timedelta = timedelta(hours=12)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.gate.set()

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer:
        self.password = f"{CANARY}-{len(self.sent) + 1}"
        self.end = (self.clock.now() + self.lasting).timestamp()
        assert self.gate.wait(10)
        return super().request(method, url, headers, body, limit_bytes=limit_bytes)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def aws(clock: Clock) -> Mint:
    return Mint(clock=clock)


@pytest.fixture
def ecr_connection(team: Team, alice: User) -> Connection:
    return team.connections.connect("ecr", ecr(), by=alice)


Ask = Callable[..., Credential | None]


@pytest.fixture
def ask(ecr_connection: Connection, aws: Mint, clock: Clock) -> Ask:
    """Ask for the login as a request does that has just read the connection."""

    def ask(http: Any = aws) -> Credential | None:
        mine = Connection.objects.get(pk=ecr_connection.pk)
        return Minted.objects.login(mine, mine.open(), http, now=clock.now, sleep=clock.sleep, clock=clock.clock)

    return ask


def password(credential: Credential | None) -> str:
    assert credential is not None
    return credential.password.reveal().removeprefix(f"{CANARY}-")


def replaced(connection: Connection, registry: Flavor, *, by: User, keep_secrets: bool = False) -> None:
    mine = Connection.objects.get(pk=connection.pk)
    mine.replace(registry, by=by, version=mine.version, keep_secrets=keep_secrets, name=mine.name, **DETAILS)


# Sharing ------------------------------------------------------------------------------------------------------------


def test_what_was_minted_is_shared_with_its_end(ask: Ask, aws: Mint) -> None:
    first, second = ask(), ask()

    assert (password(first), password(second), len(aws.sent)) == ("1", "1", 1)
    assert first == second
    assert second is not None
    assert (second.username, second.expires_at) == ("AWS", END)
    assert second.host == "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("later", "minted"),
    [
        (timedelta(hours=12) - MARGIN - timedelta(seconds=1), 1),
        (timedelta(hours=12) - MARGIN, 2),
        (timedelta(hours=12), 2),
        (timedelta(hours=13), 2),
    ],
)
def test_it_is_shared_until_shortly_before_its_own_end(
    later: timedelta, minted: int, ask: Ask, aws: Mint, clock: Clock
) -> None:
    ask()
    clock.at += later

    assert password(ask()) == str(minted)
    assert len(aws.sent) == minted


def test_thirteen_hours_later_the_next_one_is_shared_in_turn(ask: Ask, aws: Mint, clock: Clock) -> None:
    ask()
    clock.at += timedelta(hours=13)

    assert [password(ask()) for _ in range(3)] == ["2", "2", "2"]
    assert len(aws.sent) == 2


def test_none_is_shared_for_longer_than_any_provider_gives_one(ask: Ask, aws: Mint, clock: Clock) -> None:
    aws.lasting = timedelta(days=4000)
    ask()
    clock.at += timedelta(hours=12)

    assert password(ask()) == "2"


def test_one_that_ended_long_ago_is_shared_with_nobody(ask: Ask, aws: Mint) -> None:
    ask()
    Minted.objects.update(expires_at=datetime(1, 1, 1, tzinfo=UTC))

    assert password(ask()) == "2"


def test_one_that_ends_too_soon_is_shared_with_nobody(ask: Ask, aws: Mint) -> None:
    aws.lasting = MARGIN

    assert [password(ask()), password(ask())] == ["1", "2"]


def test_what_mints_nothing_is_handed_out_as_it_is(connection: Connection, aws: Mint) -> None:
    credential = connection.login(connection.open(), aws)

    assert credential == connection.open().credential()
    assert aws.sent == []
    assert not Minted.objects.exists()


def test_a_pasted_password_is_not_minted(team: Team, alice: User, aws: Mint) -> None:
    pasted = AWS(registry="123456789012", region="eu-west-1", method="password", password=Secret(CANARY))
    connection = team.connections.connect("ecr", pasted, by=alice)

    credential = connection.login(connection.open(), aws)

    assert credential is not None
    assert credential.password == Secret(CANARY)
    assert aws.sent == []
    assert not Minted.objects.exists()


def test_two_connections_share_nothing(team: Team, alice: User, ask: Ask, aws: Mint) -> None:
    twin = team.connections.connect("twin", ecr(), by=alice)
    ask()

    assert password(twin.login(twin.open(), aws)) == "2"


# One mints for all --------------------------------------------------------------------------------------------------


@pytest.fixture
def at_once(ecr_connection: Connection, aws: Mint) -> Iterator[Callable[[], list[Any]]]:
    """Let many ask at once; AWS answers when all but one of them wait. Returns what each of them got."""
    waiting: set[int] = set()

    def sleep(seconds: float) -> None:
        waiting.add(threading.get_ident())
        if len(waiting) == MANY - 1:
            aws.gate.set()
        threading.Event().wait(0.01)

    def one(number: int) -> Any:
        try:
            mine = Connection.objects.get(pk=ecr_connection.pk)
            return Minted.objects.login(mine, mine.open(), aws, now=lambda: NOON, sleep=sleep)
        except RegistryError as error:
            return error
        finally:
            databases.close_all()

    def at_once() -> list[Any]:
        aws.gate.clear()
        return list(threads.map(one, range(MANY)))

    with ThreadPoolExecutor(max_workers=MANY) as threads:
        yield at_once
        aws.gate.set()


@pytest.mark.django_db(transaction=True)
def test_twenty_who_ask_at_once_get_one_login_minted_once(at_once: Callable[[], list[Any]], aws: Mint) -> None:
    got = at_once()

    assert len(aws.sent) == 1
    assert {password(credential) for credential in got} == {"1"}
    assert len(got) == MANY


@pytest.mark.django_db(transaction=True)
def test_when_aws_refuses_it_is_asked_once_and_all_are_told(at_once: Callable[[], list[Any]], aws: Mint) -> None:
    aws.replies = [refused(400, "UnrecognizedClientException")]

    got = at_once()

    assert len(aws.sent) == 1
    assert {type(error) for error in got} == {SignInRefused}
    assert {error.detail for error in got} == {"AWS does not know this access key, or knows it in other regions only."}
    assert {(error.status, error.host) for error in got} == {(400, "api.ecr.eu-west-1.amazonaws.com")}


def test_what_somebody_minted_between_the_look_and_the_claim_is_taken(
    ask: Ask, aws: Mint, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = MintedManager._claim

    def too_late(self: MintedManager, row: Minted, at: datetime) -> datetime | None:
        monkeypatch.setattr(MintedManager, "_claim", claim)
        assert password(ask()) == "1"
        return claim(self, row, at)

    monkeypatch.setattr(MintedManager, "_claim", too_late)

    assert password(ask()) == "1"
    assert len(aws.sent) == 1


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_aws_is_asked(ask: Ask, aws: Mint) -> None:
    @dataclass
    class Looking:
        seen: list[bool] = field(default_factory=list)

        def request(self, *args: Any, **kwargs: Any) -> Answer:
            self.seen.append(databases["default"].in_atomic_block)
            return aws.request(*args, **kwargs)

    looking = Looking()
    ask(looking)

    assert looking.seen == [False]


# When minting fails -------------------------------------------------------------------------------------------------


def waiting_while(clock: Clock, happens: Callable[[], None]) -> None:
    """Let something happen the first time that somebody sleeps."""

    def once() -> None:
        clock.on_sleep = lambda: None
        happens()

    clock.on_sleep = once


def claimed(connection: Connection, at: datetime) -> None:
    """Let somebody else have begun to mint, whose row has nothing to share."""
    row = Minted(connection=connection, reach="elsewhere", claimed_at=at)
    row.seal({})
    row.save()


@pytest.mark.parametrize(
    "error",
    [
        SignInRefused("AWS does not know it.", host="h", status=400),
        RateLimited(host="h", status=429, retry_after_seconds=60),
        BlockedByPolicy("Not allowed.", host="h", allow="10.0.0.0/8"),
        NotTrusted("The certificate expired.", host="h", reason="expired"),
        Unreachable("AWS has a fault of its own.", host="h", status=503),
        DeadlinePassed("Too late.", host="h"),
        RegistryError("AWS gave no password.", host="h", status=400, code="DENIED"),
    ],
)
def test_those_who_waited_are_told_what_went_wrong(
    error: RegistryError, ask: Ask, aws: Mint, clock: Clock, ecr_connection: Connection
) -> None:
    claimed(ecr_connection, NOON)
    aws.replies = [error]

    def other_fails() -> None:
        row = Minted.objects.get()
        with pytest.raises(RegistryError):
            Minted.objects._mint(row, NOON, ecr_connection.open(), aws, clock.now)

    waiting_while(clock, other_fails)
    with pytest.raises(RegistryError) as told:
        ask()

    assert type(told.value) is type(error)
    assert told.value is not error
    assert vars(told.value) == vars(error)
    assert str(told.value) == error.detail
    assert len(aws.sent) == 1


def test_that_a_right_is_missing_is_told_as_what_it_is(
    ask: Ask, aws: Mint, clock: Clock, ecr_connection: Connection
) -> None:
    claimed(ecr_connection, NOON)
    aws.replies = [refused(400, "AccessDeniedException")]

    def other_fails() -> None:
        with pytest.raises(AccessDenied):
            Minted.objects._mint(Minted.objects.get(), NOON, ecr_connection.open(), aws, clock.now)

    waiting_while(clock, other_fails)
    with pytest.raises(AccessDenied) as told:
        ask()

    assert told.value.at_token_service is True


def test_who_asks_after_a_failure_asks_anew(ask: Ask, aws: Mint) -> None:
    aws.replies = [refused(400, "UnrecognizedClientException")]
    with pytest.raises(SignInRefused):
        ask()

    assert password(ask()) == "2"
    assert (Minted.objects.get().failure, Minted.objects.get().failed_at) == ({}, None)


def test_a_failure_keeps_what_is_still_good(ask: Ask, aws: Mint, clock: Clock) -> None:
    ask()
    clock.at += timedelta(hours=12) - MARGIN
    aws.replies = [refused(500, "ServerException")]
    with pytest.raises(Unreachable):
        ask()

    clock.at -= timedelta(minutes=1)
    assert password(ask()) == "1"


def test_a_fault_of_ours_frees_the_place_at_once(ask: Ask, aws: Mint) -> None:
    class Broken:
        def request(self, *args: Any, **kwargs: Any) -> Answer:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(Broken())

    assert Minted.objects.get().claimed_at is None
    assert password(ask()) == "1"


def test_the_place_of_one_who_was_killed_lapses(ask: Ask, aws: Mint, clock: Clock, ecr_connection: Connection) -> None:
    claimed(ecr_connection, NOON)

    with pytest.raises(DeadlinePassed) as told:
        ask()
    assert "Another request" in told.value.detail
    assert (len(aws.sent), clock.seconds >= WAIT_SECONDS) == (0, True)

    clock.at += LAPSES_AFTER
    assert password(ask()) == "1"


def test_a_place_taken_in_the_future_lapses_too(ask: Ask, clock: Clock, ecr_connection: Connection) -> None:
    claimed(ecr_connection, NOON + timedelta(days=1))  # The clock was set back since.

    assert password(ask()) == "1"


def test_one_who_waits_takes_over_where_the_place_lapses(
    ask: Ask, aws: Mint, clock: Clock, ecr_connection: Connection
) -> None:
    claimed(ecr_connection, NOON)

    def time_passes() -> None:
        clock.at += LAPSES_AFTER

    waiting_while(clock, time_passes)

    assert password(ask()) == "1"
    assert clock.slept == 1


def test_one_whose_place_lapsed_overwrites_nothing(ask: Ask, aws: Mint, clock: Clock, ecr_connection: Connection) -> None:
    claimed(ecr_connection, NOON)
    slow = Minted.objects.get()
    clock.at += LAPSES_AFTER
    ask()

    late = Minted.objects._mint(slow, NOON, ecr_connection.open(), aws, clock.now)

    assert password(late) == "2"
    assert password(ask()) == "1"


# What makes it void -------------------------------------------------------------------------------------------------


def test_a_replaced_secret_mints_anew(ask: Ask, aws: Mint, ecr_connection: Connection, alice: User) -> None:
    ask()

    replaced(ecr_connection, ecr("another"), by=alice)

    assert not Minted.objects.exists()
    assert password(ask()) == "2"


@pytest.mark.parametrize(
    ("changed", "keep_secrets", "minted"),
    [
        ({"access_key": "AKIAANOTHERANOTHER22"}, True, "2"),
        ({"role": "arn:aws:iam::210987654321:role/r"}, True, "3"),  # The second question is the one for the role.
        ({"region": "eu-west-2"}, False, "2"),
        ({"registry": "210987654321"}, False, "2"),
    ],
)
def test_a_row_of_other_settings_is_of_no_use_wherever_it_comes_from(
    changed: dict[str, str],
    keep_secrets: bool,
    minted: str,
    ask: Ask,
    ecr_connection: Connection,
    alice: User,
) -> None:
    ask()
    row = Minted.objects.get()
    replaced(ecr_connection, ecr(**changed), by=alice, keep_secrets=keep_secrets)
    row.save(force_insert=True)  # As if it had been stored a moment too late.

    assert password(ask()) == minted


def test_a_row_of_an_older_secret_is_of_no_use_wherever_it_comes_from(
    ask: Ask, aws: Mint, ecr_connection: Connection, alice: User
) -> None:
    ask()
    row = Minted.objects.get()
    replaced(ecr_connection, ecr("another"), by=alice)
    row.save(force_insert=True)

    assert password(ask()) == "2"


def test_one_who_opened_the_connection_before_it_changed_shares_nothing(
    ask: Ask, aws: Mint, ecr_connection: Connection, alice: User
) -> None:
    before = Connection.objects.get(pk=ecr_connection.pk)
    opened = before.open()
    replaced(ecr_connection, ecr("another"), by=alice)

    assert password(before.login(opened, aws)) == "1"
    assert not Minted.objects.exists()
    assert password(ask()) == "2"
    assert password(before.login(opened, aws)) == "3"


def test_one_who_was_minting_when_it_changed_leaves_nothing(
    ask: Ask, aws: Mint, ecr_connection: Connection, alice: User
) -> None:
    class Meanwhile:
        def request(self, *args: Any, **kwargs: Any) -> Answer:
            replaced(ecr_connection, ecr("another"), by=alice)
            return aws.request(*args, **kwargs)

    assert password(ask(Meanwhile())) == "1"

    assert not Minted.objects.exists()
    assert password(ask()) == "2"


def test_a_deleted_connection_leaves_nothing(ask: Ask, ecr_connection: Connection, alice: User) -> None:
    ask()

    ecr_connection.remove(by=alice)

    assert not Minted.objects.exists()


def test_a_login_that_was_forgotten_is_minted_anew(ask: Ask, ecr_connection: Connection) -> None:
    ask()

    ecr_connection.forget_login()

    assert password(ask()) == "2"


# Sealing ------------------------------------------------------------------------------------------------------------


def test_nothing_in_the_row_can_be_read(ask: Ask, aws: Mint) -> None:
    ask()
    row = Minted.objects.values().get()

    stored = b"".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row.values())
    assert CANARY.encode() not in stored
    assert Minted.objects.get().unseal()["username"] == Secret("AWS")


def test_a_failure_that_is_stored_says_nothing_of_what_aws_said(ask: Ask, aws: Mint) -> None:
    aws.replies = [refused(400, "UnrecognizedClientException")]
    with pytest.raises(SignInRefused):
        ask()

    failure = Minted.objects.get().failure
    assert failure["kind"] == "SignInRefused"
    assert "AKIA" not in json.dumps(failure)
    assert "welcome" not in json.dumps(failure)


@pytest.mark.parametrize("changed", [{"revision": 2}, {"reach": "0" * 64}, {"ciphertext": b"\x01" + bytes(300)}])
def test_a_row_that_was_changed_is_of_no_use(changed: dict[str, Any], ask: Ask) -> None:
    ask()
    Minted.objects.update(**changed)

    assert password(ask()) == "2"


def test_a_row_of_another_connection_does_not_open(team: Team, alice: User, ask: Ask, aws: Mint) -> None:
    ask()
    twin = team.connections.connect("twin", ecr(), by=alice)
    Minted.objects.update(connection=twin)

    assert password(twin.login(twin.open(), aws)) == "2"


def test_a_login_whose_key_is_lost_is_minted_anew(
    ask: Ask, aws: Mint, ecr_connection: Connection, settings: Settings, alice: User
) -> None:
    ask()
    mine = ecr_connection.open()
    settings.BERTH_SEALING_KEYS = "k9:" + "A" * 43 + "="

    assert password(ecr_connection.login(mine, aws)) == "2"
    assert Minted.objects.get().key_id == "k9"


def test_a_row_that_is_wrapped_anew_is_still_shared(ask: Ask, settings: Settings) -> None:
    ask()
    settings.BERTH_SEALING_KEYS = "new:" + "A" * 43 + "=\n" + settings.BERTH_SEALING_KEYS

    Minted.objects.rewrap_batch(0)
    Sealed.objects.rewrap_batch(0)

    assert Minted.objects.by_key() == {"new": 1}
    assert password(ask()) == "1"


# In a check ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch, aws: Mint) -> FakeRegistry:
    """Give every check the way to AWS and to one registry, which takes the first password that is minted."""
    aws.lasting = timedelta(days=365 * 100)  # A check has no clock of a test's.
    origin = "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    registry = FakeRegistry(origin=origin, auth="basic", users={"AWS": f"{CANARY}-1"})

    class Way(WayToBoth):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(aws, registry)

        def __enter__(self) -> "Way":
            return self

        def __exit__(self, *exc: object) -> None:
            pass

    monkeypatch.setattr(check_module, "Way", Way)
    return registry


def checked(connection: Connection, by: User) -> Check:
    check = Check.objects.ask(Connection.objects.get(pk=connection.pk), by=by)
    Check.run_waiting()
    check.refresh_from_db()
    return check


def test_checks_share_the_login(way: FakeRegistry, ecr_connection: Connection, aws: Mint, alice: User) -> None:
    outcomes = [checked(ecr_connection, alice).outcome for _ in range(3)]

    assert outcomes == [Outcome.CONNECTED] * 3
    assert len(aws.sent) == 1


def test_a_login_that_the_registry_refuses_is_shared_no_longer(
    way: FakeRegistry, ecr_connection: Connection, aws: Mint, alice: User
) -> None:
    checked(ecr_connection, alice)
    way.users = {"AWS": f"{CANARY}-2"}

    outcomes = [checked(ecr_connection, alice).outcome for _ in range(3)]

    assert outcomes == [Outcome.SIGN_IN_REFUSED, Outcome.CONNECTED, Outcome.CONNECTED]
    assert len(aws.sent) == 2


def test_what_is_only_typed_is_minted_for_itself(way: FakeRegistry, team: Team, aws: Mint, alice: User) -> None:
    details = {"purpose": "pull", "test_image": "", "ca_certificate": ""}

    check, _ = Check.try_out(ecr(), team=team, by=alice, **details)

    assert check.outcome == Outcome.CONNECTED
    assert len(aws.sent) == 1
    assert not Minted.objects.exists()
