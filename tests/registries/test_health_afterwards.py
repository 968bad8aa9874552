"""What a check asks once its steps are taken: what anyone can read, what a login for pulling may do besides."""

import base64
import json
import logging
from typing import Any

import pytest

from registries.distribution import Answer, Secret, SignInRefused, Unreachable
from registries.health import LONGEST_SECONDS, examine
from registries.outcomes import Outcome, State, Step, StepResult
from registries.repairs import TO_CHANGE_THE_IMAGE
from tests.fake_registry import FakeRegistry, FakeWay, Received, answer, refusal
from tests.registries.test_health import CANARY, DIGEST, Harbor, check, registry

READ = f"team/app:1, {DIGEST}, 1.9 GB, linux/amd64."
HEAD = ("HEAD", "/v2/team/app/manifests/1")
EVERYBODY = {("", "team/app"): {"pull"}}
PRIVATE = "Name a private image: reading it proves what the login may do."
SKIPPED = "Skipped, because signing in failed."


def pull(asked: FakeRegistry, flavor: Harbor | None = None, **options: Any) -> StepResult:
    return check(asked, flavor, **{"purpose": "pull", **options}).steps[3]


# An image that anyone can read --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "accepted"),
    [
        ("bearer", "What proves the login is that the token service accepted it."),
        ("basic", "What proves the login is that the registry accepted it."),
    ],
)
def test_a_public_image_proves_nothing_about_the_login(auth: str, accepted: str) -> None:
    asked = registry(auth=auth, rights=EVERYBODY)

    finding = check(asked, purpose="pull")

    fact = f"{READ} Anyone can read team/app:1, so it proves nothing about the login. {accepted}"
    assert (finding.outcome, finding.steps[3]) == (
        Outcome.CONNECTED,
        StepResult(step=Step.PULL, state=State.WARNED, fact=fact, fix=PRIVATE, mends=(TO_CHANGE_THE_IMAGE,), ms=10),
    )


def test_a_public_image_for_other_machines_has_both_warnings() -> None:
    asked = registry(rights=EVERYBODY)
    asked.images["team/app"]["1"] = asked.image("linux", "arm64")

    step = pull(asked)

    assert ", linux/arm64. It is not for linux/amd64. Anyone can read team/app:1, so" in step.fact
    assert step.fix == f"Most machines cannot run it. Build it for linux/amd64 too. {PRIVATE}"


@pytest.mark.parametrize("auth", ["bearer", "basic"])
def test_whether_anyone_can_read_costs_two_exchanges_at_most_and_never_the_login(auth: str) -> None:
    asked = registry(auth=auth)

    pull(asked)

    last = asked.received[next(i for i, got in enumerate(asked.received) if "/blobs/" in got.path) + 1 :]
    assert [got.method for got in last] == (["GET", "HEAD"] if auth == "bearer" else ["HEAD"])
    assert not any(got.login for got in last)


def test_a_private_image_is_said_to_be_nothing_else() -> None:
    assert pull(registry()) == StepResult(step=Step.PULL, state=State.PASSED, fact=READ, ms=10)


