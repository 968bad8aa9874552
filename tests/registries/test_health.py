"""The check: what a registry does, and what people read of it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from registries.distribution import (
    Answer,
    BlockedByPolicy,
    ConnectionRefused,
    Credential,
    DeadlinePassed,
    NameNotFound,
    NotTrusted,
    RegistryError,
    Secret,
    Unreachable,
)
from registries.explanations import Asked, explain
from registries.flavors.base import PasswordFlavor
from registries.health import examine
from registries.outcomes import Finding, Outcome, State, Step, StepResult
from registries.repairs import TO_NAME_AN_IMAGE
from tests.fake_registry import FakeRegistry, FakeTLS, FakeWay, Received, answer, digest_of, refusal

CANARY = "canary7c2e"
P, F, W, S, N = State.PASSED, State.FAILED, State.WARNED, State.SKIPPED, State.NOT_ASKED


@dataclass(frozen=True, kw_only=True)
class Harbor(PasswordFlavor):
    """A registry at `registry.example`, whose habits a test chooses."""

    slug = "harbor"
    name = "Harbor"
    own_hosts = True

    host: str = "registry.example"
    prefix: str = ""
    username: str = "puller"
    password: Secret = field(default_factory=lambda: Secret("right"))
    account: str = "puller"
    anonymous: bool = False
    hinted: str = ""
    realms: tuple[str, ...] = ()
    forbidden_at_token: Outcome = Outcome.SIGN_IN_REFUSED
    forbidden_at_sign_in: Outcome = Outcome.SIGN_IN_REFUSED
    has_catalog: bool = True
    push_scope_is_harmless: bool = False
    bad_request_at_token: Outcome = Outcome.NOT_A_REGISTRY

    @property
    def hints(self) -> Mapping[Outcome, str]:
        return dict.fromkeys(Outcome, self.hinted) if self.hinted else {}

    def credential(self) -> Credential | None:
        return None if self.anonymous else super().credential()


def check(
    registry: FakeRegistry,
    flavor: Harbor | None = None,
    *,
    purpose: str = "push",
    test_image: str = "team/app:1",
    on_step: Callable[[tuple[StepResult, ...]], None] = lambda steps: None,
    **way: Any,
) -> Finding:
    ticks = count()
    return examine(
        flavor or Harbor(),
        FakeWay(registry, **way),
        purpose=purpose,
        test_image=test_image,
        on_step=on_step,
        clock=lambda: next(ticks) / 100,
    )


def read(finding: Finding) -> tuple[Outcome, tuple[State, ...], str, str, str]:
    """What people read first: the outcome, the states, and the deciding step's fact, fix and quotation."""
    said = finding.deciding or StepResult(step=Step.DNS, state=State.PASSED)
    return finding.outcome, tuple(step.state for step in finding.steps), said.fact, said.fix, said.said


def shown(image: Answer) -> str:
    """A digest as people read it."""
    return f"{digest_of(image)[:19]}…"


DIGEST = shown(FakeRegistry().images["team/app"]["1"])
OLD_TLS = FakeTLS("TLSv1.2", datetime(2026, 12, 1, tzinfo=UTC))


def registry(**options: Any) -> FakeRegistry:
    rights = {("puller", "team/app"): {"pull", "push"}, ("puller", "team/other"): {"pull"}}
    return FakeRegistry(**{"rights": rights, **options})


# When all is well ---------------------------------------------------------------------------------------------------


def test_five_steps_pass() -> None:
    assert check(registry()) == Finding(
        outcome=Outcome.CONNECTED,
        steps=(
            StepResult(step=Step.DNS, state=P, fact="registry.example is 142.250.99.82.", ms=10),
            StepResult(step=Step.TLS, state=P, fact="TLS 1.3. Certificate valid until 18 Jan 2027.", ms=10),
            StepResult(step=Step.SIGN_IN, state=P, fact="Accepted as puller.", ms=10),
            StepResult(step=Step.PULL, state=P, fact=f"team/app:1, {DIGEST}, 1.9 GB, linux/amd64.", ms=10),
            StepResult(step=Step.PUSH, state=P, fact="An upload was started and cancelled.", ms=10),
        ),
    )


def test_an_address_in_place_of_a_name_is_not_said_to_be_itself() -> None:
    finding = check(registry(), dns=("registry.example",))

    assert finding.steps[0].fact == "registry.example is an address, with nothing to look up."


def test_a_check_for_pulling_does_not_try_to_push() -> None:
    asked = registry()

    finding = check(asked, purpose="pull")

    assert finding.steps[4] == StepResult(step=Step.PUSH, state=N, fact="Not asked for.")
    assert not any(path.startswith("POST") for path in asked.paths)


