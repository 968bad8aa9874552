"""Looking images up: each once, with the login that it gets, within the limits of a test, and what people read of it."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import time_machine
from django.db import connections as databases
from pytest_django import Settings

from console.models import Team, User, Verb
from registries import look_ups
from registries.distribution import (
    BlockedByPolicy,
    ConnectionRefused,
    DeadlinePassed,
    NotTrusted,
    Reference,
    RegistryError,
    Secret,
)
from registries.flavors.other import Other
from registries.look_ups import MOST_IMAGES, Wanted
from registries.look_ups import round as rounds
from registries.look_ups.words import NO_PLACE, NO_TIME, NOT_PUBLIC, REDIRECTED, TOO_LATE
from registries.models import Check, Connection, Minted, visit
from registries.outcomes import Outcome
from registries.specs.verdicts import Level, Looked, Rule
from tests.browser.diary import tables_holding
from tests.conftest import CANARY, Inline
from tests.fake_internet import FakeInternet, InternetWay
from tests.fake_registry import FakeRegistry, Received, answer, digest_of, refusal
from tests.registries.test_minted import Clock, Mint, ecr

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOST = "registry.example.com"
INSIDE = ip_network("10.0.0.0/8")
PULLER = {("puller", "web/app"): {"pull"}, ("puller", "web/other"): {"pull"}, ("puller", "web/none"): {"pull"}}
Look = Callable[..., list[Looked]]


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> FakeInternet:
    internet = FakeInternet()
    monkeypatch.setattr(visit, "Way", internet.way)
    return internet


@pytest.fixture
def there(internet: FakeInternet) -> FakeRegistry:
    """The registry of `connection`, with two images of 45 MB, of which the connection’s login may read both."""
    registry = internet.add(HOST, users={"puller": CANARY}, rights=dict(PULLER))
    small = registry.image("linux", "amd64", size=45_000_000)
    registry.images = {"web/app": {"1": small, "2": small}, "web/other": {"1": small}}
    return registry


@pytest.fixture
def look(team: Team, bob: User) -> Look:
    """Look images up for bob, or for a machine with `by=None`; return what is said of each, in their order."""

    def look(*images: str, connection: Connection | None = None, by: User | None = bob, **more: Any) -> list[Looked]:
        wanted = [Wanted(Reference.parse(image), connection) for image in images]
        told = look_ups.look_up(wanted, more.get("connections", Connection.bare.filter(team=team)), team=team, by=by)
        return [told[one.key] for one in wanted]

    return look


def said(looked: Looked) -> tuple[Level, Rule, str]:
    return looked.finding.level, looked.finding.rule, looked.finding.sentence


# What is said -----------------------------------------------------------------------------------------------------------


def test_an_image_that_is_there_is_told_with_its_platform_size_and_digest(
    look: Look, there: FakeRegistry, connection: Connection
) -> None:
    [seen] = look(f"{HOST}/web/app:1", connection=connection)

    assert said(seen) == (Level.OK, Rule.FOUND, "It is there: linux/amd64, 45 MB.")
    assert seen.digest == digest_of(there.images["web/app"]["1"])
    assert (seen.platforms, seen.size_bytes) == (("linux/amd64",), 45_000_000)


@pytest.mark.parametrize(
    ("platforms", "sentence"),
    [
        ("linux/amd64 linux/arm64", "It is there: linux/amd64 and linux/arm64."),
        (
            "linux/amd64 linux/arm64 linux/386 linux/s390x linux/ppc64le windows/amd64",
            "It is there: linux/amd64, linux/arm64, linux/386, linux/s390x and 2 more.",
        ),
        ("made/up", "It is there."),
    ],
)
def test_several_platforms_are_told_in_one_sentence(
    platforms: str, sentence: str, look: Look, there: FakeRegistry, connection: Connection
) -> None:
    there.images["web/app"]["1"] = there.index(*platforms.split())

    [seen] = look(f"{HOST}/web/app:1", connection=connection)

    assert said(seen) == (Level.OK, Rule.FOUND, sentence)


def test_the_size_is_that_of_the_platform_most_machines_are(
    look: Look, there: FakeRegistry, connection: Connection
) -> None:
    there.many("web/app", "1", {"linux/arm64": 1_000_000, "linux/amd64": 1_900_000_000})

    [seen] = look(f"{HOST}/web/app:1", connection=connection)

    assert seen.finding.sentence == "It is there: linux/arm64 and linux/amd64, 1.9 GB."
    assert seen.size_bytes == 1_900_000_000


def test_an_image_for_other_machines_than_most_needs_a_look(
    look: Look, there: FakeRegistry, connection: Connection
) -> None:
    there.images["web/app"]["1"] = there.image("linux", "arm64", size=45_000_000)

    [seen] = look(f"{HOST}/web/app:1", connection=connection)

    assert said(seen) == (
        Level.WARNING,
        Rule.NO_PLATFORM,
        "It is there: linux/arm64, 45 MB. It is not for linux/amd64, so most machines cannot run it.",
    )
    assert seen.platforms == ("linux/arm64",)


@pytest.mark.parametrize(
    ("image", "with_login", "rule", "sentence"),
    [
        (
            "web/app:3", True, Rule.NOT_FOUND,
            "There is no image web/app:3. The registry looked for it in web/app and refused nothing.",
        ),
        ("web/none:1", True, Rule.NOT_FOUND, "There is no repository web/none, or this login may not see it."),
        ("web/secret:1", True, Rule.REFUSED, "The login of web may not read web/secret, or it does not exist."),
        ("web/app:1", False, Rule.REFUSED, "Without a login, web/app may not be read, or it does not exist."),
        ("open/none:1", False, Rule.NOT_FOUND, "There is no repository open/none, or nobody may see it without a login."),
        (
            "open/app:2", False, Rule.NOT_FOUND,
            "There is no image open/app:2. The registry looked for it in open/app and refused nothing.",
        ),
    ],
)  # fmt: skip
def test_an_image_that_cannot_be_had_is_an_error(
    image: str,
    with_login: bool,
    rule: Rule,
    sentence: str,
    look: Look,
    there: FakeRegistry,
    connection: Connection,
) -> None:
    there.images["open/app"] = {"1": there.image("linux", "amd64")}
    there.rights |= {("", "open/app"): {"pull"}, ("", "open/none"): {"pull"}}

    [seen] = look(f"{HOST}/{image}", connection=connection if with_login else None)

    assert said(seen) == (Level.ERROR, rule, sentence)
    assert (seen.digest, seen.platforms, seen.size_bytes) == ("", (), None)


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_a_login_that_is_refused_is_offered_once_and_told_of_each_image(
    auth: str, look: Look, there: FakeRegistry, connection: Connection
) -> None:
    there.auth, there.users = auth, {"puller": "another"}

    seen = look(f"{HOST}/web/app:1", f"{HOST}/web/app:2", f"{HOST}/web/other:1", connection=connection)

    assert [said(one) for one in seen] == [(Level.ERROR, Rule.REFUSED, "The registry refused the login of web.")] * 3
    assert len([request for request in there.received if request.login]) == 1


def test_a_login_that_is_known_and_not_let_in_is_told(look: Look, there: FakeRegistry, connection: Connection) -> None:
    monthly = refusal(402, "DENIED")  # asks for a subscription, which is a right like any other
    there.answers["GET", "/token"] = monthly

    [seen] = look(f"{HOST}/web/app:1", connection=connection)

    assert said(seen) == (Level.ERROR, Rule.REFUSED, "The registry refused the login of web.")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ConnectionRefused(f"{HOST} refused the connection.", host=HOST), f"{HOST} refused the connection."),
        (DeadlinePassed(f"{HOST} did not answer within 10 s.", host=HOST), f"{HOST} did not answer within 10 s."),
        (NotTrusted("The certificate expired.", reason="expired"), "The certificate expired."),
        (BlockedByPolicy("10.0.0.1 is a private address."), "10.0.0.1 is a private address."),
    ],
)
def test_what_stands_in_the_way_is_said_as_a_test_says_it(
    error: RegistryError, sentence: str, look: Look, internet: FakeInternet, there: FakeRegistry, connection: Connection
) -> None:
    internet.tls[there.origin] = error

    seen = look(f"{HOST}/web/app:1", f"{HOST}/web/app:2", connection=connection)

    assert [said(one) for one in seen] == [(Level.WARNING, Rule.NOT_LOOKED_UP, f"It was not looked up. {sentence}")] * 2
    assert there.received == []


def test_a_host_that_does_not_exist_is_told(look: Look, internet: FakeInternet) -> None:
    [seen] = look("nowhere.example.com/a/b:1")

    assert said(seen) == (
        Level.WARNING,
        Rule.NOT_LOOKED_UP,
        "It was not looked up. The host does not exist in DNS.",
    )


@pytest.mark.parametrize(
    ("with_login", "sentence"),
    [
        (True, "The registry asks to slow down. Try again in 5 minutes. The login is not at fault."),
        (False, "The registry asks to slow down. Try again in 5 minutes."),
    ],
)
def test_a_registry_that_asks_to_slow_down_is_asked_no_more(
    with_login: bool, sentence: str, look: Look, there: FakeRegistry, connection: Connection
) -> None:
    there.answers["GET", "/v2/web/app/manifests/1"] = refusal(429, "TOOMANYREQUESTS", retry_after="300")

    seen = look(f"{HOST}/web/app:1", f"{HOST}/web/app:2", connection=connection if with_login else None)

    assert [said(one) for one in seen] == [(Level.WARNING, Rule.NOT_LOOKED_UP, f"It was not looked up. {sentence}")] * 2
    assert "GET /v2/web/app/manifests/2" not in there.paths


def test_a_fault_of_the_registry_is_no_fault_of_the_image(look: Look, there: FakeRegistry, connection: Connection) -> None:
    there.answers["GET", "/v2/web/app/manifests/1"] = answer(502)

    [seen] = look(f"{HOST}/web/app:1", connection=connection)

    assert seen.finding.rule == Rule.NOT_LOOKED_UP
    assert seen.finding.sentence.startswith("It was not looked up. The registry has a fault of its own. Try again later.")


def test_what_is_no_manifest_says_nothing_of_the_next_image(
    look: Look, there: FakeRegistry, connection: Connection
) -> None:
    there.answers["GET", "/v2/web/app/manifests/1"] = answer(200, b"<html>", content_type="text/html")

    odd, sound = look(f"{HOST}/web/app:1", f"{HOST}/web/app:2", connection=connection)

    assert said(odd)[1:] == (
        Rule.NOT_LOOKED_UP,
        "It was not looked up. The registry sent something that is not a manifest.",
    )
    assert sound.finding.rule == Rule.FOUND


def test_s8_a_registry_that_leads_elsewhere_is_not_followed(
    look: Look, internet: FakeInternet, there: FakeRegistry
) -> None:
    elsewhere = internet.add("elsewhere.example.com", auth="open")
    there.answers["GET", "/v2/web/app/manifests/1"] = answer(307, location=f"{elsewhere.origin}/v2/team/app/manifests/1")

    [seen] = look(f"{HOST}/web/app:1")

    assert said(seen)[1:] == (Rule.NOT_LOOKED_UP, f"It was not looked up. {REDIRECTED}")
    assert elsewhere.received == []


def test_l23_a_registry_that_echoes_a_login_gets_it_nowhere(
    look: Look, there: FakeRegistry, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    there.echoing = True

    seen = look(f"{HOST}/web/app:1", f"{HOST}/web/none:1", f"{HOST}/web/secret:1", connection=connection)

    assert there.login_went_to == {there.origin}
    assert CANARY not in repr(seen)
    assert CANARY not in caplog.text
    assert tables_holding(CANARY) == []


def test_a_fault_of_ours_is_told_as_that_and_logged_by_its_kind(
    look: Look, there: FakeRegistry, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    there.answers["GET", "/v2/web/app/manifests/1"] = ZeroDivisionError(CANARY)

    [seen] = look(f"{HOST}/web/app:1", connection=connection)

    assert said(seen)[1:] == (Rule.NOT_LOOKED_UP, "It was not looked up. Berth ran into a fault of its own.")
    assert "Looking at an image met an unexpected ZeroDivisionError." in caplog.text
    assert CANARY not in caplog.text


def test_a_fault_of_ours_on_the_way_is_told_of_each_image(
    look: Look, monkeypatch: pytest.MonkeyPatch, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    def way(*args: object, **details: object) -> None:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr(visit, "Way", way)

    seen = look(f"{HOST}/web/app:1", f"{HOST}/web/app:2", connection=connection)

    assert [one.finding.sentence for one in seen] == ["It was not looked up. Berth ran into a fault of its own."] * 2
    assert "a look-up ended in a fault of ours: ZeroDivisionError" in caplog.text
    assert CANARY not in caplog.text
    assert Check.objects.get().outcome == Outcome.COULD_NOT_CHECK


# Who is asked, and with what --------------------------------------------------------------------------------------------


def test_each_image_is_asked_for_once_and_all_of_a_registry_together(
    look: Look, internet: FakeInternet, there: FakeRegistry, connection: Connection
) -> None:
    digest = digest_of(there.images["web/app"]["1"])
    there.images["web/app"][digest] = there.images["web/app"]["latest"] = there.images["web/app"]["1"]
    images = ("app:1", "app:2", "app:1", "app", "app:latest", f"app:1@{digest}", f"app@{digest}")

    seen = look(*(f"{HOST}/web/{image}" for image in images), connection=connection)

    asked = [path for path in there.paths if "/manifests/" in path]
    assert {one.finding.rule for one in seen} == {Rule.FOUND}
    assert sorted(asked) == sorted(f"GET /v2/web/app/manifests/{name}" for name in ("1", "2", "latest", digest))
    assert internet.asked == [there.origin]
    assert Check.objects.count() == 1


def test_a_public_image_is_asked_for_without_a_login(look: Look, there: FakeRegistry, connection: Connection) -> None:
    there.rights["", "web/app"] = {"pull"}

    [seen] = look(f"{HOST}/web/app:1")

    assert seen.finding.rule == Rule.FOUND
    assert [request for request in there.received if request.login] == []


def test_images_that_anybody_may_read_are_found_where_others_need_a_login(look: Look, there: FakeRegistry) -> None:
    there.auth = "basic"
    there.rights["", "web/app"] = {"pull"}

    private, public = look(f"{HOST}/web/other:1", f"{HOST}/web/app:1")

    assert said(private)[1:] == (Rule.REFUSED, "Without a login, web/other may not be read, or it does not exist.")
    assert public.finding.rule == Rule.FOUND


def test_docker_hub_answers_elsewhere_than_its_images_say(look: Look, internet: FakeInternet) -> None:
    hub = internet.add("registry-1.docker.io", rights={("", "library/python"): {"pull"}})
    hub.realm = "https://auth.docker.io/token"
    hub.images = {"library/python": {"3": hub.image("linux", "amd64")}}

    seen = look("python:3", "docker.io/library/python:3", "index.docker.io/library/python:3")

    assert [one.finding.rule for one in seen] == [Rule.FOUND] * 3
    assert [path for path in hub.paths if "manifests" in path] == ["GET /v2/library/python/manifests/3"] * 2  # with its 401
    assert Check.objects.get().host == "docker.io"


def test_a_connection_without_a_login_asks_as_anybody(look: Look, there: FakeRegistry, team: Team, alice: User) -> None:
    there.auth = "basic"
    there.rights["", "web/app"] = {"pull"}
    nobodys = team.connections.connect("nobodys", Other(url=f"https://{HOST}", method="none"), by=alice)

    [seen] = look(f"{HOST}/web/app:1", connection=nobodys)

    assert seen.finding.rule == Rule.FOUND


def test_the_connection_s_own_authority_is_trusted_and_no_other(
    look: Look, internet: FakeInternet, there: FakeRegistry, team: Team, alice: User
) -> None:
    there.rights["", "web/app"] = {"pull"}
    registry = Other(url=f"https://{HOST}", namespace="web", username="puller", password=Secret(CANARY))
    own = team.connections.connect("own", registry, by=alice, ca_certificate="an authority")

    look(f"{HOST}/web/app:1", connection=own)
    look(f"{HOST}/web/app:1")

    assert [way.details["ca_pem"] for way in internet.ways] == ["an authority", ""]


def test_a_token_service_elsewhere_gets_the_login_only_once_it_is_approved(
    look: Look, there: FakeRegistry, connection: Connection, alice: User
) -> None:
    there.realm = "https://tokens.example.net/token"
    [before] = look(f"{HOST}/web/app:1", connection=connection)
    elsewhere = "https://tokens.example.net"
    connection._put({elsewhere: {}}, Verb.TOKEN_HOST_APPROVED, elsewhere, by=alice)

    [after] = look(f"{HOST}/web/app:1", connection=connection)

    assert before.finding.rule == Rule.NOT_LOOKED_UP
    assert after.finding.rule == Rule.FOUND
    assert there.login_went_to == {there.origin, "https://tokens.example.net"}


def test_a_minted_login_is_shared_and_forgotten_once_it_is_refused(
    look: Look, internet: FakeInternet, team: Team, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = Mint(clock=Clock(at=datetime.now(UTC)))
    mine = team.connections.connect("ecr", ecr(), by=alice)
    there = internet.add(mine.host, auth="basic", users={"AWS": f"{CANARY}-1"}, rights={("AWS", "team/app"): {"pull"}})

    def way(origin: str, **details: Any) -> InternetWay:
        made = internet.way(origin, **details)
        registry = made.request

        def request(method: str, url: str, *args: Any, **more: Any) -> Any:
            return (aws.request if "api.ecr" in url else registry)(method, url, *args, **more)

        monkeypatch.setattr(made, "request", request)
        return made

    monkeypatch.setattr(visit, "Way", way)

    found = [look(f"{mine.host}/team/app:1", connection=mine)[0] for _ in range(2)]
    minted = len(aws.sent)
    there.users = {"AWS": "another"}
    [refused] = look(f"{mine.host}/team/app:1", connection=mine)

    assert [one.finding.rule for one in found] == [Rule.FOUND] * 2
    assert minted == 1
    assert refused.finding.sentence == "The registry refused the login of ecr."
    assert Minted.objects.get().expires_at is None


def test_a_login_that_does_not_open_is_sent_nowhere(look: Look, there: FakeRegistry, connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(ca_certificate="another")  # The seal is bound to it.

    [seen] = look(f"{HOST}/web/app:1", connection=connection)

    assert said(seen)[1:] == (
        Rule.NOT_LOOKED_UP,
        "It was not looked up. The login of web cannot be opened with the keys in Berth’s key ring.",
    )
    assert there.received == []
    assert Check.objects.count() == 0


def test_c3_a_host_that_was_changed_by_itself_leads_the_login_nowhere(
    look: Look, internet: FakeInternet, there: FakeRegistry, connection: Connection
) -> None:
    elsewhere = internet.add("elsewhere.example.com")
    Connection.objects.filter(pk=connection.pk).update(host="elsewhere.example.com")
    connection.refresh_from_db()

    [seen] = look("elsewhere.example.com/web/app:1", connection=connection)

    assert said(seen)[1:] == (
        Rule.NOT_LOOKED_UP,
        "It was not looked up. The login of web is for another host than its images are at.",
    )
    assert (there.received, elsewhere.received) == ([], [])


@pytest.mark.parametrize("change", [{"paused": True}, {"name": "renamed"}, {"host": "elsewhere.example.com"}])
def test_what_was_changed_a_moment_ago_is_not_asked_with(
    change: Mapping[str, Any], look: Look, there: FakeRegistry, connection: Connection
) -> None:
    Connection.objects.filter(pk=connection.pk).update(**change)

    [seen] = look(f"{HOST}/web/app:1", connection=connection)

    assert said(seen)[1:] == (Rule.NOT_LOOKED_UP, "It was not looked up: web was changed or deleted meanwhile.")
    assert there.received == []


def test_z1_the_login_of_a_connection_out_of_reach_is_never_used(
    look: Look, there: FakeRegistry, connection: Connection
) -> None:
    [seen] = look(f"{HOST}/web/app:1", connection=connection, connections=Connection.bare.exclude(pk=connection.pk))

    assert said(seen)[1:] == (Rule.NOT_LOOKED_UP, "It was not looked up: web was changed or deleted meanwhile.")
    assert there.received == []


@pytest.mark.parametrize(
    ("image", "machine", "networks"),
    [
        ("10.0.0.5:8443/team/app:1", True, []),
        ("python:3.13", True, []),
        (f"{HOST}:8443/web/app:1", True, []),
        (f"{HOST}/web/app:1", True, [INSIDE]),
        (f"{HOST.upper()}:443/web/app:1", True, [INSIDE]),
        ("10.0.0.5:8443/team/app:1", False, [INSIDE]),
    ],
)
def test_s8_a_machine_without_a_login_asks_in_allowed_networks_only_at_hosts_of_its_connections(
    image: str,
    machine: bool,
    networks: list[Any],
    look: Look,
    internet: FakeInternet,
    connection: Connection,
    bob: User,
    settings: Settings,
) -> None:
    settings.BERTH_EGRESS_ALLOW = [INSIDE]

    look(image, by=None if machine else bob)

    [way] = internet.ways
    assert list(way.details["policy"].allow) == networks


def test_a_machine_with_a_login_asks_wherever_the_operator_allows(
    look: Look, internet: FakeInternet, there: FakeRegistry, connection: Connection, settings: Settings
) -> None:
    settings.BERTH_EGRESS_ALLOW = [INSIDE]

    look(f"{HOST}/web/app:1", connection=connection, by=None)

    assert internet.ways[0].details["policy"].allow == (INSIDE,)


def test_s8_the_hosts_of_connections_out_of_a_machine_s_reach_are_none_of_its(
    look: Look, internet: FakeInternet, connection: Connection, settings: Settings
) -> None:
    settings.BERTH_EGRESS_ALLOW = [INSIDE]

    look(f"{HOST}/web/app:1", by=None, connections=Connection.bare.exclude(pk=connection.pk))

    assert internet.ways[0].details["policy"].allow == ()


@pytest.mark.parametrize("with_hosts", [False, True])
def test_s8_what_a_machine_is_not_let_to_is_told_without_an_address(
    with_hosts: bool, look: Look, internet: FakeInternet, there: FakeRegistry, connection: Connection
) -> None:
    internet.dns[there.origin] = BlockedByPolicy(f"{HOST} is a private address, 10.0.0.5.", host=HOST)

    [seen] = look(f"{HOST}/web/app:1", by=None, connections=Connection.bare.all() if with_hosts else Connection.bare.none())

    why = f"{HOST} is a private address, 10.0.0.5." if with_hosts else NOT_PUBLIC
    assert said(seen) == (Level.WARNING, Rule.NOT_LOOKED_UP, f"It was not looked up. {why}")


def test_a_host_at_which_nothing_can_stand_is_not_asked(look: Look, internet: FakeInternet) -> None:
    [seen] = look("999.1.1.1.1:99999999/a/b:1")

    assert seen.finding.rule == Rule.NOT_LOOKED_UP
    assert internet.ways == []


# Limits -----------------------------------------------------------------------------------------------------------------


def test_a_row_tells_host_team_who_and_outcome_and_nothing_of_the_file(
    look: Look, there: FakeRegistry, connection: Connection, bob: User
) -> None:
    look(f"{HOST}/web/app:1", f"{HOST}/web/none:1", connection=connection)

    [row] = Check.objects.values("team", "connection", "host", "version", "by", "outcome", "steps_json")
    assert row == {
        "team": connection.team_id,
        "connection": None,
        "host": HOST,
        "version": 0,
        "by": bob.pk,
        "outcome": Outcome.CONNECTED,
        "steps_json": [],
    }
    assert connection.checks.count() == 0
    assert tables_holding("web/app", "web/none") == []
    connection.refresh_from_db()
    assert (connection.outcome, connection.last_check) == ("", None)


def test_a_row_tells_how_a_visit_ended_that_found_nothing(look: Look, there: FakeRegistry, connection: Connection) -> None:
    there.users = {"puller": "another"}

    look(f"{HOST}/web/app:1", connection=connection)

    row = Check.objects.get()
    assert (row.outcome, row.state) == (Outcome.SIGN_IN_REFUSED, "done")


def test_rows_go_once_the_limits_count_them_no_longer(look: Look, there: FakeRegistry, connection: Connection) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        look(f"{HOST}/web/app:1", connection=connection)
        clock.shift(timedelta(hours=1, seconds=1))
        look(f"{HOST}/web/app:1", connection=connection)

    assert Check.objects.count() == 1


@pytest.mark.parametrize("machine", [False, True])
def test_s25_a_host_is_asked_a_few_times_within_a_minute(
    machine: bool, look: Look, there: FakeRegistry, connection: Connection, bob: User, settings: Settings
) -> None:
    settings.BERTH_CHECKS_PER_HOST = 3
    by = None if machine else bob
    with time_machine.travel(NOON, tick=False) as clock:
        seen = [look(f"{HOST}/web/app:1", connection=connection, by=by)[0] for _ in range(4)]
        asked = len(there.received)
        clock.shift(timedelta(seconds=61))
        [later] = look(f"{HOST}/web/app:1", connection=connection, by=by)

    assert [one.finding.rule for one in seen] == [*[Rule.FOUND] * 3, Rule.NOT_LOOKED_UP]
    assert seen[-1].finding.sentence == (
        "It was not looked up. This host was tested 3 times within a minute. Test again at 12:01:01 UTC."
    )
    assert later.finding.rule == Rule.FOUND
    assert len(there.received) > asked
    assert Check.objects.count() == 4


def test_s25_a_team_s_people_and_machines_share_one_limit(
    look: Look, internet: FakeInternet, charlie: User, connection: Connection, settings: Settings
) -> None:
    settings.BERTH_CHECKS_PER_TEAM = 4
    for number in range(6):
        internet.add(f"r{number}.example.com", auth="open")
    images = [f"r{number}.example.com/team/app:1" for number in range(6)]
    Check.objects.ask(connection, by=None)  # The watcher's own is not counted.

    with time_machine.travel(NOON):
        by_people = look(*images[:2])
        by_machines = look(*images[2:], by=None)
        theirs = Check.objects.refusal(charlie.teams.get(), "r0.example.com")

    rules = [one.finding.rule for one in (*by_people, *by_machines)]
    assert rules == [*[Rule.FOUND] * 4, *[Rule.NOT_LOOKED_UP] * 2]
    assert "This team started 4 tests within an hour." in by_machines[-1].finding.sentence
    assert theirs is None
    assert len(internet.ways) == 4


def test_a_look_up_counts_against_the_tests_of_people(
    look: Look, there: FakeRegistry, connection: Connection, settings: Settings, bob: User
) -> None:
    settings.BERTH_CHECKS_PER_TEAM = 1

    look(f"{HOST}/web/app:1", connection=connection, by=None)

    assert Check.objects.ask(connection, by=bob).outcome == Outcome.COULD_NOT_CHECK


def test_so_many_images_are_looked_up_at_once_and_the_rest_is_told_that(
    look: Look, there: FakeRegistry, connection: Connection
) -> None:
    seen = look(*(f"{HOST}/web/app:{number}" for number in range(MOST_IMAGES + 2)), connection=connection)

    assert [one.finding.rule for one in seen].count(Rule.NOT_LOOKED_UP) == 2
    assert said(seen[-1]) == (
        Level.WARNING,
        Rule.NOT_LOOKED_UP,
        "It was not looked up: Berth looks up the first 20 images of a file, and it comes after them.",
    )
    assert "GET /v2/web/app/manifests/19" in there.paths
    assert "GET /v2/web/app/manifests/20" not in there.paths


def test_nothing_to_look_up_asks_nobody(look: Look, internet: FakeInternet) -> None:
    assert look() == []
    assert internet.ways == []


# The bulkhead -----------------------------------------------------------------------------------------------------------


def test_where_every_place_is_taken_that_is_told_soon(
    look: Look, there: FakeRegistry, connection: Connection, places: Inline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "FOR_A_PLACE_SECONDS", 0.05)
    places.full = True

    [seen] = look(f"{HOST}/web/app:1", connection=connection)

    assert said(seen) == (Level.WARNING, Rule.NOT_LOOKED_UP, NO_PLACE)
    assert there.received == []
    assert Check.objects.count() == 0


def test_what_found_every_place_taken_is_run_afterwards(
    look: Look, there: FakeRegistry, connection: Connection, unreachable: None
) -> None:
    waiting = Check.objects.ask(connection, by=None)

    look(f"{HOST}/web/app:1", connection=connection)

    waiting.refresh_from_db()
    assert waiting.state == "done"


@dataclass
class Slow:
    """Registries of which those called `hanging` answer once `gate` is open."""

    internet: FakeInternet
    gate: threading.Event = field(default_factory=threading.Event)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def add(self, *names: str) -> list[str]:
        """Put registries at hosts, and return an image of each."""
        for name in names:
            registry = self.internet.add(f"{name}.example.com", auth="open")
            if name.startswith("hanging"):
                registry.answers["GET", "/v2/team/app/manifests/1"] = self.hang
        return [f"{name}.example.com/team/app:1" for name in names]

    def hang(self, request: Received) -> Any:
        self.begun.release()
        assert self.gate.wait(10)
        return refusal(404, "NAME_UNKNOWN")


@pytest.fixture
def slow(transactional_db: None, internet: FakeInternet, real_places: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Registries that hang, a bulkhead with two threads, and a request that waits for two seconds."""
    monkeypatch.setattr(rounds, "SECONDS", 2.0)
    monkeypatch.setattr(rounds, "FOR_A_PLACE_SECONDS", 0.1)
    slow = Slow(internet)
    yield slow
    slow.gate.set()