@pytest.mark.parametrize(
    "given",
    [
        answer(429),
        answer(500),
        answer(302, location="https://evil.example/"),
        answer(400),
        answer(200, b"<html>", content_type="text/html"),
        Unreachable(),
        RuntimeError(CANARY),
    ],
)
def test_what_comes_of_the_question_changes_nothing_else(
    given: Answer | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    finding = check(registry(answers={HEAD: given}))

    assert finding == check(registry())
    assert CANARY not in caplog.text


@pytest.mark.parametrize("auth", ["bearer", "open"])
def test_without_a_login_nothing_is_said_of_one(auth: str) -> None:
    asked = registry(auth=auth, rights=EVERYBODY)

    step = pull(asked, Harbor(anonymous=True))

    assert (step.state, step.fact) == (State.PASSED, READ)
    assert not any(path.startswith("HEAD") for path in asked.paths)


def test_where_nobody_was_asked_for_a_login_that_is_said_once() -> None:
    asked = registry(auth="open")

    finding = check(asked, purpose="pull")

    assert [step.state for step in finding.steps[2:4]] == [State.WARNED, State.PASSED]
    assert not any(path.startswith("HEAD") for path in asked.paths)


def test_a_private_image_of_a_registry_that_greets_anybody_proves_the_login() -> None:
    step = pull(registry(answers={("GET", "/v2/"): answer(200, {})}))

    assert (step.state, step.fact) == (
        State.PASSED,
        f"{READ} Nobody can read it without the login, which proves the login.",
    )


def test_an_image_of_which_nothing_more_is_known_does_not_prove_the_login() -> None:
    step = pull(registry(answers={("GET", "/v2/"): answer(200, {}), HEAD: answer(429)}))

    assert (step.state, step.fact) == (State.PASSED, READ)


def test_a_public_image_of_a_registry_that_greets_anybody_leaves_the_login_without_a_proof() -> None:
    def asks_the_known(request: Received) -> Answer:
        if "Authorization" in request.headers:
            return asked.images["team/app"]["1"]
        return refusal(401, "UNAUTHORIZED", www_authenticate=f'Bearer realm="{asked.realm}",service="fake"')

    asked = registry(rights=EVERYBODY, answers={("GET", "/v2/"): answer(200, {})})
    asked.answers["GET", HEAD[1]] = asks_the_known

    step = pull(asked)

    assert step.fact == f"{READ} Anyone can read team/app:1, so it proves nothing about the login."


# A login that is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["bearer", "basic"])
def test_a_dead_login_does_not_look_like_a_dead_image(auth: str) -> None:
    asked = registry(auth=auth, users={"puller": "another"}, rights=EVERYBODY)

    finding = check(asked)

    assert finding.outcome == Outcome.SIGN_IN_REFUSED
    assert [step.state for step in finding.steps] == [State.PASSED] * 2 + [State.FAILED] + [State.SKIPPED] * 2
    assert finding.deciding == StepResult(
        step=Step.SIGN_IN,
        state=State.FAILED,
        fact="The registry refused the login.",
        fix="Check the username and the password, or replace them.",
        said="HTTP 401 UNAUTHORIZED",
        ms=10,
    )
    assert finding.steps[3].fact == f"{SKIPPED} The image itself is public: anyone can read it without a login."
    assert finding.steps[4].fact == SKIPPED


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        (registry(users={}), {}),
        (registry(auth="basic", users={}), {}),
        (registry(users={}, rights=EVERYBODY), {"test_image": ""}),
        (registry(users={}, rights=EVERYBODY), {"test_image": "Not An Image"}),
        (registry(users={}, rights=EVERYBODY), {"test_image": "team/app:2"}),
        (registry(users={}, rights=EVERYBODY, answers={HEAD: Unreachable()}), {}),
        (registry(auth="basic", rights={}), {"flavor": Harbor(anonymous=True)}),
    ],
)
def test_an_image_that_nobody_said_to_be_public_is_only_skipped(asked: FakeRegistry, options: dict[str, Any]) -> None:
    asked.received.clear()

    assert check(asked, **options).steps[3] == StepResult(step=Step.PULL, state=State.SKIPPED, fact=SKIPPED)


def test_a_login_that_could_not_be_made_is_no_dead_image_either() -> None:
    def refuses(http: object) -> None:
        raise SignInRefused("AWS does not know the access key.")

    finding = examine(
        Minting(), FakeWay(registry(rights=EVERYBODY)), purpose="pull", test_image="team/app:1", login=refuses
    )

    assert finding.outcome == Outcome.SIGN_IN_REFUSED
    assert finding.steps[3].fact == f"{SKIPPED} The image itself is public: anyone can read it without a login."


class Minting(Harbor):
    mints = True


def test_an_image_that_this_login_alone_cannot_read_is_said_to_be_public() -> None:
    def denies_the_known(request: Received) -> Answer:
        return refusal(403, "DENIED") if request.token.startswith("puller") else asked.images["team/app"]["1"]

    asked = registry(rights=EVERYBODY)
    asked.answers["GET", HEAD[1]] = denies_the_known

    finding = check(asked)

    assert (finding.outcome, finding.steps[3].fact) == (
        Outcome.NO_PULL_ACCESS,
        "The account may sign in, but not read team/app. Without a login, anyone can read it.",
    )


# A login that may do more -------------------------------------------------------------------------------------------


def granting(*actions: str) -> FakeRegistry:
    """A registry whose token service grants a push in the words of the distribution's own tokens."""
    claims = json.dumps({"access": [{"type": "repository", "name": "team/app", "actions": actions}]}).encode()
    token = f"e30.{base64.urlsafe_b64encode(claims).rstrip(b'=').decode()}.e30"

    return answering_a_push(answer(200, {"token": token}))