def test_every_change_is_told_with_all_five_steps() -> None:
    told: list[str] = []

    finding = check(registry(), on_step=lambda steps: told.append(" ".join(step.state[:2] for step in steps)))

    assert told == [
        "ru wa wa wa wa",
        "pa wa wa wa wa",
        "pa ru wa wa wa",
        "pa pa wa wa wa",
        "pa pa ru wa wa",
        "pa pa pa wa wa",
        "pa pa pa ru wa",
        "pa pa pa pa wa",
        "pa pa pa pa ru",
        "pa pa pa pa pa",
    ]
    assert [step.ms for step in finding.steps] == [10] * 5


def test_steps_that_will_not_be_taken_are_told_at_once() -> None:
    told: list[tuple[StepResult, ...]] = []

    finding = check(registry(), dns=NameNotFound("harbor.corp does not exist in DNS."), on_step=told.append)

    assert (len(told), told[-1]) == (2, finding.steps)


def test_a_step_says_what_it_does_and_what_it_will_do() -> None:
    told: list[tuple[StepResult, ...]] = []

    check(registry(), purpose="pull", on_step=told.append)

    assert [step.fact for step in told[0]] == [
        "Looking up the host.",
        "Open a secure connection and check the certificate.",
        "Offer the credentials to the registry.",
        "Read the manifest of the test image.",
        "Not asked for.",
    ]


@pytest.mark.parametrize(
    ("way", "step", "fact"),
    [
        ({"dns": ("1.1.1.1",)}, 0, "registry.example is 1.1.1.1."),
        ({"dns": ("1.1.1.1", "2606:4700::1", "8.8.8.8")}, 0, "registry.example is 1.1.1.1 and 2 more."),
        ({"tls": None}, 1, "Plain http, which an operator allowed for this network."),
        ({"tls": OLD_TLS}, 1, "TLS 1.2. Certificate valid until 1 Dec 2026."),
    ],
)
def test_the_first_steps_say_what_they_found(way: dict[str, Any], step: int, fact: str) -> None:
    assert check(registry(), **way).steps[step].fact == fact


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (170, "170 bytes"),
        (1_500, "1.5 kB"),
        (54_200_000, "54.2 MB"),
        (420_000_000, "420 MB"),
        (7_250_000_000_000, "7250 GB"),
    ],
)
def test_a_size_is_written_as_people_do(size: int, words: str) -> None:
    asked = registry()
    asked.images["team/app"]["1"] = asked.image("linux", "amd64", size=size)

    assert check(asked).steps[3].fact.endswith(f", {words}, linux/amd64.")


def test_an_image_for_several_platforms_names_them() -> None:
    index = FakeRegistry.index("linux/amd64", "linux/arm64")

    fact = check(registry(images={"team/app": {"1": index}})).steps[3].fact

    assert fact == f"team/app:1, {shown(index)}, linux/amd64, linux/arm64."


def test_an_image_for_several_platforms_has_the_size_of_the_usual_one() -> None:
    asked = registry()
    asked.many("team/app", "1", {"linux/arm64": 800_000_000, "linux/amd64": 1_900_000_000})

    digest = shown(asked.images["team/app"]["1"])
    assert check(asked).steps[3].fact == f"team/app:1, {digest}, linux/arm64, linux/amd64 (1.9 GB)."


def test_an_image_by_its_digest_says_it_once() -> None:
    asked = registry()
    image = asked.images["team/app"]["1"]
    asked.images["team/app"][digest_of(image)] = image

    fact = check(asked, test_image=f"team/app@{digest_of(image)}").steps[3].fact

    assert fact == f"team/app@{shown(image)}, 1.9 GB, linux/amd64."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (21600, "76 of 100 pulls left in these 6 hours."),
        (3600, "76 of 100 pulls left in this hour."),
        (5400, "76 of 100 pulls left in these 90 minutes."),
        (60, "76 of 100 pulls left in this minute."),
        (61, "76 of 100 pulls left in these 61 seconds."),
    ],
)
@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_the_pulls_that_are_left_are_said_where_they_are_counted(seconds: int, words: str, architecture: str) -> None:
    asked = registry()
    image = asked.images["team/app"]["1"] = asked.image("linux", architecture)
    image.headers.extend([("ratelimit-limit", f"100;w={seconds}"), ("ratelimit-remaining", f"76;w={seconds}")])

    assert check(asked).steps[3].fact.endswith(f". {words}")


def test_a_platform_that_is_not_known_is_not_missed() -> None:
    asked = registry()
    asked.blobs.clear()

    assert check(asked).steps[3] == StepResult(step=Step.PULL, state=P, fact=f"team/app:1, {DIGEST}, 1.9 GB.", ms=10)


# Test images --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "test_image", "repository"),
    [
        ("registry.example", "team/app:1", "team/app"),
        ("registry.example", "registry.example/team/app:1", "team/app"),
        ("registry.example", "app:1", "app"),
        ("registry.example:5000", "registry.example:5000/team/app:1", "team/app"),
        ("registry.example:5000", "app:1", "app"),
        ("localhost:5000", "localhost:5000/app:1", "app"),
        ("docker.io", "ubuntu:1", "library/ubuntu"),
        ("docker.io", "docker.io/acme/web:1", "acme/web"),
        ("docker.io", "index.docker.io/acme/web:1", "acme/web"),
        ("docker.io", "acme/web:1", "acme/web"),
    ],
)
def test_a_test_image_may_leave_out_its_host(host: str, test_image: str, repository: str) -> None:
    asked = FakeRegistry(origin=f"https://{host}", auth="open")

    check(asked, Harbor(host=host), test_image=test_image)

    assert asked.paths[1] == f"GET /v2/{repository}/manifests/1"


