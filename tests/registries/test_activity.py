"""What the room tells a team's activity: what was changed, whether a registry works, and what machines did."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from console.models import Event, Team, User, Verb
from registries.distribution import Secret
from registries.flavors.other import Other
from registries.models import Check, Connection, MachineToken, machine_activity
from registries.outcomes import Finding, Outcome
from tests.conftest import CANARY


def told(team: Team, *verbs: str) -> list[str]:
    """Return what was recorded of this kind, the oldest first: the sentence and its detail."""
    events = team.events.filter(verb__in=verbs) if verbs else team.events.all()
    return [f"{event}. {event.detail}".strip() for event in events.order_by("number")]


@pytest.fixture
def web(team: Team, alice: User) -> Connection:
    registry = Other(url="https://registry.example.com/acme", username="puller", password=Secret(CANARY))
    return team.connections.connect("web", registry, by=alice)


def edit(connection: Connection, by: User, **changed: Any) -> None:
    registry = changed.pop("registry", None)
    told: dict[str, Any] = {
        "name": connection.name, "description": connection.description, "purpose": connection.purpose,
        "test_image": connection.test_image, "ca_certificate": "", "ends_on": connection.ends_on,
    }  # fmt: skip
    opened = connection.open() if registry is None else registry
    connection.replace(opened, by=by, version=connection.version, keep_secrets=registry is None, **(told | changed))


def test_an_edit_tells_what_it_changed_and_from_what(web: Connection, team: Team, bob: User) -> None:
    edit(web, bob, description="For the web team", ends_on=timezone.localdate().replace(year=2099, month=1, day=25))

    assert told(team, Verb.CONNECTION_CHANGED) == ["Bob Berg changed web. Description changed. Expiry: 25 Jan 2099."]


def test_a_new_name_and_a_new_secret_have_lines_of_their_own(web: Connection, team: Team, bob: User) -> None:
    other = Other(url="https://registry.example.com/acme", username="builder", password=Secret(f"{CANARY}-2"))

    edit(web, bob, registry=other, name="web-2")

    assert told(team, Verb.CONNECTION_SECRET_REPLACED, Verb.CONNECTION_RENAMED, Verb.CONNECTION_CHANGED) == [
        "Bob Berg replaced the secret of web-2.",
        "Bob Berg renamed web-2. It was called web.",
        "Bob Berg changed web-2. Username changed.",
    ]
    assert CANARY not in str(list(Event.objects.values()))


@pytest.mark.parametrize("field", ["username", "description", "test_image"])
def test_a_secret_that_was_typed_into_a_plain_field_is_never_quoted(
    web: Connection, team: Team, bob: User, field: str
) -> None:
    mistyped = "ghp_" + "aB3dE6gH9j" * 3
    plain = {"url": "https://registry.example.com", "namespace": "acme", "username": "puller"}
    on_the_form = {field: mistyped} if field in plain else {}
    beside_it = {} if field in plain else {field: mistyped}

    edit(web, bob, registry=Other(**plain | on_the_form, password=Secret(CANARY)), **beside_it)
    web.refresh_from_db()
    edit(web, bob, registry=Other(**plain, password=Secret(CANARY)), description="", test_image="")

    assert len(told(team, Verb.CONNECTION_CHANGED)) == 2
    assert mistyped not in str(list(Event.objects.values()))


def test_what_is_chosen_is_quoted_in_the_words_of_its_form(web: Connection, team: Team, bob: User) -> None:
    edit(web, bob, purpose=Connection.Purpose.PUSH)
    pull, push = Connection.Purpose.PULL.label, Connection.Purpose.PUSH.label

    assert told(team, Verb.CONNECTION_CHANGED) == [f"Bob Berg changed web. Purpose from {pull} to {push}."]


def test_a_connection_is_found_by_its_id_whatever_it_was_called(web: Connection, team: Team, bob: User) -> None:
    edit(web, bob, name="web-2")
    Connection.objects.get().pause(True, by=bob)

    assert [str(event) for event in team.events.filter(about=str(web.pk)).order_by("number")] == [
        "Alice Andersen added web", "Bob Berg renamed web-2", "Bob Berg paused web-2",
    ]  # fmt: skip


# Whether it works -------------------------------------------------------------------------------------------------------


def ended(connection: Connection, *outcomes: Outcome) -> None:
    for outcome in outcomes:
        connection.refresh_from_db()
        check = Check.objects.create(connection=connection, team=connection.team, host="x", version=connection.version)
        connection.take(Finding(outcome=outcome, steps=()), check)


def test_only_news_of_its_health_is_recorded(web: Connection, team: Team) -> None:
    ended(web, Outcome.CONNECTED, Outcome.CONNECTED, Outcome.COULD_NOT_CHECK, Outcome.CONNECTED)
    ended(web, Outcome.SIGN_IN_REFUSED, Outcome.NO_PULL_ACCESS, Outcome.RATE_LIMITED, Outcome.CONNECTED)

    assert [line for line in told(team) if line.startswith("web ")] == [
        "web works. Connected.",
        "web stopped working. Sign-in refused.",
        "web works again. Connected.",
    ]
    event = team.events.get(verb=Verb.CONNECTION_STOPPED)
    assert (event.who, event.by, event.about) == ("Berth", None, str(web.pk))


def test_a_registry_that_never_worked_did_not_stop(web: Connection, team: Team) -> None:
    ended(web, Outcome.UNREACHABLE)

    assert told(team, Verb.CONNECTION_FAILS) == ["web does not work. Unreachable."]


def test_the_result_of_a_check_that_an_edit_overtook_is_no_news(web: Connection, team: Team, bob: User) -> None:
    check = Check.objects.create(connection=web, team=team, host="x", version=web.version)
    edit(web, bob, description="new")

    web.take(Finding(outcome=Outcome.UNREACHABLE, steps=()), check)

    assert told(team, Verb.CONNECTION_FAILS) == []


# Machines ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def ask(web: Connection, team: Team, alice: User) -> Callable[..., Any]:
    _, text = MachineToken.objects.issue(
        team, "ci-runner", by=alice, ends_at=timezone.now() + timedelta(days=90), connections=None
    )

    def asked(address: str = "10.4.2.17", **query: str) -> Any:
        client = Client(REMOTE_ADDR=address, headers={"Authorization": f"Bearer {text.reveal()}"})
        return client.get("/api/v1/credentials", query or {"image": "registry.example.com/acme/app"})

    return asked


def test_the_days_first_login_of_a_machine_is_recorded_and_no_other(ask: Any, team: Team) -> None:
    for _ in range(3):
        assert ask().status_code == 200
    machine_activity.forget()  # As another process would ask.
    ask()

    [event] = team.events.filter(verb=Verb.CREDENTIALS_READ)
    assert (str(event), event.detail) == ("ci-runner read credentials", "web was the day’s first.")
    assert (event.login, event.address) == (f"berth_{event.about}", "10.4.2.17")
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        ask()
    assert team.events.filter(verb=Verb.CREDENTIALS_READ).count() == 2


def test_an_address_that_a_token_had_not_come_from_stands_out(ask: Any, team: Team) -> None:
    for address in ("10.4.2.17", "10.4.2.17", "203.0.113.9", "203.0.113.9", "10.4.2.17"):
        ask(address)

    [event] = team.events.filter(verb=Verb.READ_FROM_ELSEWHERE)
    assert (str(event), event.address) == ("ci-runner came from an address it had not used before", "203.0.113.9")


def test_a_network_of_ipv6_that_one_machine_may_have_is_one_address(ask: Any, team: Team) -> None:
    """Also where it is written in another way, and where another process sees it."""
    for address in (
        "2001:db8::1",
        "2001:db8::2",
        "2001:DB8:0:0:1:2:3:4",
        "2001:db8:0:1::1",
        "2001:db8::3",
        "2001:db8:0:1:f::",
    ):
        assert ask(address).status_code == 200
        machine_activity.forget()

    assert [event.address for event in team.events.filter(verb=Verb.READ_FROM_ELSEWHERE)] == ["2001:db8:0:1::1"]


def test_a_token_that_comes_from_everywhere_fills_no_days_activity(
    ask: Any, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_activity, "ELSEWHERE_A_DAY", 3)

    def come(numbers: range) -> list[str | None]:
        for number in numbers:
            ask(f"203.0.113.{number}")
        return [event.address for event in team.events.filter(verb=Verb.READ_FROM_ELSEWHERE).order_by("number")]

    assert come(range(6)) == ["203.0.113.1", "203.0.113.2", "203.0.113.3"]
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert come(range(4, 5))[3:] == ["203.0.113.4"]


def test_the_days_first_refusal_says_why(ask: Any, web: Connection, team: Team, bob: User) -> None:
    web.pause(True, by=bob)

    assert [ask().status_code for _ in range(2)] != [200, 200]

    assert told(team, Verb.CREDENTIALS_REFUSED) == ["ci-runner was refused a credential. Paused: web."]
    assert told(team, Verb.CREDENTIALS_READ) == []


def test_an_image_that_needs_no_login_is_no_refusal(ask: Any, team: Team) -> None:
    assert ask(image="docker.io/library/nginx").status_code == 404

    assert [line for line in told(team) if line.startswith("ci-runner ")] == []