def answering_a_push(given: Answer | Exception) -> FakeRegistry:
    """A registry whose token service says this to whoever asks for a token to push."""

    def issue(request: Received) -> Answer:
        if "push" not in request.url:
            return asked._token(request)
        if isinstance(given, Exception):
            raise given
        return given

    asked = registry(answers={("GET", "/token"): issue})
    return asked


def test_a_login_for_pulling_that_could_push_is_warned_of() -> None:
    asked = granting("pull", "push")

    finding = check(asked, Harbor(push_scope_is_harmless=True), purpose="pull")

    fact = "Not asked for, but the login may push to team/app too."
    assert (finding.outcome, finding.steps[4]) == (
        Outcome.CONNECTED,
        StepResult(step=Step.PUSH, state=State.WARNED, fact=fact, fix="Use a login that may only pull."),
    )
    assert not any(path.startswith("POST") for path in asked.paths)


@pytest.mark.parametrize(
    ("asked", "flavor", "options"),
    [
        (granting("pull"), Harbor(push_scope_is_harmless=True), {}),
        (registry(), Harbor(push_scope_is_harmless=True), {}),
        (registry(auth="basic"), Harbor(push_scope_is_harmless=True), {}),
        (registry(auth="open"), Harbor(push_scope_is_harmless=True), {}),
        (granting("pull", "push"), Harbor(), {}),
        (granting("pull", "push"), Harbor(push_scope_is_harmless=True), {"test_image": ""}),
        (granting("pull", "push"), Harbor(push_scope_is_harmless=True), {"test_image": "team/app:2"}),
        (granting("pull", "push"), Harbor(push_scope_is_harmless=True, anonymous=True), {}),
    ],
)
def test_where_that_is_not_told_a_push_is_not_asked_for(
    asked: FakeRegistry, flavor: Harbor, options: dict[str, Any]
) -> None:
    finding = check(asked, flavor, purpose="pull", **options)

    assert finding.steps[4] == StepResult(step=Step.PUSH, state=State.NOT_ASKED, fact="Not asked for.")


@pytest.mark.parametrize("image", ["team/missing:1", "team/app:2", ""])
def test_a_token_for_pushing_is_asked_for_only_of_an_image_that_was_read(image: str) -> None:
    asked = granting("pull", "push")

    check(asked, Harbor(push_scope_is_harmless=True), purpose="pull", test_image=image)

    assert not any("push" in got.url for got in asked.received)


@pytest.mark.parametrize("given", [refusal(403, "DENIED"), answer(500), Unreachable(), RuntimeError(CANARY)])
def test_a_refusal_to_tell_changes_nothing(given: Answer | Exception) -> None:
    asked = answering_a_push(given)

    finding = check(asked, Harbor(push_scope_is_harmless=True), purpose="pull")

    assert (finding.outcome, finding.steps[4].state) == (Outcome.CONNECTED, State.NOT_ASKED)
    assert any("push" in got.url for got in asked.received)


# When ---------------------------------------------------------------------------------------------------------------


def test_nothing_more_is_asked_once_a_check_took_its_time() -> None:
    asked = registry(rights=EVERYBODY)
    seconds = iter(range(0, 1000, LONGEST_SECONDS // 2))

    finding = examine(Harbor(), FakeWay(asked), purpose="pull", test_image="team/app:1", clock=lambda: float(next(seconds)))

    assert finding.steps[3].state == State.PASSED
    assert not any(path.startswith("HEAD") for path in asked.paths)


def test_what_was_added_is_told_with_all_five_steps() -> None:
    told: list[tuple[StepResult, ...]] = []

    finding = check(registry(rights=EVERYBODY), purpose="pull", on_step=told.append)

    assert told[-1] == finding.steps
    assert (told[-2][3].state, told[-1][3].state) == (State.PASSED, State.WARNED)


def test_v21_a_registry_that_sends_the_login_back_shows_it_to_nobody_afterwards(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked = FakeRegistry(users={CANARY: CANARY}, rights=EVERYBODY, echoing=True)
    flavor = Harbor(username=CANARY, password=Secret(CANARY), account="API token", push_scope_is_harmless=True)

    finding = check(asked, flavor, purpose="pull")

    assert finding.steps[3].state == State.WARNED
    assert CANARY not in f"{finding!r} {caplog.text}".lower()