def test_an_image_without_a_tag_is_the_latest() -> None:
    asked = FakeRegistry(auth="open")

    check(asked, test_image="team/app")

    assert asked.paths[1] == "GET /v2/team/app/manifests/latest"


def test_a_test_image_that_is_no_reference_is_said_to_be_none() -> None:
    assert read(check(registry(), test_image="Not An Image")) == (
        Outcome.IMAGE_NOT_FOUND,
        (P, P, P, F, S),
        "The test image is not an image reference.",
        "Check the test image.",
        "",
    )


# How checks end -----------------------------------------------------------------------------------------------------

REFUSED = "Check the username and the password, or replace them."
LATER = "Try again later. The login is not at fault."
FOR_OTHERS = FakeRegistry.index("linux/arm64", "linux/s390x", "windows/amd64")
FOR_ONE_OTHER = FakeRegistry.index("linux/arm64")
MANIFEST = ("GET", "/v2/team/app/manifests/1")
UPLOADS = ("POST", "/v2/team/app/blobs/uploads/")


def forbids_any_login(request: Received) -> Answer:
    return refusal(403 if request.login else 401, "DENIED", www_authenticate="Basic")


def forbids_any_scope(request: Received) -> Answer:
    return refusal(403, "DENIED") if "scope" in request.url else answer(200, {"token": "puller|"})


def cannot_read_the_scope(request: Received) -> Answer:
    return refusal(400, "NAME_INVALID") if "scope" in request.url else answer(200, {"token": "puller|"})


