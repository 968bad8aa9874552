"""
The check against real registries: each way of signing in, each way it can end, and what people read of it.

One row is one registry, one login, one image. Compared are the outcome, the states of all five steps, and the sentence
that decides; what differs from run to run (ports, times) does not.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest

from registries.distribution import Secret
from registries.egress import Policy, Way
from registries.flavors.other import Other
from registries.health import examine
from registries.outcomes import Finding, Outcome, State, Step, StepResult
from tests.lab.certificates import Authority
from tests.lab.images import Image, Session
from tests.lab.registry import Registry
from tests.real.conftest import ARM, MANY, ONE, PULLER, PULLER_PASSWORD, PUSHER, PUSHER_PASSWORD, ROBOT, ROBOT_PASSWORD

LOOPBACK = Policy(allow=(ip_network("127.0.0.0/8"),))
NOBODY = ("", "")
AS_ROBOT = (ROBOT, ROBOT_PASSWORD)
AS_PUSHER = (PUSHER, PUSHER_PASSWORD)
AS_PULLER = (PULLER, PULLER_PASSWORD)


def shown(image: Image) -> str:
    """A digest as people read it."""
    return f"{image.digest[:19]}…"


READ = f"team/app:1, {shown(ONE)}, {ONE.size_bytes} bytes, linux/amd64."

P, F, W, S, N = State.PASSED, State.FAILED, State.WARNED, State.SKIPPED, State.NOT_ASKED


def check(
    origin: str,
    login: tuple[str, str] = NOBODY,
    image: str = "team/app:1",
    purpose: str = "pull",
    *,
    ca_pem: str = "",
    policy: Policy = LOOPBACK,
) -> Finding:
    """Examine the registry at `origin` as a team would that added it as an Other registry."""
    username, password = login
    if username:
        registry = Other(url=origin, username=username, password=Secret(password))
    else:
        registry = Other(url=origin, method="none")
    with Way(registry.origin, policy=policy, ca_pem=ca_pem) as way:
        return examine(registry, way, purpose=purpose, test_image=image)


def said(finding: Finding, step: Step) -> StepResult:
    return finding.steps[list(Step).index(step)]


def states(finding: Finding) -> tuple[State, ...]:
    return tuple(result.state for result in finding.steps)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One check and what is expected of it; `fact` is the sentence of the step `decides`."""

    what: str
    registry: str
    login: tuple[str, str] = NOBODY
    image: str = "team/app:1"
    purpose: str = "pull"
    outcome: Outcome = Outcome.CONNECTED
    states: tuple[State, ...] = field(default=(P, P, P, P, N))
    decides: Step = Step.PULL
    fact: str = ""
    status: str = ""


