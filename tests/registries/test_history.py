"""The history of a connection: spans of one status, what its page makes of them, and what that costs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.models import Check, Connection, Sealed
from registries.models.check import HISTORY_ROWS
from registries.models.history import BITS_SHOWN, SPANS_SHOWN, TESTS_SHOWN, Moment, Span, spans_of, timeline_of
from registries.outcomes import Outcome, State, Step, StepResult, steps_as_json
from tests.registries.test_views import HTMX, LIST, words

People = Callable[[User], Client]
NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
HOST = "registry.example.com"
LETTERS = {
    "c": Outcome.CONNECTED,
    "r": Outcome.SIGN_IN_REFUSED,
    "u": Outcome.UNREACHABLE,
    "e": Outcome.ENDED,
    "?": Outcome.COULD_NOT_CHECK,
    "l": Outcome.RATE_LIMITED,
}


@dataclass(frozen=True)
class Test:
    """A test that has ended, of which only this counts."""

    __test__ = False

    outcome: str
    hour: int
    host: str = HOST

    @property
    def finished_at(self) -> datetime:
        return NOON + timedelta(hours=self.hour)


def line_of(letters: str, *, host: str = HOST) -> list[Test]:
    """Return tests, the latest first, one each hour; they are written as time goes: the oldest first."""
    return [Test(LETTERS[letter], hour, host) for hour, letter in reversed(list(enumerate(letters)))]


def read(span: Span[Test]) -> tuple[str, str, int, int, int | None]:
    """Return what a span says: its status, why, how many tests, the hour of its beginning, and that of its end."""
    until = None if span.until is None else int((span.until - NOON).total_seconds() // 3600)
    since = span.since
    assert since is not None
    return span.status, span.why, len(span.tests), int((since - NOON).total_seconds() // 3600), until


# Spans --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("", []),
        ("c", [("Connected", "", 1, 0, None)]),
        ("ccc", [("Connected", "", 3, 0, None)]),
        ("ccrr", [("Failing", "sign-in refused", 2, 2, None), ("Connected", "", 2, 0, 2)]),
        ("rru", [("Failing", "unreachable", 1, 2, None), ("Failing", "sign-in refused", 2, 0, 2)]),
        ("e", [("Failing", "the login has ended", 1, 0, None)]),
        ("l", [("Could not check", "rate limited", 1, 0, None)]),
        # A passing fault is a span of its own, and neither healthy nor a failure.
        ("c?c", [("Connected", "", 1, 2, None), ("Could not check", "", 1, 1, 2), ("Connected", "", 1, 0, 1)]),
        ("r??", [("Could not check", "", 2, 1, None), ("Failing", "sign-in refused", 1, 0, 1)]),
    ],
)
def test_tests_that_end_alike_are_one_span(letters: str, expected: list[tuple[str, str, int, int, int | None]]) -> None:
    assert [read(span) for span in spans_of(line_of(letters))] == expected


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_connected_looks_healthy(outcome: Outcome) -> None:
    (span,) = spans_of([Test(outcome, 0)])

    assert (span.kind == "ok") == (span.status == "Connected") == (outcome == Outcome.CONNECTED)
    assert (span.status == "Could not check") == outcome.is_temporary


@pytest.mark.parametrize(("now", "goes_on"), [("connected", True), ("", False), ("sign_in_refused", False)])
def test_only_the_latest_span_goes_on_and_only_where_that_is_so_now(now: str, goes_on: bool) -> None:
    spans = spans_of(line_of("crcc"), now=now)

    assert [span.goes_on for span in spans] == [goes_on, False, False]


def test_the_oldest_span_may_have_begun_before_what_was_read() -> None:
    assert [span.whole for span in spans_of(line_of("ccr"), whole=False)] == [True, False]
    assert [span.whole for span in spans_of(line_of("ccr"))] == [True, True]


def test_another_address_begins_another_span_that_says_where_it_was_before() -> None:
    spans = spans_of([Test(Outcome.CONNECTED, 2), *line_of("cc", host="old.example.com")])

    assert [(span.host, len(span.tests), span.came_from) for span in spans] == [
        (HOST, 1, "old.example.com"), ("old.example.com", 2, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(("hour", "place"), [(-1, None), (0, 1), (1, 1), (2, 0), (9, 0)])
def test_a_moment_stands_in_the_span_during_which_it_came(hour: int, place: int | None) -> None:
    moment = Moment(at=NOON + timedelta(hours=hour), words="The secret was replaced")

    found = [list(span.moments) for span in spans_of(line_of("ccrr"), moments=[moment])]

    assert found == [[moment] if index == place else [] for index in range(2)]


OUTCOMES = st.sampled_from([*LETTERS.values()])
HOSTS = st.sampled_from([HOST, "old.example.com"])


@given(st.lists(st.tuples(OUTCOMES, HOSTS), max_size=60), st.lists(st.integers(-5, 70), max_size=5), st.booleans())
def test_spans_are_the_tests_in_their_order(pairs: list[tuple[Outcome, str]], moment_hours: list[int], whole: bool) -> None:
    latest_first = [Test(outcome, hour, host) for hour, (outcome, host) in reversed(list(enumerate(pairs)))]
    moments = [Moment(at=NOON + timedelta(hours=hour), words="x") for hour in moment_hours]

    spans = spans_of(latest_first, whole=whole, moments=moments)

    assert [test for span in spans for test in span.tests] == latest_first
    for span in spans:
        assert {(test.outcome, test.host) for test in span.tests} == {(span.outcome, span.host)}
    for later, earlier in pairwise(spans):
        assert (later.outcome, later.host) != (earlier.outcome, earlier.host)
        assert earlier.until == later.since
    held = [moment.at for span in spans for moment in span.moments]
    wanted = [moment.at for moment in moments if latest_first and moment.at >= latest_first[-1].finished_at]
    assert held == sorted(wanted, reverse=True)
    timeline = timeline_of(latest_first, whole=whole)
    assert len(timeline.spans) + timeline.older == len(spans)
    assert [bit.at for bit in timeline.bits] == [test.finished_at for test in reversed(latest_first[:BITS_SHOWN])]


def test_what_a_page_shows_is_bounded() -> None:
    timeline = timeline_of(line_of("cr" * 100))

    assert len(timeline.spans) == SPANS_SHOWN
    assert timeline.older == 200 - SPANS_SHOWN
    assert len(timeline.bits) == BITS_SHOWN
    assert len(timeline_of(line_of("c" * 200)).shown) == TESTS_SHOWN


# The page -----------------------------------------------------------------------------------------------------------


def ended(connection: Connection, outcome: Outcome, minutes_ago: int, **columns: object) -> Check:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    steps = [
        StepResult(step=step, state=State.PASSED if outcome == Outcome.CONNECTED else State.FAILED, ms=100) for step in Step
    ]
    return connection.checks.create(
        team=connection.team, host=connection.host, outcome=outcome, queued_at=at, finished_at=at,
        steps_json=steps_as_json(tuple(steps)), **{"started_at": at, **columns},
    )  # fmt: skip


def history(client: Client) -> str:
    page = client.get(f"{LIST}web/").content.decode()
    return words(page[page.index('id="history"') : page.index("<aside")].encode())


@pytest.fixture
def veras(vera: User, team: Team, signed_in: People) -> Client:
    return signed_in(vera)


def test_a_connection_without_tests_has_no_history(veras: Client, connection: Connection) -> None:
    assert b'id="history" aria-labelledby="history-h" hidden>' in veras.get(f"{LIST}web/").content


def test_the_page_says_since_when_it_works_and_since_when_it_did_not(
    veras: Client, connection: Connection, bob: User
) -> None:
    for minutes_ago in (600, 500):
        ended(connection, Outcome.SIGN_IN_REFUSED, minutes_ago)
    works = [ended(connection, Outcome.CONNECTED, minutes_ago, by=bob) for minutes_ago in (400, 300, 200, 4)]
    Connection.objects.update(outcome=Outcome.CONNECTED)

    told = history(veras)

    def written(at: datetime | None) -> str:
        assert at is not None
        return f"{at.day} {at:%b}, {at:%H:%M}" if at.year == timezone.now().year else f"{at.day} {at:%b %Y}, {at:%H:%M}"

    since = written(works[0].finished_at)
    assert f"Connected since {since}" in told
    assert "4 tests, last 4 min ago" in told
    first = written(connection.checks.last().finished_at)  # type: ignore[union-attr]
    assert f"Failing: sign-in refused, from {first} to {since}" in told
    assert "All 5 steps passed 500 ms Bob Berg" in told
    assert "Failed at DNS 500 ms Berth" in told
    assert f'href="{LIST}checks/{works[-1].pk}/"' in veras.get(f"{LIST}web/").content.decode()
    assert f'href="{LIST}checks/{works[0].pk}/"' not in veras.get(f"{LIST}web/").content.decode()


@pytest.mark.parametrize("now", [{"outcome": ""}, {"outcome": "connected", "paused": True}])
def test_what_is_no_longer_known_is_not_said_to_go_on(
    now: dict[str, object], veras: Client, connection: Connection
) -> None:
    ended(connection, Outcome.CONNECTED, 40)
    ended(connection, Outcome.CONNECTED, 4)
    Connection.objects.update(**now)

    told = history(veras)

    assert "Connected since" not in told
    assert "Connected, from" in told


def test_a_test_that_was_refused_or_is_under_way_is_no_history(veras: Client, connection: Connection) -> None:
    ended(connection, Outcome.CONNECTED, 9)
    ended(connection, Outcome.COULD_NOT_CHECK, 5, started_at=None)
    connection.checks.create(team=connection.team, host="h", started_at=timezone.now())

    told = history(veras)

    assert "1 test, last 9 min ago" in told
    assert "Could not check" not in told


def test_the_history_tells_when_the_secret_was_replaced(veras: Client, connection: Connection, bob: User) -> None:
    ended(connection, Outcome.SIGN_IN_REFUSED, 60)
    assert "The secret was replaced" not in history(veras)

    registry = FLAVORS["other"](
        url="https://registry.example.com", namespace="web", username="puller", password=Secret("another")
    )  # type: ignore[call-arg]
    connection.replace(registry, by=bob, version=1, keep_secrets=False, name="renamed")
    Connection.objects.update(created_at=timezone.now() - timedelta(days=1), name="web")

    assert "The secret was replaced by Bob Berg on" in history(veras)
    assert Sealed.objects.count() == 1


def test_a_history_that_was_not_read_to_its_end_says_so(veras: Client, connection: Connection) -> None:
    Check.objects.bulk_create(
        Check(
            team=connection.team, connection=connection, host=connection.host, outcome=Outcome.CONNECTED,
            queued_at=at, started_at=at, finished_at=at,
        )
        for at in (timezone.now() - timedelta(hours=hours) for hours in range(HISTORY_ROWS + 1))
    )  # fmt: skip
    Connection.objects.update(outcome=Outcome.CONNECTED)

    told = history(veras)

    assert " or earlier" in told
    assert f"At least {HISTORY_ROWS} tests" in told
    connection.checks.last().delete()  # type: ignore[union-attr]
    assert " or earlier" not in history(veras)


def test_the_history_asks_the_database_as_often_for_many_tests_as_for_one(
    connection: Connection, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    connection = connection.team.connections.get(name="web")
    ended(connection, Outcome.CONNECTED, 5000, by=bob)
    for number in range(30):
        ended(connection, [Outcome.CONNECTED, Outcome.UNREACHABLE][number % 2], 4000 - number, by=bob)

    for _ in range(2):
        with django_assert_num_queries(2):
            timeline = Check.objects.timeline(connection)
            assert all(check.summary and check.ms and str(check.by) for check in timeline.shown)
        Check.objects.exclude(pk=timeline.shown[0].pk).delete()


def test_the_history_is_the_connections_own(veras: Client, connection: Connection, alice: User) -> None:
    registry = FLAVORS["other"](url="https://registry.example.com", namespace="", username="u", password=Secret("p"))  # type: ignore[call-arg]
    ended(connection.team.connections.connect("other", registry, by=alice), Outcome.CONNECTED, 3)

    assert b'id="history" aria-labelledby="history-h" hidden>' in veras.get(f"{LIST}web/").content


# As it goes on ------------------------------------------------------------------------------------------------------


def running(connection: Connection) -> Check:
    steps = (
        StepResult(step=Step.DNS, state=State.RUNNING),
        *(StepResult(step=step, state=State.WAITING) for step in list(Step)[1:]),
    )
    return connection.checks.create(
        team=connection.team, host=connection.host, started_at=timezone.now(), steps_json=steps_as_json(steps)
    )


def end(check: Check) -> None:
    check.finished_at, check.outcome = timezone.now(), Outcome.CONNECTED
    check.steps_json = steps_as_json(tuple(StepResult(step=step, state=State.PASSED, ms=1) for step in Step))
    check.save()


def test_a_test_under_way_asks_again_and_announces_its_end_once(veras: Client, connection: Connection) -> None:
    check = running(connection)
    url = f"{LIST}checks/{check.pk}/"

    page = veras.get(f"{LIST}web/").content.decode()
    assert f'hx-get="{url}" hx-trigger="load delay:700ms"' in page
    assert f'<a class="btn btn--sm no-js" href="{url}">' in page
    under_way = veras.get(url, headers=HTMX).content.decode()
    assert "hx-trigger" in under_way
    assert "#live" not in under_way
    assert "hx-swap-oob" not in under_way

    end(check)

    last = veras.get(url, headers=HTMX).content.decode()
    assert "hx-trigger" not in last
    assert last.count('hx-swap-oob="innerHTML:#live"') == 1
    assert "Connection test: All 5 steps passed." in last
    for part in ("facts", "history"):
        assert last.count(f'id="{part}"') == 1
    assert last.count('hx-swap-oob="true"') == 2
    assert "1 test, last" in words(last.encode())
    assert "Connection test All 5 steps passed" in words(veras.get(url).content)  # by loading it again


def test_a_test_that_runs_on_its_own_page_changes_nothing_else(veras: Client, connection: Connection) -> None:
    check = running(connection)
    end(check)
    url = f"{LIST}checks/{check.pk}/"

    part = veras.get(url, headers={**HTMX, "HX-Current-URL": f"http://testserver{url}"}).content.decode()

    assert part.count("hx-swap-oob") == 1


@pytest.mark.parametrize("address", ["http://[", "nonsense", "http://elsewhere.example/", "http://testserver/%00", ""])
def test_an_address_that_htmx_makes_up_breaks_nothing(address: str, veras: Client, connection: Connection) -> None:
    check = running(connection)
    end(check)

    answer = veras.get(f"{LIST}checks/{check.pk}/", headers={**HTMX, "HX-Current-URL": address})

    assert answer.status_code == 200