ENDS: dict[str, tuple[FakeRegistry, dict[str, Any], tuple[Outcome, tuple[State, ...], str, str, str]]] = {
    "no such name": (
        registry(),
        {"dns": NameNotFound("harbor.corp does not exist in DNS.")},
        (
            Outcome.UNREACHABLE,
            (F, S, S, S, S),
            "harbor.corp does not exist in DNS.",
            "Check the spelling. Berth’s own server must be able to look it up.",
            "",
        ),
    ),
    "a private address": (
        registry(),
        {"dns": BlockedByPolicy("harbor.corp is a private address, 10.2.0.8.", allow="10.2.0.8/32")},
        (
            Outcome.BLOCKED,
            (F, S, S, S, S),
            "harbor.corp is a private address, 10.2.0.8.",
            "An operator has to allow this network, with BERTH_EGRESS_ALLOW=10.2.0.8/32.",
            "",
        ),
    ),
    "a metadata address": (
        registry(),
        {"dns": BlockedByPolicy("harbor.corp is a metadata address, 169.254.169.254.")},
        (
            Outcome.BLOCKED,
            (F, S, S, S, S),
            "harbor.corp is a metadata address, 169.254.169.254.",
            "No setting of Berth allows it. Check the address.",
            "",
        ),
    ),
    "a hanging resolver": (
        registry(),
        {"dns": DeadlinePassed("harbor.corp could not be looked up within 3 s.")},
        (
            Outcome.UNREACHABLE,
            (F, S, S, S, S),
            "harbor.corp could not be looked up within 3 s.",
            "Check the port and the firewall.",
            "",
        ),
    ),
    "a closed port": (
        registry(),
        {"tls": ConnectionRefused("harbor.corp refused the connection.")},
        (
            Outcome.UNREACHABLE,
            (P, F, S, S, S),
            "harbor.corp refused the connection.",
            "Check the port and the firewall.",
            "",
        ),
    ),
    "plain http": (
        registry(),
        {"tls": BlockedByPolicy("Plain http to harbor.corp would show the login.", allow="8.8.8.8/32")},
        (
            Outcome.BLOCKED,
            (P, F, S, S, S),
            "Plain http to harbor.corp would show the login.",
            "An operator has to allow this network, with BERTH_EGRESS_ALLOW=8.8.8.8/32.",
            "",
        ),
    ),
    "an unknown authority": (
        registry(),
        {"tls": NotTrusted("The certificate comes from an authority Berth does not know.", reason="unknown_authority")},
        (
            Outcome.NOT_TRUSTED,
            (P, F, S, S, S),
            "The certificate comes from an authority Berth does not know.",
            "Add the CA certificate to this registry.",
            "",
        ),
    ),
    "an expired certificate": (
        registry(),
        {"tls": NotTrusted("The certificate expired on 3 Nov 2026.", reason="expired")},
        (
            Outcome.NOT_TRUSTED,
            (P, F, S, S, S),
            "The certificate expired on 3 Nov 2026.",
            "Its owner has to replace it.",
            "",
        ),
    ),
    "a certificate that is odd": (
        registry(),
        {"tls": NotTrusted("The certificate is not valid.")},
        (
            Outcome.NOT_TRUSTED,
            (P, F, S, S, S),
            "The certificate is not valid.",
            "Check the address and the port.",
            "",
        ),
    ),
    "no registry": (
        registry(answers={("GET", "/v2/"): answer(404)}),
        {},
        (
            Outcome.NOT_A_REGISTRY,
            (P, P, F, S, S),
            "The host answers, but not as a registry.",
            "Check the address: /v2/ answered HTTP 404.",
            "HTTP 404",
        ),
    ),
    "a web site": (
        registry(answers={("GET", "/v2/"): answer(200, b"<!doctype html>")}),
        {},
        (
            Outcome.NOT_A_REGISTRY,
            (P, P, F, S, S),
            "The host answers, but not as a registry.",
            "Check the address: /v2/ answered HTTP 200.",
            "HTTP 200",
        ),
    ),
    "a redirect": (
        registry(answers={("GET", "/v2/"): answer(302, location="https://evil.example/")}),
        {},
        (
            Outcome.NOT_A_REGISTRY,
            (P, P, F, S, S),
            "The host answers, but not as a registry.",
            "Check the address: /v2/ answered HTTP 302.",
            "HTTP 302",
        ),
    ),
    "a network rule": (
        registry(answers={("GET", "/v2/"): refusal(403, "DENIED")}),
        {},
        (
            Outcome.UNREACHABLE,
            (P, P, F, S, S),
            "The registry turns Berth away before any login.",
            "A network rule of the registry may be in the way.",
            "HTTP 403",
        ),
    ),
    "a foreign realm": (
        registry(realm="https://evil.example/token"),
        {},
        (
            Outcome.NOT_A_REGISTRY,
            (P, P, F, S, S),
            "The registry sends logins to a token service that is not its own.",
            "Berth sent nothing there. Check the address.",
            "",
        ),
    ),
    "a realm without a host": (
        registry(realm="javascript:alert(1)"),
        {},
        (
            Outcome.NOT_A_REGISTRY,
            (P, P, F, S, S),
            "The registry sends logins to a token service that is not its own.",
            "Berth sent nothing there. Check the address.",
            "",
        ),
    ),
    "a wrong password": (
        registry(users={"puller": "another"}),
        {},
        (
            Outcome.SIGN_IN_REFUSED,
            (P, P, F, S, S),
            "The registry refused the login.",
            REFUSED,
            "HTTP 401 UNAUTHORIZED",
        ),
    ),
    "a wrong password without a token service": (
        registry(auth="basic", users={"puller": "another"}),
        {},
        (
            Outcome.SIGN_IN_REFUSED,
            (P, P, F, S, S),
            "The registry refused the login.",
            REFUSED,
            "HTTP 401 UNAUTHORIZED",
        ),
    ),
    "no login where one is wanted": (
        registry(auth="basic"),
        {"flavor": Harbor(anonymous=True)},
        (
            Outcome.SIGN_IN_REFUSED,
            (P, P, F, S, S),
            "The registry asks for a login, and none is given.",
            REFUSED,
            "HTTP 401",
        ),
    ),
    "403 from the token service": (
        registry(answers={("GET", "/token"): refusal(403, "DENIED")}),
        {},
        (
            Outcome.SIGN_IN_REFUSED,
            (P, P, F, S, S),
            "The registry refused the login.",
            REFUSED,
            "HTTP 403 DENIED",
        ),
    ),
    "403 from a token service that means a missing right": (
        registry(answers={("GET", "/token"): refusal(403, "DENIED")}),
        {"flavor": Harbor(forbidden_at_token=Outcome.NO_PULL_ACCESS)},
        (
            Outcome.NO_PULL_ACCESS,
            (P, P, F, S, S),
            "The login is known, but may not use this registry.",
            "Give it the right to read.",
            "HTTP 403 DENIED",
        ),
    ),
    "400 from the token service": (
        registry(answers={("GET", "/token"): answer(400)}),
        {},
        (
            Outcome.NOT_A_REGISTRY,
            (P, P, F, S, S),
            "The registry’s token service gave no token.",
            "Check the address.",
            "HTTP 400",
        ),
    ),
    "400 from a token service that means a wrong password": (
        registry(answers={("GET", "/token"): answer(400)}),
        {"flavor": Harbor(bad_request_at_token=Outcome.SIGN_IN_REFUSED)},
        (Outcome.SIGN_IN_REFUSED, (P, P, F, S, S), "The registry refused the login.", REFUSED, "HTTP 400"),
    ),
    "garbage from the token service": (
        registry(answers={("GET", "/token"): answer(200, b"\x00garbage")}),
        {},
        (
            Outcome.NOT_A_REGISTRY,
            (P, P, F, S, S),
            "The registry’s token service gave no token.",
            "Check the address.",
            "HTTP 200",
        ),
    ),
    "403 from a token service that means a network rule": (
        registry(answers={("GET", "/token"): refusal(403, "DENIED")}),
        {"flavor": Harbor(forbidden_at_token=Outcome.UNREACHABLE)},
        (
            Outcome.UNREACHABLE,
            (P, P, F, S, S),
            "The registry turns Berth away, whatever the login.",
            "A network rule of the registry may be in the way.",
            "HTTP 403 DENIED",
        ),
    ),
    "403 to Basic that means a network rule": (
        registry(auth="basic", answers={("GET", "/v2/"): forbids_any_login}),
        {"flavor": Harbor(forbidden_at_sign_in=Outcome.UNREACHABLE)},
        (
            Outcome.UNREACHABLE,
            (P, P, F, S, S),
            "The registry turns Berth away, whatever the login.",
            "A network rule of the registry may be in the way.",
            "HTTP 403 DENIED",
        ),
    ),
    "a name that the token service cannot read": (
        registry(answers={("GET", "/token"): cannot_read_the_scope}),
        {},
        (
            Outcome.IMAGE_NOT_FOUND,
            (P, P, P, F, S),
            "There is no repository team/app, or this login may not see it.",
            "Check the test image.",
            "HTTP 400 NAME_INVALID",
        ),
    ),
    "a repository that is switched off": (
        registry(answers={MANIFEST: refusal(405, "UNSUPPORTED")}),
        {},
        (
            Outcome.NO_PULL_ACCESS,
            (P, P, P, F, S),
            "The registry does not let anything of team/app be read.",
            "Ask its owner whether it is switched off.",
            "HTTP 405 UNSUPPORTED",
        ),
    ),
    "an image that asks for a subscription": (
        registry(answers={MANIFEST: answer(402)}),
        {},
        (
            Outcome.NO_PULL_ACCESS,
            (P, P, P, F, S),
            "The account may sign in, but not read team/app.",
            "Give it the role that reads this repository.",
            "HTTP 402",
        ),
    ),
    "a proxy that gave up": (
        registry(answers={MANIFEST: answer(499)}),
        {},
        (Outcome.COULD_NOT_CHECK, (P, P, P, F, S), "The registry has a fault of its own.", LATER, "HTTP 499"),
    ),
    "403 to Basic": (
        registry(auth="basic", answers={("GET", "/v2/"): forbids_any_login}),
        {},
        (Outcome.SIGN_IN_REFUSED, (P, P, F, S, S), "The registry refused the login.", REFUSED, "HTTP 403 DENIED"),
    ),
    "a limit at sign-in": (
        registry(answers={("GET", "/token"): refusal(429, "TOOMANYREQUESTS", retry_after="61")}),
        {},
        (
            Outcome.RATE_LIMITED,
            (P, P, W, S, S),
            "The registry asks to slow down.",
            "Try again in 2 minutes. The login is not at fault.",
            "HTTP 429 TOOMANYREQUESTS",
        ),
    ),
    "a limit at the pull": (
        registry(answers={MANIFEST: answer(429)}),
        {},
        (Outcome.RATE_LIMITED, (P, P, P, W, S), "The registry asks to slow down.", LATER, "HTTP 429"),
    ),
    "a short limit": (
        registry(answers={MANIFEST: answer(429, retry_after="5")}),
        {},
        (
            Outcome.RATE_LIMITED,
            (P, P, P, W, S),
            "The registry asks to slow down.",
            "Try again in 1 minute. The login is not at fault.",
            "HTTP 429",
        ),
    ),
    "a fault of the registry": (
        registry(answers={("GET", "/v2/"): refusal(503, "UNAVAILABLE")}),
        {},
        (
            Outcome.COULD_NOT_CHECK,
            (P, P, F, S, S),
            "The registry has a fault of its own.",
            LATER,
            "HTTP 503 UNAVAILABLE",
        ),
    ),
    "a registry that goes silent": (
        registry(answers={MANIFEST: DeadlinePassed("registry.example did not answer within 10 s.")}),
        {},
        (
            Outcome.UNREACHABLE,
            (P, P, P, F, S),
            "registry.example did not answer within 10 s.",
            "Check the port and the firewall.",
            "",
        ),
    ),
    "no right to the image": (
        registry(rights={}),
        {},
        (
            Outcome.NO_PULL_ACCESS,
            (P, P, P, F, S),
            "The account may sign in, but not read team/app.",
            "Give it the role that reads this repository.",
            "HTTP 401 DENIED",
        ),
    ),
    "no right to the image without a token service": (
        registry(auth="basic", rights={}),
        {},
        (
            Outcome.NO_PULL_ACCESS,
            (P, P, P, F, S),
            "The account may sign in, but not read team/app.",
            "Give it the role that reads this repository.",
            "HTTP 403 DENIED",
        ),
    ),
    "a token service that refuses the scope": (
        registry(answers={("GET", "/token"): forbids_any_scope}),
        {},
        (
            Outcome.NO_PULL_ACCESS,
            (P, P, P, F, S),
            "The account may sign in, but not read team/app.",
            "Give it the role that reads this repository.",
            "HTTP 403 DENIED",
        ),
    ),
    "a private image without a login": (
        registry(),
        {"flavor": Harbor(anonymous=True)},
        (
            Outcome.NO_PULL_ACCESS,
            (P, P, P, F, S),
            "Without a login, team/app may not be read.",
            "Enter a login that reads it.",
            "HTTP 401 DENIED",
        ),
    ),
    "no such tag": (
        registry(),
        {"test_image": "team/app:2.4"},
        (
            Outcome.IMAGE_NOT_FOUND,
            (P, P, P, F, S),
            "There is no image team/app:2.4. The registry looked for it in team/app and refused nothing.",
            "Check the test image.",
            "HTTP 404 MANIFEST_UNKNOWN",
        ),
    ),
    "no such digest": (
        registry(),
        {"test_image": "team/app@sha256:" + "0" * 64},
        (
            Outcome.IMAGE_NOT_FOUND,
            (P, P, P, F, S),
            "There is no image team/app@sha256:000000000000…. The registry looked for it in team/app and refused nothing.",
            "Check the test image.",
            "HTTP 404 MANIFEST_UNKNOWN",
        ),
    ),
    "no such repository": (
        registry(),
        {"test_image": "team/other:1"},
        (
            Outcome.IMAGE_NOT_FOUND,
            (P, P, P, F, S),
            "There is no repository team/other, or this login may not see it.",
            "Check the test image.",
            "HTTP 404 NAME_UNKNOWN",
        ),
    ),
    "an image of another kind of machine": (
        registry(images={"team/app": {"1": FOR_OTHERS}}),
        {},
        (
            Outcome.CONNECTED,
            (P, P, P, W, P),
            f"team/app:1, {shown(FOR_OTHERS)}, linux/arm64, linux/s390x, windows/amd64. It is not for linux/amd64.",
            "Most machines cannot run it. Build it for linux/amd64 too.",
            "",
        ),
    ),
    "an image of one other machine": (
        registry(images={"team/app": {"1": FOR_ONE_OTHER}}),
        {},
        (
            Outcome.CONNECTED,
            (P, P, P, W, P),
            f"team/app:1, {shown(FOR_ONE_OTHER)}, linux/arm64. It is not for linux/amd64.",
            "Most machines cannot run it. Build it for linux/amd64 too.",
            "",
        ),
    ),
    "something else than a manifest": (
        registry(answers={MANIFEST: answer(200, b"<html>")}),
        {},
        (
            Outcome.NOT_A_REGISTRY,
            (P, P, P, F, S),
            "The registry sent something that is not a manifest.",
            "Check the address.",
            "HTTP 200",
        ),
    ),
    "no right to push": (
        registry(rights={("puller", "team/app"): {"pull"}}),
        {},
        (
            Outcome.NO_PUSH_ACCESS,
            (P, P, P, P, F),
            "The account may pull, but not push.",
            "Give it the writing role, or choose Pull.",
            "HTTP 401 DENIED",
        ),
    ),
    "a public image without a login": (
        registry(rights={("", "team/app"): {"pull"}}),
        {"flavor": Harbor(anonymous=True)},
        (
            Outcome.NO_PUSH_ACCESS,
            (P, P, P, P, F),
            "Without a login, nothing may be pushed.",
            "Enter a login, or choose Pull.",
            "HTTP 401 DENIED",
        ),
    ),
    "a registry that only reads": (
        registry(answers={UPLOADS: refusal(405, "UNSUPPORTED")}),
        {},
        (
            Outcome.NO_PUSH_ACCESS,
            (P, P, P, P, F),
            "The registry takes no uploads here.",
            "Choose Pull, or push somewhere else.",
            "HTTP 405 UNSUPPORTED",
        ),
    ),
    "no place for uploads": (
        registry(answers={UPLOADS: refusal(404, "NAME_UNKNOWN")}),
        {},
        (
            Outcome.NO_PUSH_ACCESS,
            (P, P, P, P, F),
            "The registry takes no uploads here.",
            "Choose Pull, or push somewhere else.",
            "HTTP 404 NAME_UNKNOWN",
        ),
    ),
    "a registry that asks nobody": (
        registry(auth="open"),
        {},
        (
            Outcome.CONNECTED,
            (P, P, W, P, P),
            "The registry lets anybody in, so the login is not proved.",
            "Name a test image that is private: reading it proves the login.",
            "",
        ),
    ),
    "no test image": (
        registry(),
        {"test_image": ""},
        (
            Outcome.CONNECTED,
            (P, P, P, S, W),
            "No test image is named, so Berth does not know where to try an upload.",
            "Name a test image.",
            "",
        ),
    ),
}


