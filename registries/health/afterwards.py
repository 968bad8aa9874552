"""
What is asked once the steps are taken: whether the image says anything of the login, what else the login may do, and when
it ends.

Source: product page, section 5; reference page, sections 2.5 and 2.6. None of these has a part in the outcome, and one that
cannot be answered leaves the step as it was. They come last, so that one that hangs takes no time from a step.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from console.sentences import say, together
from registries.distribution import InvalidReference, Reference, RegistryError, SignIn
from registries.explanations import short
from registries.health.climb import Climb
from registries.health.words import end
from registries.outcomes import Outcome, State, Step, StepResult
from registries.repairs import TO_CHANGE_THE_IMAGE, TO_NAME_AN_IMAGE, to_replace_the_secret

log = logging.getLogger("berth")

_T = TypeVar("_T")
Steps = Mapping[Step, StepResult]

_ACCEPTED = {
    SignIn.TOKEN: say("What proves the login is that the token service accepted it."),
    SignIn.BASIC: say("What proves the login is that the registry accepted it."),
}


def public_image(climb: Climb, outcome: Outcome, steps: Steps) -> StepResult | None:
    """
    Tell where anyone can read the image, so that it proves nothing of the login, and a dead login does not look like a
    dead image. Return the pull step anew, or None where there is nothing to add.
    """
    if not climb.has_login:
        return None
    pull = steps[Step.PULL]
    if outcome == Outcome.SIGN_IN_REFUSED and pull.state == State.SKIPPED and climb.test_image:
        if _quietly(lambda: _anyone_can_read(climb, climb.named_image)):
            public = say("The image itself is public: anyone can read it without a login.")
            return replace(pull, fact=together(pull.fact, public))
    elif outcome == Outcome.NO_PULL_ACCESS and pull.state == State.FAILED and climb.image:
        image = climb.image
        if _quietly(lambda: _anyone_can_read(climb, image)):
            return replace(pull, fact=together(pull.fact, say("Without a login, anyone can read it.")))
    elif climb.read and climb.client and climb.client.was_asked_for_a_login:
        return _proof_of_login(climb, climb.read, pull)
    return None


def _proof_of_login(climb: Climb, read: Reference, pull: StepResult) -> StepResult | None:
    public = _quietly(lambda: _anyone_can_read(climb, read))
    if public:
        fact = say(
            "Anyone can read {image}, so it proves nothing about the login.",
            image=short(read) if climb.image else say("that image"),
        )
        accepted = _ACCEPTED.get(climb.sign_in, "")
        advice = say("Name a private image: reading it proves what the login may do.")
        return replace(
            pull,
            state=State.WARNED,
            fact=together(pull.fact, fact, accepted),
            fix=together(pull.fix, advice),
            mends=(TO_CHANGE_THE_IMAGE if climb.image else TO_NAME_AN_IMAGE,),
        )
    if public is False and climb.sign_in == SignIn.OPEN:
        proof = say("Nobody can read it without the login, which proves the login.")
        return replace(pull, fact=together(pull.fact, proof))
    return None


def _anyone_can_read(climb: Climb, image: Reference) -> bool:
    # Where the login was not even made, as at AWS, there is no client yet.
    return (climb.client or climb.asking(None)).anyone_can_read(image.repository, image.target)


def right_to_push(climb: Climb, outcome: Outcome, steps: Steps) -> StepResult | None:
    """Warn where a login that is for pulling could push, if its token service tells that and keeps no trace of it."""
    client, image = climb.client, climb.image
    if steps[Step.PUSH].state != State.NOT_ASKED or outcome != Outcome.CONNECTED or client is None or image is None:
        return None
    if climb.sign_in != SignIn.TOKEN or not climb.registry.push_scope_is_harmless:
        return None
    if not _quietly(lambda: client.may_push(image.repository)):
        return None
    fact = say("Not asked for, but the login may push to {repository} too.", repository=image.repository)
    fix, mends = say("Use a login that may only pull."), to_replace_the_secret(climb.registry)
    return replace(steps[Step.PUSH], state=State.WARNED, fact=fact, fix=fix, mends=mends)


def end_of_login(climb: Climb, steps: Steps, now: datetime) -> tuple[datetime, StepResult] | None:
    """Return when an accepted login ends, if anything tells, and the sign-in step anew that says so."""
    if climb.sign_in not in (SignIn.BASIC, SignIn.TOKEN):
        return None
    ends_at = _quietly(lambda: climb.registry.read_end(climb.way)) or climb.registry.ends_at
    # What was accepted just now has not ended, whatever anybody tells of it.
    if ends_at is None or ends_at <= now:
        return None
    signed_in = steps[Step.SIGN_IN]
    return ends_at, replace(signed_in, fact=together(signed_in.fact, end(ends_at, now)))


def _quietly(question: Callable[[], _T]) -> _T | None:
    """Ask, and return None where there is no answer: the check has its finding already."""
    try:
        return question()
    except (InvalidReference, RegistryError):
        pass
    except Exception as error:  # noqa: BLE001 - whatever it is, the check has its finding already
        # The text of an error may quote what a registry sent, so only its kind is logged.
        log.error("A check met an unexpected %s once its steps were taken.", type(error).__name__)
    return None
