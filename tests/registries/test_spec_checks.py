"""Checking a workload file against what is stored: whose connections, how they are, in how many queries, and what stays."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection as database
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from console.models import Team, User
from console.reports import Line
from registries.distribution import Secret
from registries.flavors.dockerhub import DockerHub
from registries.flavors.github import GitHub
from registries.flavors.other import Other
from registries.models import Check, Connection, Container, FormerName, HandOut, Sealed, visit
from registries.outcomes import Mend, Outcome, State, Step, StepResult, steps_as_json
from registries.spec_checks import Report, check_spec
from registries.specs.spec import SpecFault
from registries.specs.verdicts import Level, Rule
from registries.views.spec_example import EXAMPLE
from tests.browser.diary import tables_holding
from tests.conftest import CANARY
from tests.fake_internet import FakeInternet
from tests.registries.api.conftest import issue

NOW = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
Add = Callable[..., Connection]


@pytest.fixture(autouse=True)
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def add(team: Team, alice: User) -> Add:
    """Add a connection, whose last check ended as it is said: so many minutes ago, and for what reason."""

    def add(name: str, address: str, outcome: str = "", *, minutes_ago: int = 4, **columns: Any) -> Connection:
        host, _, namespace = address.partition("/")
        registry = Other(url=f"https://{host}", namespace=namespace, username="puller", password=Secret(CANARY))
        row = team.connections.connect(name, registry, by=alice)
        if outcome:
            at = NOW - timedelta(minutes=minutes_ago)
            check = Check.objects.create(
                team=team, connection=row, host=host, started_at=at, finished_at=at, outcome=outcome,
                steps_json=steps_as_json(columns.pop("steps", ())),
            )  # fmt: skip
            columns = {"outcome": outcome, "last_check": check, **columns}
        Connection.objects.filter(pk=row.pk).update(**columns)
        return row

    return add


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> FakeInternet:
    internet = FakeInternet()
    monkeypatch.setattr(visit, "Way", internet.way)
    return internet


def checked(team: Team, text: str, **more: Any) -> Report:
    return check_spec(text, more.pop("connections", team.connections.all()), team=team, **more)


def step(image: str, named: str = "") -> str:
    beside = f"      containerRegistry: {named}\n" if named else ""
    return f"jobs:\n  train:\n    with:\n      image: {image}\n{beside}"


def rules(report: Report) -> list[list[Rule]]:
    return [[finding.rule for finding in verdict.findings] for verdict in report.verdicts]


# What is said -----------------------------------------------------------------------------------------------------------


def test_the_example_of_the_page_gets_its_verdicts(team: Team, add: Add) -> None:
    add("gar-training", "us-west1-docker.pkg.dev/northwind-ml/training", "connected")
    add("ghcr-northwind", "ghcr.io/northwind-labs", "connected")
    add("acr-vision", "northwindvision.azurecr.io", "sign_in_refused")
    add("do-registry-prod", "registry.digitalocean.com/northwind", "connected")

    report = checked(team, EXAMPLE)

    assert [(verdict.level, verdict.span.line, verdict.sentence, verdict.summary) for verdict in report.verdicts] == [
        ("ok", 10, "Public image. No registry needed.", "python:3.13-slim"),
        ("ok", 18, "Resolves to gar-training, last checked 4 min ago.", "gar-training"),
        (
            "error",
            25,
            "No registry is called ghcr-nortwind. Did you mean ghcr-northwind?",
            "ghcr-nortwind: not found",
        ),
        (
            "error",
            32,
            "Resolves to acr-vision, but its last check failed: sign-in refused.",
            "acr-vision: sign-in refused",
        ),
        (
            "warning",
            38,
            "registry.digitalocean.com is private and this step names no registry. do-registry-prod covers it.",
            "no registry named",
        ),
    ]
    assert (report.counts, report.ok) == ({Level.OK: 2, Level.WARNING: 1, Level.ERROR: 2}, False)
    assert (report.registries, report.checked_at) == (4, NOW)
    assert report.verdicts[3].about is not None
    assert report.verdicts[3].about.health.repair == ("Replace the secret", "id_password")


@pytest.mark.parametrize(
    ("outcome", "columns", "rule", "sentence"),
    [
        ("connected", {}, Rule.RESOLVES, "Resolves to web, last checked 4 min ago."),
        ("connected", {"minutes_ago": 0}, Rule.RESOLVES, "Resolves to web, last checked just now."),
        ("connected", {"minutes_ago": 60 * 24}, Rule.RESOLVES, "Resolves to web, last checked yesterday."),
        ("connected", {"minutes_ago": 60 * 24 * 20}, Rule.RESOLVES, "Resolves to web, last checked 23 Oct."),
        ("connected", {"last_check": None}, Rule.RESOLVES, "Resolves to web, which worked when it was last checked."),
        ("", {}, Rule.UNCHECKED, "Resolves to web, not checked yet."),
        ("could_not_check", {}, Rule.UNCHECKED, "Resolves to web, but its last check had no result: could not check."),
        ("rate_limited", {}, Rule.UNCHECKED, "Resolves to web, but its last check had no result: rate limited."),
        ("unreachable", {}, Rule.FAILING, "Resolves to web, but its last check failed: unreachable."),
        ("not_trusted", {}, Rule.FAILING, "Resolves to web, but its last check failed: not trusted."),
        ("blocked", {}, Rule.FAILING, "Resolves to web, but its last check failed: blocked by policy."),
        ("ended", {}, Rule.FAILING, "Resolves to web, but its login has ended."),
        ("ended", {"ends_on": date(2026, 11, 10)}, Rule.ENDED, "Resolves to web, but its login ended on 10 Nov 2026."),
        ("connected", {"ends_on": date(2026, 11, 11)}, Rule.ENDED, "Resolves to web, but its login ended on 11 Nov 2026."),
        ("connected", {"ends_on": date(2026, 11, 12)}, Rule.RESOLVES, "Resolves to web, last checked 4 min ago."),
        ("", {"ends_at": NOW}, Rule.ENDED, "Resolves to web, but its login ended on 12 Nov 2026."),
        ("connected", {"ends_at": NOW + timedelta(seconds=1)}, Rule.RESOLVES, "Resolves to web, last checked 4 min ago."),
        ("rate_limited", {"ends_at": NOW}, Rule.ENDED, "Resolves to web, but its login ended on 12 Nov 2026."),
        ("unreachable", {"ends_at": NOW}, Rule.ENDED, "Resolves to web, but its last check failed: unreachable."),
    ],
)
def test_a_connection_s_health_is_told_with_the_image_that_gets_it(
    outcome: str, columns: dict[str, Any], rule: Rule, sentence: str, team: Team, add: Add
) -> None:
    add("web", "registry.example.com/web", outcome, **columns)

    report = checked(team, step("registry.example.com/web/app:1", "web"))

    assert rules(report) == [[rule]]
    assert report.verdicts[0].sentence == sentence


def test_a_locked_connection_is_told_whatever_its_last_check_said(team: Team, add: Add) -> None:
    row = add("web", "registry.example.com/web", "connected")
    Sealed.objects.filter(connection=row).update(key_id="lost1")

    [verdict] = checked(team, step("registry.example.com/web/app:1", "web")).verdicts

    assert verdict.sentence == "Resolves to web, but its secret cannot be opened: the sealing key is missing."
    assert verdict.level is Level.ERROR


def test_the_way_to_mend_a_connection_is_the_one_its_last_check_names(team: Team, add: Add) -> None:
    mends = (Mend("Change the test image", "id_test_image"),)
    failed = StepResult(step=Step.PULL, state=State.FAILED, mends=mends)
    add("web", "registry.example.com/web", "image_not_found", steps=(failed,))
    add("other", "registry.example.com/other", "unreachable")
    add("soon", "registry.example.com/soon", "connected", ends_on=NOW.date() + timedelta(days=3))
    add("sound", "registry.example.com/sound", "connected")

    names = ("web", "other", "soon", "sound")
    report = checked(team, "\n---\n".join(step(f"registry.example.com/{name}/app:1", name) for name in names))

    repairs = [verdict.about.health.repair for verdict in report.verdicts if verdict.about]
    assert repairs == [
        ("Change the test image", "id_test_image"),
        ("Edit", "id_name"),
        ("Replace the secret", "id_password"),
        ("", ""),
    ]


def test_a_former_name_still_answers_and_asking_is_no_use_of_it(team: Team, add: Add) -> None:
    row = add("new-name", "registry.example.com/web", "connected")
    FormerName.leave(row, "Old-Name")

    report = checked(team, step("registry.example.com/web/app:1", "old-name"))

    assert rules(report) == [[Rule.FORMER_NAME]]
    assert report.verdicts[0].about is not None
    assert report.verdicts[0].about.row == row
    assert FormerName.objects.get().uses == 0


def test_a_former_name_that_ended_is_unknown(team: Team, add: Add, now: time_machine.Traveller) -> None:
    FormerName.leave(add("new-name", "registry.example.com/web", "connected"), "old-name")
    now.shift(timedelta(days=31))

    assert rules(checked(team, step("registry.example.com/web/app:1", "old-name"))) == [[Rule.UNKNOWN_NAME]]


def test_the_catalogue_is_known(team: Team) -> None:
    Container.objects.create(name="My own", reference="quay.io/shared/notebook:1", contents="Notebooks.")

    report = checked(team, step("quay.io/shared/notebook:2"))

    assert rules(report) == [[Rule.CATALOGUED]]
    assert "My own" in report.verdicts[0].sentence


def test_a_login_that_ends_before_the_day_it_is_needed_needs_a_look(team: Team, add: Add) -> None:
    add("web", "registry.example.com/web", "connected", ends_on=date(2026, 12, 1))
    text = step("registry.example.com/web/app:1", "web")

    assert rules(checked(team, text, needed_until=date(2026, 12, 2))) == [[Rule.ENDS_BEFORE]]
    assert rules(checked(team, text, needed_until=date(2026, 12, 1))) == [[Rule.RESOLVES]]


def test_a_file_that_cannot_be_read_asks_the_database_nothing(team: Team, connection: Connection) -> None:
    connections = team.connections.all()

    with CaptureQueriesContext(database) as asked, pytest.raises(SpecFault):
        check_spec("a: [", connections, team=team)

    assert len(asked) == 0


def test_a_file_without_images_is_fine(team: Team, connection: Connection) -> None:
    report = checked(team, "a: 1\n")

    assert (report.verdicts, report.ok, report.registries) == ((), True, 1)


# Whose connections ------------------------------------------------------------------------------------------------------


def test_z1_other_teams_connections_are_none(team: Team, charlie: User, connection: Connection) -> None:
    theirs = charlie.teams.get()

    report = checked(theirs, step("registry.example.com/web/app:1", "web"))

    assert (rules(report), report.registries) == ([[Rule.UNKNOWN_NAME]], 0)


def test_z1_a_token_knows_only_the_connections_it_may_have(team: Team, alice: User, add: Add) -> None:
    mine, _ = add("mine", "registry.example.com/web", "connected"), add("other", "hidden.example.com/web", "connected")
    FormerName.leave(Connection.objects.get(name="other"), "other-before")
    limited, _ = issue(team, "limited", by=alice, connections=[mine])
    names = ("mine", "other", "other-before", "othe")
    text = "\n---\n".join(step("registry.example.com/web/app:1", name) for name in names)

    report = checked(team, text, connections=limited.visible)

    assert report.registries == 1
    assert rules(report) == [[Rule.RESOLVES], *[[Rule.UNKNOWN_NAME]] * 3]
    said = repr([(verdict.findings, verdict.summary, verdict.about) for verdict in report.verdicts[2:]])
    assert "hidden.example.com" not in said
    assert "Did you mean other" not in said


# Queries ----------------------------------------------------------------------------------------------------------------


def queries(report: Callable[[], Report]) -> int:
    with CaptureQueriesContext(database) as asked:
        for verdict in report().verdicts:
            assert verdict.about is None or verdict.about.health.repair is not None
    return len(asked)


@pytest.mark.parametrize("whose", ["team", "everything", "limited"])
def test_the_number_of_queries_has_nothing_to_do_with_images_or_connections(
    whose: str, team: Team, alice: User, add: Add
) -> None:
    outcomes = ["connected", "unreachable", "image_not_found", "", "sign_in_refused"]
    first = add("r0", "registry.example.com/r0", "unreachable")
    limited, _ = issue(team, "limited", by=alice, connections=[first])
    everything, _ = issue(team, "everything", by=alice)

    def connections() -> "QuerySet[Connection]":
        return {"team": team.connections.all(), "everything": everything.visible, "limited": limited.visible}[whose]

    few = queries(lambda: checked(team, step("registry.example.com/r0/app:1", "r0"), connections=connections()))
    for number in range(1, 41):
        row = add(f"r{number}", f"registry.example.com/r{number}", outcomes[number % 5])
        FormerName.leave(row, f"former-{number}")
        limited.connections.add(row)
    text = "\n---\n".join(step(f"registry.example.com/r{n % 41}/app:{n}", f"r{n % 41}") for n in range(120))
    many = queries(lambda: checked(team, text, connections=connections()))

    assert (few, many) == (4, 4)


# Looking up -------------------------------------------------------------------------------------------------------------

PRIVATE = "registry.example.com/web/app:1"


@pytest.fixture
def web(add: Add, internet: FakeInternet) -> Connection:
    """A connection that works, and its registry with one image."""
    there = internet.add("registry.example.com", users={"puller": CANARY}, rights={("puller", "web/app"): {"pull"}})
    there.images = {"web/app": {"1": there.image("linux", "amd64", size=45_000_000)}}
    return add("web", "registry.example.com/web", "connected")


def test_an_image_that_resolves_is_looked_up_with_that_login(team: Team, web: Connection, bob: User) -> None:
    missing = PRIVATE.replace(":1", ":2")

    report = checked(team, f"{step(PRIVATE, 'web')}---\n{step(missing, 'web')}", look_up=True, by=bob)

    found, lost = report.verdicts
    assert found.looked is not None
    assert (found.looked.platforms, found.looked.size_bytes) == (("linux/amd64",), 45_000_000)
    assert found.sentence == "Resolves to web, last checked 4 min ago. It is there: linux/amd64, 45 MB."
    assert (lost.level, lost.findings[0].rule) == (Level.ERROR, Rule.NOT_FOUND)
    assert not report.ok


def test_nothing_is_looked_up_unless_it_is_asked_for(team: Team, web: Connection, internet: FakeInternet) -> None:
    report = checked(team, step(PRIVATE, "web"))

    assert report.verdicts[0].looked is None
    assert internet.ways == []


def test_a_public_image_is_looked_up_without_a_login(
    team: Team, web: Connection, internet: FakeInternet, bob: User
) -> None:
    hub = internet.add("quay.io", rights={("", "team/app"): {"pull"}})

    report = checked(team, step("quay.io/team/app:1"), look_up=True, by=bob)

    assert rules(report) == [[Rule.PUBLIC, Rule.FOUND]]
    assert [request for request in hub.received if request.login] == []


@pytest.mark.parametrize(
    ("image", "named", "columns"),
    [
        (PRIVATE, "wbe", {}),
        (PRIVATE, "web", {"paused": True}),
        (PRIVATE, "web", {"ends_at": NOW}),
        (PRIVATE, "web", {"outcome": "sign_in_refused"}),
        (PRIVATE.replace("web/app", "other/app"), "web", {}),
        (PRIVATE.replace(":1", ":${TAG}"), "web", {}),
        ("Not an image", "web", {}),
    ],
)
def test_what_has_to_be_mended_first_is_not_looked_up(
    image: str, named: str, columns: dict[str, Any], team: Team, web: Connection, internet: FakeInternet, bob: User
) -> None:
    Connection.objects.filter(pk=web.pk).update(**columns)

    report = checked(team, step(image, named), look_up=True, by=bob)

    assert report.verdicts[0].looked is None
    assert report.verdicts[0].level is not Level.OK
    assert internet.ways == []


def test_the_owner_the_admins_and_machines_look_up_and_nobody_else(
    team: Team, alice: User, bob: User, vera: User, charlie: User, web: Connection
) -> None:
    for by in (alice, bob, None):
        assert checked(team, step(PRIVATE, "web"), look_up=True, by=by).verdicts[0].looked is not None
    for by in (vera, charlie):
        with pytest.raises(PermissionDenied):
            checked(team, step(PRIVATE, "web"), look_up=True, by=by)

    assert checked(team, step(PRIVATE, "web"), by=vera).ok
    assert Check.objects.filter(connection=None).count() == 3


def test_z1_a_token_looks_up_with_the_logins_it_may_have_and_else_as_anybody(
    team: Team, alice: User, web: Connection, internet: FakeInternet, add: Add
) -> None:
    other = add("other", "other.example.com/web", "connected")
    limited, _ = issue(team, "limited", by=alice, connections=[other])
    there = internet.registries["https://registry.example.com"]

    report = checked(team, step(PRIVATE), connections=limited.visible, look_up=True)

    [verdict] = report.verdicts
    assert verdict.looked is not None
    assert verdict.looked.finding.sentence == "Without a login, web/app may not be read, or it does not exist."
    assert [request for request in there.received if request.login] == []
    assert "web covers it" not in verdict.sentence


def test_a_look_up_leaves_no_row_in_the_ledger(team: Team, web: Connection, bob: User) -> None:
    checked(team, step(PRIVATE, "web"), look_up=True, by=bob)

    assert HandOut.objects.count() == 0


def test_the_limits_hold_for_a_file_too(team: Team, web: Connection, settings: Settings) -> None:
    settings.BERTH_CHECKS_PER_TEAM = 1

    first, second = (checked(team, step(PRIVATE, "web"), look_up=True) for _ in range(2))

    assert rules(first) == [[Rule.RESOLVES, Rule.FOUND]]
    assert rules(second) == [[Rule.NOT_LOOKED_UP]]
    assert "This team started 1 tests within an hour." in second.verdicts[0].sentence


# What stays -------------------------------------------------------------------------------------------------------------

MARK = "canary-51c7e2"
WITH_MARKS = f"""\
# {MARK}-comment
{MARK}-key: {MARK}-value
jobs:
  {MARK}-job:
    with:
      image: registry.example.com/web/{MARK}-image:{MARK}-tag
      containerRegistry: web
      password: {MARK}-password