@pytest.mark.parametrize(("asked", "options", "expected"), ENDS.values(), ids=list(ENDS))
def test_a_check_ends_as_its_registry_does(asked: FakeRegistry, options: dict[str, Any], expected: tuple[Any, ...]) -> None:
    asked.received.clear()

    assert read(check(asked, **options)) == expected


def test_every_outcome_but_those_of_others_is_reached() -> None:
    reached = {expected[0] for _, _, expected in ENDS.values()}

    assert set(Outcome) - reached == {Outcome.ENDED}


def test_steps_after_a_failure_say_why_they_were_skipped() -> None:
    reasons = {
        "a closed port": "Skipped, because the host cannot be reached.",
        "a wrong password": "Skipped, because signing in failed.",
        "no such tag": "Skipped, because the pull failed.",
    }

    for name, reason in reasons.items():
        asked, options, _ = ENDS[name]
        assert check(asked, **options).steps[4] == StepResult(step=Step.PUSH, state=S, fact=reason)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "Try again."),
        (1, "Try again in 1 minute."),
        (60, "Try again in 1 minute."),
        (7200, "Try again in 120 minutes."),
        (7201, "Try again in 3 hours."),
        (21600, "Try again in 6 hours."),
        (999999, "Try again in 24 hours."),
    ],
)
def test_a_limit_says_when_to_try_again(seconds: int, words: str) -> None:
    finding = check(registry(answers={MANIFEST: answer(429, retry_after=str(seconds))}))

    assert finding.steps[3].fix == f"{words} The login is not at fault."