@contextmanager
def meanwhile(look: Look, *images: str) -> Iterator["Future[list[Looked]]"]:
    """Let another request look images up at the same time."""

    def request() -> list[Looked]:
        try:
            return look(*images)
        finally:
            databases.close_all()

    with ThreadPoolExecutor(1) as others:
        yield others.submit(request)


def test_a_registry_that_hangs_is_told_and_keeps_nobody_else_waiting(slow: Slow, look: Look) -> None:
    images = slow.add("hanging", "a", "b", "c", "d")

    hanging, *others = look(*images)

    assert said(hanging) == (Level.WARNING, Rule.NOT_LOOKED_UP, TOO_LATE)
    assert [one.finding.rule for one in others] == [Rule.FOUND] * 4


def test_a_request_waits_no_longer_than_its_time_for_registries_that_all_hang(slow: Slow, look: Look) -> None:
    images = slow.add("hanging-1", "hanging-2", "a")

    first, second, never = look(*images)

    assert [said(one)[2] for one in (first, second)] == [TOO_LATE] * 2
    assert said(never) == (Level.WARNING, Rule.NOT_LOOKED_UP, NO_TIME)
    assert "https://a.example.com" not in slow.internet.asked


def test_who_finds_no_place_leaves_while_others_wait(slow: Slow, look: Look) -> None:
    hanging, [late] = slow.add("hanging-1", "hanging-2"), slow.add("a")
    with meanwhile(look, *hanging) as theirs:
        assert slow.begun.acquire(timeout=5)
        assert slow.begun.acquire(timeout=5)

        [seen] = look(late)

        assert said(seen)[2] == NO_PLACE
        assert not theirs.done()


def test_d6_waiting_requests_leave_half_of_the_threads_to_everybody_else(
    slow: Slow, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_place = threading.BoundedSemaphore(1)
    monkeypatch.setattr(rounds, "_waiting", lambda: one_place)
    [hanging, sound] = slow.add("hanging", "a")
    with meanwhile(look, hanging) as theirs:
        assert slow.begun.acquire(timeout=5)

        [turned_away] = look(sound)
        slow.gate.set()
        theirs.result()
        [let_in] = look(sound)

    assert said(turned_away)[2] == NO_PLACE
    assert let_in.finding.rule == Rule.FOUND


def test_a_visit_has_what_is_left_of_the_time(look: Look, internet: FakeInternet, there: FakeRegistry) -> None:
    look(f"{HOST}/web/app:1")

    [way] = internet.ways
    assert 19 < way.details["deadline_seconds"] <= 20


def test_half_of_the_threads_may_wait(settings: Settings) -> None:
    settings.BERTH_THREADS = 5
    rounds._waiting.cache_clear()

    gate = rounds._waiting()

    assert [gate.acquire(blocking=False) for _ in range(3)] == [True, True, False]
    rounds._waiting.cache_clear()