TABLE = [
    # Open: nobody is asked.
    Row(what="open", registry="open_registry", fact=READ),
    Row(
        what="open, with a login that nobody asks for",
        registry="open_registry",
        login=AS_ROBOT,
        states=(P, P, W, P, N),
        decides=Step.SIGN_IN,
        fact="The registry lets anybody in, so the login is not proved.",
    ),
    Row(
        what="open, and anybody may push",
        registry="open_registry",
        purpose="push",
        states=(P, P, P, P, P),
        decides=Step.PUSH,
        fact="An upload was started and cancelled.",
    ),
    # Basic: a password file.
    Row(what="right password", registry="basic_registry", login=AS_ROBOT, fact=READ),
    Row(
        what="wrong password",
        registry="basic_registry",
        login=(ROBOT, "wrong"),
        outcome=Outcome.SIGN_IN_REFUSED,
        states=(P, P, F, S, N),
        decides=Step.SIGN_IN,
        fact="The registry refused the login.",
        status="HTTP 401 UNAUTHORIZED",
    ),
    Row(
        what="no login where one is asked for",
        registry="basic_registry",
        outcome=Outcome.SIGN_IN_REFUSED,
        states=(P, P, F, S, N),
        decides=Step.SIGN_IN,
        fact="The registry asks for a login, and none is given.",
        status="HTTP 401",
    ),
    Row(
        what="missing image",
        registry="basic_registry",
        login=AS_ROBOT,
        image="team/app:2",
        outcome=Outcome.IMAGE_NOT_FOUND,
        states=(P, P, P, F, N),
        fact="There is no image team/app:2. The registry looked for it in team/app and refused nothing.",
        status="HTTP 404 MANIFEST_UNKNOWN",
    ),
    Row(
        what="missing repository",
        registry="basic_registry",
        login=AS_ROBOT,
        image="team/none:1",
        outcome=Outcome.IMAGE_NOT_FOUND,
        states=(P, P, P, F, N),
        fact="There is no image team/none:1. The registry looked for it in team/none and refused nothing.",
        status="HTTP 404 MANIFEST_UNKNOWN",
    ),
    Row(
        what="two platforms",
        registry="basic_registry",
        login=AS_ROBOT,
        image="team/many:1",
        fact=f"team/many:1, {shown(MANY)}, linux/amd64 ({MANY.variants[0].size_bytes} bytes), linux/arm64.",
    ),
    Row(
        what="an image that most machines cannot run",
        registry="basic_registry",
        login=AS_ROBOT,
        image="team/app:arm",
        states=(P, P, P, W, N),
        fact=f"team/app:arm, {shown(ARM)}, {ARM.size_bytes} bytes, linux/arm64. It is not for linux/amd64.",
    ),
    Row(
        what="push allowed",
        registry="basic_registry",
        login=AS_ROBOT,
        purpose="push",
        states=(P, P, P, P, P),
        decides=Step.PUSH,
        fact="An upload was started and cancelled.",
    ),
    # Token: a service that hands out what each may do.
    Row(what="a token to pull", registry="token_registry", login=AS_PULLER, fact=READ),
    Row(
        what="a password that the token service refuses",
        registry="token_registry",
        login=(PULLER, "wrong"),
        outcome=Outcome.SIGN_IN_REFUSED,
        states=(P, P, F, S, N),
        decides=Step.SIGN_IN,
        fact="The registry refused the login.",
        status="HTTP 401 UNAUTHORIZED",
    ),
    Row(
        what="somebody the token service does not know",
        registry="token_registry",
        login=("stranger", PULLER_PASSWORD),
        outcome=Outcome.SIGN_IN_REFUSED,
        states=(P, P, F, S, N),
        decides=Step.SIGN_IN,
        fact="The registry refused the login.",
        status="HTTP 401 UNAUTHORIZED",
    ),
    Row(
        what="no right to the image",
        registry="token_registry",
        login=AS_PULLER,
        image="team/many:1",
        outcome=Outcome.NO_PULL_ACCESS,
        states=(P, P, P, F, N),
        fact="The account may sign in, but not read team/many.",
        status="HTTP 401 UNAUTHORIZED",
    ),
    Row(
        what="a repository that is missing, or hidden",
        registry="token_registry",
        login=AS_PULLER,
        image="team/none:1",
        outcome=Outcome.NO_PULL_ACCESS,
        states=(P, P, P, F, N),
        fact="The account may sign in, but not read team/none.",
        status="HTTP 401 UNAUTHORIZED",
    ),
    Row(
        what="a tag that is missing, with a token",
        registry="token_registry",
        login=AS_PULLER,
        image="team/app:2",
        outcome=Outcome.IMAGE_NOT_FOUND,
        states=(P, P, P, F, N),
        fact="There is no image team/app:2. The registry looked for it in team/app and refused nothing.",
        status="HTTP 404 MANIFEST_UNKNOWN",
    ),
    Row(
        what="nobody's token opens nothing that is private",
        registry="token_registry",
        outcome=Outcome.NO_PULL_ACCESS,
        states=(P, P, P, F, N),
        fact="Without a login, team/app may not be read.",
        status="HTTP 401 UNAUTHORIZED",
    ),
    Row(
        what="a token to push",
        registry="token_registry",
        login=AS_PUSHER,
        purpose="push",
        states=(P, P, P, P, P),
        decides=Step.PUSH,
        fact="An upload was started and cancelled.",
    ),
    Row(
        what="a login for pulling that could push",
        registry="token_registry",
        login=AS_PUSHER,
        states=(P, P, P, P, W),
        decides=Step.PUSH,
        fact="Not asked for, but the login may push to team/app too.",
    ),
    Row(
        what="push refused",
        registry="token_registry",
        login=AS_PULLER,
        purpose="push",
        outcome=Outcome.NO_PUSH_ACCESS,
        states=(P, P, P, P, F),
        decides=Step.PUSH,
        fact="The account may pull, but not push.",
        status="HTTP 401 UNAUTHORIZED",
    ),
    # Without a test image.
    Row(
        what="an image from the catalog",
        registry="basic_registry",
        login=AS_ROBOT,
        image="",
        fact=f"No test image is named. One from the catalog was read: {shown(ONE)}, {ONE.size_bytes} bytes, linux/amd64. "
        "That proves a pull of this one, and not of every other.",
    ),
    Row(
        what="no image and no catalog",
        registry="token_registry",
        login=AS_PULLER,
        image="",
        states=(P, P, P, S, N),
        fact="No test image is named, so a pull is not proved. Signing in is: the login is known, and what it may read is "
        "not.",
    ),
    Row(
        what="nowhere to try a push",
        registry="token_registry",
        login=AS_PUSHER,
        image="",
        purpose="push",
        states=(P, P, P, S, W),
        decides=Step.PUSH,
        fact="No test image is named, so Berth does not know where to try an upload.",
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.what)
def test_a_check_finds_what_is_so(row: Row, request: pytest.FixtureRequest) -> None:
    registry: Registry = request.getfixturevalue(row.registry)

    finding = check(registry.origin, row.login, row.image, row.purpose)

    decides = said(finding, row.decides)
    assert (finding.outcome, states(finding), decides.fact, decides.said) == (row.outcome, row.states, row.fact, row.status)


def test_an_image_may_be_named_with_its_host(basic_registry: Registry) -> None:
    finding = check(basic_registry.origin, AS_ROBOT, f"{basic_registry.host}/team/app:1")

    assert finding.outcome == Outcome.CONNECTED
    assert said(finding, Step.PULL).fact == READ


def test_an_upload_that_was_tried_leaves_nothing_behind(open_registry: Registry) -> None:
    session = Session(origin=open_registry.origin)
    before = [session.send("GET", path).body for path in ("/v2/_catalog", "/v2/team/app/tags/list")]

    finding = check(open_registry.origin, purpose="push")

    assert said(finding, Step.PUSH).state == P
    assert [session.send("GET", path).body for path in ("/v2/_catalog", "/v2/team/app/tags/list")] == before


def test_every_step_tells_how_long_it_took(basic_registry: Registry) -> None:
    finding = check(basic_registry.origin, AS_ROBOT)

    assert [result.ms is not None for result in finding.steps] == [True, True, True, True, False]


# TLS ----------------------------------------------------------------------------------------------------------------


def test_a_registry_with_its_own_authority_connects(tls_registry: Registry, authority: Authority) -> None:
    finding = check(tls_registry.origin, AS_ROBOT, purpose="push", ca_pem=authority.pem)

    assert (finding.outcome, states(finding)) == (Outcome.CONNECTED, (P, P, P, P, P))
    assert said(finding, Step.TLS).fact.startswith("TLS 1.3. Certificate valid until ")


def test_a_token_service_behind_the_same_certificate_connects(tls_token_registry: Registry, authority: Authority) -> None:
    finding = check(tls_token_registry.origin, AS_PULLER, "team/app:1", ca_pem=authority.pem)

    assert (finding.outcome, states(finding)) == (Outcome.CONNECTED, (P, P, P, P, N))


def distrusted(finding: Finding) -> tuple[str, str]:
    """Return the fact and the fix of a check that ended at TLS, with nothing sent past it."""
    assert (finding.outcome, states(finding)) == (Outcome.NOT_TRUSTED, (P, F, S, S, N))
    step = said(finding, Step.TLS)
    return step.fact, step.fix


def test_an_unknown_authority_is_not_trusted(tls_registry: Registry) -> None:
    assert distrusted(check(tls_registry.origin, AS_ROBOT)) == (
        "The certificate comes from an authority Berth does not know.",
        "Add the CA certificate to this registry.",
    )


def test_another_authority_than_the_given_one_is_not_trusted(tls_registry: Registry) -> None:
    fact, _ = distrusted(check(tls_registry.origin, AS_ROBOT, ca_pem=Authority().pem))

    assert fact == "The certificate comes from an authority Berth does not know."


def test_an_expired_certificate_is_not_trusted(expired_registry: Registry, authority: Authority) -> None:
    fact, fix = distrusted(check(expired_registry.origin, ca_pem=authority.pem))

    ended = authority.yesterday
    assert fact == f"The certificate expired on {ended.day} {ended:%b %Y}."
    assert fix == "Its owner has to replace it."


def test_a_certificate_for_another_host_is_not_trusted(misnamed_registry: Registry, authority: Authority) -> None:
    assert distrusted(check(misnamed_registry.origin, ca_pem=authority.pem)) == (
        "The certificate is for another host, not for 127.0.0.1.",
        "Its owner has to replace it.",
    )


def test_https_to_a_registry_that_speaks_http_is_told_apart_from_a_bad_certificate(open_registry: Registry) -> None:
    finding = check(f"https://{open_registry.host}")

    assert (finding.outcome, states(finding)) == (Outcome.NOT_TRUSTED, (P, F, S, S, N))
    assert said(finding, Step.TLS).fact == "127.0.0.1 does not speak TLS 1.2 or newer on this port."


def test_http_to_a_registry_that_speaks_https_is_not_a_registry(tls_registry: Registry) -> None:
    finding = check(f"http://{tls_registry.host}", AS_ROBOT)

    assert (finding.outcome, states(finding)) == (Outcome.NOT_A_REGISTRY, (P, P, F, S, N))


# Addresses ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that is taken, so that nobody else gets it, and at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_port_at_which_nothing_listens_is_unreachable(scheme: str, silent_port: int) -> None:
    finding = check(f"{scheme}://127.0.0.1:{silent_port}", AS_ROBOT)

    assert (finding.outcome, states(finding)) == (Outcome.UNREACHABLE, (P, F, S, S, N))
    step = said(finding, Step.TLS)
    assert (step.fact, step.fix) == ("127.0.0.1 refused the connection.", "Check the port and the firewall.")


def test_a_name_that_does_not_exist_is_unreachable() -> None:
    finding = check("https://registry.invalid", AS_ROBOT)

    assert (finding.outcome, states(finding)) == (Outcome.UNREACHABLE, (F, S, S, S, N))


def test_loopback_is_blocked_where_no_operator_allowed_it(tls_registry: Registry, authority: Authority) -> None:
    finding = check(tls_registry.origin, AS_ROBOT, ca_pem=authority.pem, policy=Policy())

    assert (finding.outcome, states(finding)) == (Outcome.BLOCKED, (F, S, S, S, N))
    step = said(finding, Step.DNS)
    assert step.fact == "127.0.0.1 is a loopback address."
    assert step.fix == "An operator has to allow this network, with BERTH_EGRESS_ALLOW=127.0.0.1/32."