---
image: registry.example.com/web/{MARK}-image@sha256:{"0" * 64}
containerRegistry: {MARK}-name
---
image: "{MARK} is no image"
---
image: quay.io/{MARK}-public/image:1
---
image: {MARK}-official
"""


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Everything that any logger says, down to DEBUG, as Berth writes it."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Kept()
    handler.setFormatter(Line())
    loggers = [logging.root, *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    levels = [(logger, logger.level) for logger in loggers]
    ends = [logger for logger in loggers if logger is logging.root or not logger.propagate]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    for logger in ends:
        logger.addHandler(handler)
    yield lines
    for logger in ends:
        logger.removeHandler(handler)
    for logger, level in levels:
        logger.setLevel(level)


def test_nothing_of_a_file_is_stored_or_logged(
    team: Team, web: Connection, internet: FakeInternet, bob: User, logged: list[str]
) -> None:
    internet.add("quay.io")
    internet.add("registry-1.docker.io")
    internet.registries["https://registry.example.com"].answers["GET", "/v2/"] = ZeroDivisionError(MARK)

    with CaptureQueriesContext(database) as asked:
        report = checked(team, WITH_MARKS, look_up=True, by=bob, needed_until=date(2026, 12, 1))

    assert len(report.verdicts) == 5
    assert internet.asked == ["https://registry.example.com", "https://quay.io", "https://registry-1.docker.io"]
    assert tables_holding(MARK) == []
    assert [query["sql"] for query in asked if MARK in query["sql"]] == []
    assert [line for line in logged if MARK in line] == []
    assert any("registries_check" in line for line in logged)
    assert any("ZeroDivisionError" in line for line in logged)


@pytest.mark.parametrize("text", [f"{WITH_MARKS}\n  {MARK}: [unclosed", f"{MARK}: 1\n{MARK}: 2\n", f"{MARK}: &a [*a]\n\t"])
def test_a_fault_of_a_file_repeats_nothing_of_it(text: str, team: Team, logged: list[str]) -> None:
    with pytest.raises(SpecFault) as fault:
        checked(team, text)

    assert MARK not in fault.value.sentence
    assert [line for line in logged if MARK in line] == []


def test_flavors_of_every_sort_are_judged(team: Team, alice: User) -> None:
    team.connections.connect("hub", DockerHub(namespace="acme", username="a", password=Secret(CANARY)), by=alice)
    team.connections.connect("gh", GitHub(namespace="acme", username="a", password=Secret(CANARY)), by=alice)
    Connection.objects.update(outcome=Outcome.SIGN_IN_REFUSED)

    report = checked(team, f"{step('acme/web:1', 'hub')}---\n{step('ghcr.io/acme/web:1', 'gh')}")

    assert rules(report) == [[Rule.FAILING]] * 2
    assert [verdict.about.health.repair[0] for verdict in report.verdicts if verdict.about] == ["Replace the secret"] * 2