@pytest.mark.parametrize("outcome", [Outcome.SIGN_IN_REFUSED, Outcome.NO_PULL_ACCESS, Outcome.UNREACHABLE])
def test_a_flavors_own_hint_is_the_fix(outcome: Outcome) -> None:
    for asked, options, expected in ENDS.values():
        if expected[0] == outcome and "flavor" not in options:
            assert read(check(asked, Harbor(hinted="Do this."), **options))[3] == "Do this."


@pytest.mark.parametrize("name", ["a private address", "an unknown authority", "a foreign realm"])
def test_a_hint_does_not_hide_what_the_error_itself_advises(name: str) -> None:
    asked, options, expected = ENDS[name]

    assert read(check(asked, Harbor(hinted="Do this."), **options)) == expected


def test_a_registry_error_of_no_kind_is_a_check_that_could_not_be_made() -> None:
    asked = Asked(registry=Harbor(), step=Step.PULL, has_login=True, image=None)

    outcome, result = explain(RegistryError(), asked)

    assert (outcome, result.fact, result.fix) == (
        Outcome.COULD_NOT_CHECK,
        "The registry could not be used.",
        "Try again later.",
    )


# Signing in ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "flavor", "fact"),
    [
        ("bearer", Harbor(), "Accepted as puller."),
        ("bearer", Harbor(account=""), "The login was accepted."),
        ("bearer", Harbor(anonymous=True), "No login is given, so none was offered."),
        ("open", Harbor(anonymous=True), "The registry lets anybody in."),
    ],
)
def test_signing_in_says_how_it_went(auth: str, flavor: Harbor, fact: str) -> None:
    step = check(registry(auth=auth), flavor).steps[2]

    assert (step.state, step.fact) == (P, fact)


