"""The images of a workload file, looked up at real registries: with a password, a token service, none of it, over TLS."""

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from pytest_django import Settings

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors.other import Other
from registries.look_ups import round as rounds
from registries.look_ups.words import NOT_PUBLIC, TOO_LATE
from registries.models import Check, Connection, HandOut
from registries.outcomes import Outcome
from registries.spec_checks import Report, check_spec
from registries.specs.verdicts import Looked, Rule
from tests.browser.diary import tables_holding
from tests.hostile import Connection as Caller
from tests.hostile import serving
from tests.lab.certificates import Authority
from tests.lab.images import Session
from tests.lab.registry import Registry
from tests.lab.tokens import TokenRegistry, start_token_registry
from tests.lab.tokens import User as Account
from tests.real.conftest import (
    ARM,
    MANY,
    ONE,
    PULL,
    PULLER,
    PULLER_PASSWORD,
    PUSHER,
    PUSHER_PASSWORD,
    ROBOT,
    ROBOT_PASSWORD,
    USERS,
    fill,
)

AS_ROBOT, AS_PULLER = (ROBOT, ROBOT_PASSWORD), (PULLER, PULLER_PASSWORD)
WRONG = "CANARY-not-the-password"
Add = Callable[..., Connection]


@pytest.fixture(scope="module")
def public_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenRegistry]:
    """A registry with a token service, which lets everybody read `team/app`."""
    everybody = {"": Account(password="", rights={"team/app": PULL})}
    with start_token_registry(tmp_path_factory.mktemp("public"), {**USERS, **everybody}) as registry:
        fill(Session(origin=registry.origin, username=PUSHER, password=PUSHER_PASSWORD))
        yield registry


@pytest.fixture(autouse=True)
def loopback_allowed(settings: Settings) -> None:
    settings.BERTH_EGRESS_ALLOW = [ip_network("127.0.0.0/8")]


@pytest.fixture
def add(team: Team, alice: User) -> Add:
    """Add a connection to all of a registry, as if its last check had gone well."""

    def add(registry: Registry, login: tuple[str, str] | None, name: str = "lab", **details: Any) -> Connection:
        how: dict[str, Any] = {"method": "none"}
        if login:
            how = {"username": login[0], "password": Secret(login[1])}
        row = team.connections.connect(name, Other(url=registry.origin, namespace="team", **how), by=alice, **details)
        Connection.objects.filter(pk=row.pk).update(outcome=Outcome.CONNECTED)
        return row

    return add


def looked_up(team: Team, by: User | None, *images: str, named: str = "") -> Report:
    beside = f"\n  containerRegistry: {named}" if named else ""
    return check_spec(
        "".join(f"- image: {image}{beside}\n" for image in images), team.connections.all(), team=team, look_up=True, by=by
    )


def seen(report: Report) -> list[tuple[Rule, str]]:
    looked: list[Looked] = [verdict.looked for verdict in report.verdicts if verdict.looked]
    assert len(looked) == len(report.verdicts)
    return [(one.finding.rule, one.finding.sentence) for one in looked]


@pytest.mark.parametrize(
    ("registry", "login", "image", "rule", "sentence"),
    [
        ("basic", AS_ROBOT, "app:1", Rule.FOUND, f"It is there: linux/amd64, {ONE.size_bytes} bytes."),
        (
            "basic", AS_ROBOT, "many:1", Rule.FOUND,
            f"It is there: linux/amd64 and linux/arm64, {MANY.variants[0].size_bytes} bytes.",
        ),
        (
            "basic", AS_ROBOT, "app:arm", Rule.NO_PLATFORM,
            f"It is there: linux/arm64, {ARM.size_bytes} bytes. It is not for linux/amd64, so most machines cannot run it.",
        ),
        (
            "basic", AS_ROBOT, "app:2", Rule.NOT_FOUND,
            "There is no image team/app:2. The registry looked for it in team/app and refused nothing.",
        ),
        ("basic", (ROBOT, WRONG), "app:1", Rule.REFUSED, "The registry refused the login of lab."),
        ("token", AS_PULLER, "app:1", Rule.FOUND, f"It is there: linux/amd64, {ONE.size_bytes} bytes."),
        ("token", (PULLER, WRONG), "app:1", Rule.REFUSED, "The registry refused the login of lab."),
        ("token", AS_PULLER, "many:1", Rule.REFUSED, "The login of lab may not read team/many, or it does not exist."),
        ("public", AS_PULLER, "app:1", Rule.FOUND, f"It is there: linux/amd64, {ONE.size_bytes} bytes."),
        ("open", None, "app:1", Rule.FOUND, f"It is there: linux/amd64, {ONE.size_bytes} bytes."),
    ],
)  # fmt: skip
def test_an_image_is_told_as_its_registry_tells_it_to_that_login(
    registry: str,
    login: tuple[str, str] | None,
    image: str,
    rule: Rule,
    sentence: str,
    add: Add,
    team: Team,
    bob: User,
    request: pytest.FixtureRequest,
) -> None:
    lab: Registry = request.getfixturevalue(f"{registry}_registry")
    add(lab, login)

    report = looked_up(team, bob, f"{lab.host}/team/{image}", named="lab")

    assert seen(report) == [(rule, sentence)]
    assert HandOut.objects.count() == 0
    assert tables_holding(f"team/{image}", WRONG) == []


