"""The examination: the steps in their order, each told as it begins and ends, and what is asked afterwards."""

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime

from console.sentences import say
from registries.distribution import Credential, Http
from registries.flavors.base import Flavor
from registries.health.afterwards import end_of_login, public_image, right_to_push
from registries.health.climb import Climb
from registries.health.way import Way
from registries.outcomes import TO_COME, Finding, Outcome, State, Step, StepResult

LONGEST_SECONDS = 20  # what a check may take, as its way to the registry does

RUNNING = {
    Step.DNS: say("Looking up the host."),
    Step.TLS: say("Opening a secure connection and checking the certificate."),
    Step.SIGN_IN: say("Offering the credentials to the registry."),
    Step.PULL: say("Reading the manifest of the test image."),
    Step.PUSH: say("Starting an upload and cancelling it. Nothing is stored."),
}
SKIPPED = {
    Step.DNS: say("Skipped, because the host cannot be reached."),
    Step.TLS: say("Skipped, because the host cannot be reached."),
    Step.SIGN_IN: say("Skipped, because signing in failed."),
    Step.PULL: say("Skipped, because the pull failed."),
}
NOT_ASKED = StepResult(step=Step.PUSH, state=State.NOT_ASKED, fact=say("Not asked for."))


def examine(
    registry: Flavor,
    way: Way,
    *,
    purpose: str,
    test_image: str,
    login: Callable[[Http], Credential | None] | None = None,
    token_hosts: Collection[str] = (),
    on_step: Callable[[tuple[StepResult, ...]], None] = lambda steps: None,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Finding:
    """
    Climb the five steps and return what was found, always with all five.

    `purpose` is `pull` or `push`, `test_image` a reference with or without its host, or "". `login` gives the login, which
    is the registry's own where nothing else is said, and `token_hosts` are the origins that were approved to get it beside
    those the flavor knows. `on_step` is told all five steps at every change: when one begins, and when it ends. Once the
    last step is taken, and if there is time, more is asked that may add to what a step says.
    """
    began = clock()
    climb = Climb(registry, way, test_image, login or registry.login, token_hosts)
    steps = {step: StepResult(step=step, state=State.WAITING, fact=TO_COME[step]) for step in Step}
    asked = [step for step in Step if step != Step.PUSH or purpose == "push"]
    if Step.PUSH not in asked:
        steps[Step.PUSH] = NOT_ASKED

    def tell(*results: StepResult) -> None:
        steps.update({result.step: result for result in results})
        on_step(tuple(steps.values()))

    for step in asked:
        tell(StepResult(step=step, state=State.RUNNING, fact=RUNNING[step]))
        started = clock()
        outcome, result = climb.take(step)
        result = replace(result, ms=round((clock() - started) * 1000))
        if outcome != Outcome.CONNECTED:
            later = asked[asked.index(step) + 1 :]
            tell(result, *(StepResult(step=skipped, state=State.SKIPPED, fact=SKIPPED[step]) for skipped in later))
            break
        tell(result)

    for question in (public_image, right_to_push):
        if clock() - began < LONGEST_SECONDS and (added := question(climb, outcome, steps)):
            tell(added)
    ends_at = None
    if clock() - began < LONGEST_SECONDS and (end := end_of_login(climb, steps, now())):
        ends_at, signed_in = end
        tell(signed_in)
    return Finding(outcome=outcome, steps=tuple(steps.values()), ends_at=ends_at)