def test_a_known_token_service_gets_the_login() -> None:
    asked = registry(realm="https://auth.docker.io/token")

    finding = check(asked, Harbor(realms=("https://auth.docker.io",)))

    assert finding.outcome == Outcome.CONNECTED


def test_v03_a_foreign_realm_gets_nothing() -> None:
    asked = registry(realm="https://evil.example/token")

    check(asked)

    assert (asked.paths, asked.login_went_to) == (["GET /v2/"], set())


# Without a test image -----------------------------------------------------------------------------------------------


def cataloguing(*names: str, **options: Any) -> FakeRegistry:
    return registry(answers={("GET", "/v2/_catalog"): answer(200, {"repositories": list(names)})}, **options)


def test_an_image_from_the_catalog_is_read_and_not_named() -> None:
    step = check(cataloguing("other/app", "team/app"), Harbor(prefix="team"), test_image="").steps[3]

    assert step == StepResult(
        step=Step.PULL,
        state=P,
        fact=f"No test image is named. One from the catalog was read: {DIGEST}, 1.9 GB, linux/amd64. "
        "That proves a pull of this one, and not of every other.",
        ms=10,
    )


def test_a_repository_of_the_catalog_that_cannot_be_read_is_passed_over() -> None:
    finding = check(cataloguing("team/hidden", "team/gone", "team/app"), Harbor(prefix="team"), test_image="")

    assert finding.steps[3].state == P


def test_a_catalog_is_not_gone_through_for_long() -> None:
    asked = cataloguing(*(f"team/hidden{number}" for number in range(9)), "team/app")

    finding = check(asked, Harbor(prefix="team"), test_image="")

    assert finding.steps[3].state == S
    assert len([path for path in asked.paths if "/tags/" in path]) == 3


def test_the_catalog_is_not_asked_for_where_there_is_none() -> None:
    asked = cataloguing("team/app")

    finding = check(asked, Harbor(prefix="team", has_catalog=False), test_image="")

    assert (finding.steps[3].state, "GET /v2/_catalog" in asked.paths) == (S, False)