@pytest.mark.parametrize(
    ("registry", "image", "rule", "sentence"),
    [
        ("open", "app:1", Rule.FOUND, f"It is there: linux/amd64, {ONE.size_bytes} bytes."),
        (
            "open", "none:1", Rule.NOT_FOUND,
            "There is no image team/none:1. The registry looked for it in team/none and refused nothing.",
        ),
        ("public", "app:1", Rule.FOUND, f"It is there: linux/amd64, {ONE.size_bytes} bytes."),
        (
            "public", "app:2", Rule.NOT_FOUND,
            "There is no image team/app:2. The registry looked for it in team/app and refused nothing.",
        ),
        ("public", "many:1", Rule.REFUSED, "Without a login, team/many may not be read, or it does not exist."),
        ("basic", "app:1", Rule.REFUSED, "Without a login, team/app may not be read, or it does not exist."),
    ],
)  # fmt: skip
def test_an_image_that_no_connection_holds_is_looked_up_without_a_login(
    registry: str, image: str, rule: Rule, sentence: str, team: Team, bob: User, request: pytest.FixtureRequest
) -> None:
    lab: Registry = request.getfixturevalue(f"{registry}_registry")

    assert seen(looked_up(team, bob, f"{lab.host}/team/{image}")) == [(rule, sentence)]


def test_a_digest_and_a_size_are_those_of_the_registry(add: Add, team: Team, bob: User, basic_registry: Registry) -> None:
    add(basic_registry, AS_ROBOT)

    report = looked_up(team, bob, f"{basic_registry.host}/team/many@{MANY.digest}", named="lab")

    looked = report.verdicts[0].looked
    assert looked is not None
    assert (looked.digest, looked.platforms) == (MANY.digest, ("linux/amd64", "linux/arm64"))


def test_a_registry_with_its_own_authority_is_looked_up_at_and_else_not_trusted(
    add: Add, team: Team, bob: User, tls_registry: Registry, authority: Authority
) -> None:
    add(tls_registry, AS_ROBOT, "trusting", ca_certificate=authority.pem)
    add(tls_registry, AS_ROBOT, "other")
    image = f"{tls_registry.host}/team/app:1"

    trusting, other = (looked_up(team, bob, image, named=name) for name in ("trusting", "other"))

    assert [rule for rule, _ in seen(trusting)] == [Rule.FOUND]
    assert seen(other) == [
        (Rule.NOT_LOOKED_UP, "It was not looked up. The certificate comes from an authority Berth does not know.")
    ]


def test_the_egress_policy_holds_as_everywhere(team: Team, bob: User, open_registry: Registry, settings: Settings) -> None:
    settings.BERTH_EGRESS_ALLOW = []

    report = looked_up(team, bob, f"{open_registry.host}/team/app:1")

    assert seen(report) == [(Rule.NOT_LOOKED_UP, "It was not looked up. 127.0.0.1 is a loopback address.")]
    assert Check.objects.get().outcome == Outcome.BLOCKED


def test_a_machine_without_a_login_cannot_try_the_ports_of_networks_that_the_operator_allows(
    team: Team, bob: User, add: Add, open_registry: Registry, basic_registry: Registry
) -> None:
    add(basic_registry, AS_ROBOT)
    with serving(Caller.wait) as other:
        image = f"127.0.0.1:{other.port}/team/app:1"

        told = looked_up(team, None, image, f"{open_registry.host}/team/app:1", f"{basic_registry.host}/public/app:1")

        assert other.connections == 0

    assert seen(told)[:2] == [(Rule.NOT_LOOKED_UP, f"It was not looked up. {NOT_PUBLIC}")] * 2
    assert seen(told)[2] == (Rule.REFUSED, "Without a login, public/app may not be read, or it does not exist.")


def test_several_registries_are_looked_up_at_together_and_one_that_hangs_is_told(
    transactional_db: None,
    real_places: Any,
    add: Add,
    team: Team,
    bob: User,
    basic_registry: Registry,
    open_registry: Registry,
    public_registry: TokenRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rounds, "SECONDS", 3.0)
    add(basic_registry, AS_ROBOT)

    with serving(Caller.wait) as hanging:
        hosts = [f"127.0.0.1:{hanging.port}", *(lab.host for lab in (basic_registry, open_registry, public_registry))]
        report = looked_up(team, bob, *(f"{host}/team/app:1" for host in hosts))

    assert seen(report)[0] == (Rule.NOT_LOOKED_UP, TOO_LATE)
    assert [rule for rule, _ in seen(report)[1:]] == [Rule.FOUND] * 3