def test_an_image_of_the_catalog_that_anyone_can_read_proves_nothing_of_the_login() -> None:
    step = check(cataloguing("team/app", rights={("", "team/app"): {"pull"}}), Harbor(prefix="team"), test_image="").steps[
        3
    ]

    assert step.state == W
    assert " Anyone can read that image, so it proves nothing about the login." in step.fact


@pytest.mark.parametrize(
    "asked",
    [
        registry(),
        cataloguing(),
        cataloguing("teamwork/app", "other/team/app"),
        cataloguing("team/nothing"),
        cataloguing("team/app", images={"team/app": {}}),
        cataloguing("team/app", rights={}),
        registry(answers={("GET", "/v2/_catalog"): answer(200, b"garbage")}),
        registry(answers={("GET", "/v2/_catalog"): answer(404)}),
        registry(answers={("GET", "/v2/_catalog"): Unreachable()}),
    ],
)
def test_without_an_image_to_read_signing_in_is_what_is_proved(asked: FakeRegistry) -> None:
    finding = check(asked, Harbor(prefix="team"), purpose="pull", test_image="")

    fact = (
        "No test image is named, so a pull is not proved. Signing in is: the login is known, and what it may read is not."
    )
    fix = "Name a private test image: reading it proves the pull."
    assert (finding.outcome, finding.steps[3]) == (
        Outcome.CONNECTED,
        StepResult(step=Step.PULL, state=S, fact=fact, fix=fix, mends=(TO_NAME_AN_IMAGE,), ms=10),
    )


@pytest.mark.parametrize(("auth", "anonymous"), [("open", False), ("open", True), ("bearer", True)])
def test_where_nobody_signed_in_nothing_is_said_to_be_proved(auth: str, anonymous: bool) -> None:
    finding = check(registry(auth=auth), Harbor(anonymous=anonymous), purpose="pull", test_image="")

    assert finding.steps[3].fact == "No test image is named, so a pull is not proved."


# Whatever happens ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ValueError(CANARY), RuntimeError(CANARY), KeyError(CANARY), RecursionError(CANARY)])
@pytest.mark.parametrize("step", list(Step))
def test_a_fault_of_ours_is_a_finding_that_tells_nothing_of_it(
    step: Step, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    asked = registry()
    way: dict[str, Any] = {}
    if step in (Step.DNS, Step.TLS):
        way = {str(step): error}
    else:
        at = {Step.SIGN_IN: ("GET", "/v2/"), Step.PULL: MANIFEST, Step.PUSH: UPLOADS}
        asked.answers[at[step]] = error
    caplog.set_level(logging.DEBUG)

    finding = check(asked, **way)

    index = list(Step).index(step)
    assert read(finding)[:3] == (
        Outcome.COULD_NOT_CHECK,
        (P,) * index + (F,) + (S,) * (4 - index),
        "Berth ran into a fault of its own.",
    )
    assert type(error).__name__ in caplog.text
    assert CANARY not in f"{finding!r} {caplog.text}"


ECHOES = [
    {},
    {"users": {CANARY: "another"}},
    {"rights": {}},
    {"images": {"team/app": {}}},
    {"images": {"team/other": {}}},
    {"auth": "basic"},
    {"auth": "basic", "rights": {}},
    {"auth": "basic", "users": {}},
    {"answers": {("GET", "/v2/"): answer(200, b"")}},
    {"answers": {("GET", "/v2/_catalog"): answer(200, {"repositories": [CANARY, f"{CANARY}/{CANARY}"]})}},
    {"answers": {("GET", "/token"): answer(200, {"token": ""})}},
    {"answers": {MANIFEST: answer(404, {}, content_type=CANARY)}},
    {"answers": {MANIFEST: answer(200, {}, content_type=CANARY)}},
    {"answers": {MANIFEST: answer(401, www_authenticate=f'Bearer realm="https://{CANARY}.example/"')}},
    {"answers": {MANIFEST: answer(429, retry_after=CANARY)}},
    {"answers": {UPLOADS: answer(202, location=f"https://{CANARY}.example/")}},
]


@pytest.mark.parametrize("options", ECHOES)
@pytest.mark.parametrize("test_image", ["team/app:1", ""])
def test_v21_a_registry_that_sends_the_login_back_shows_it_to_nobody(
    options: dict[str, Any], test_image: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mine = {"users": {CANARY: CANARY}, "rights": {(CANARY, "team/app"): {"pull", "push"}}, "echoing": True}
    asked = FakeRegistry(**{**mine, **options})
    told: list[Any] = []

    # The user name is a secret too, as at DigitalOcean.
    flavor = Harbor(username=CANARY, password=Secret(CANARY), account="API token")
    finding = check(asked, flavor, test_image=test_image, on_step=told.append)

    assert any(CANARY in str(request.login) for request in asked.received)
    assert CANARY not in f"{finding!r} {told!r} {caplog.text}".lower()
