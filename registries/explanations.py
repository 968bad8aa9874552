"""
What went wrong in a step, in words: the outcome, one sentence of fact, and what to do about it.

The facts are ours, word for word; a hint of the flavor takes the place of our own advice where it has one. What the
registry said is its status and its code, which the error has judged, and never its text.
"""

from dataclasses import dataclass

from registries import repairs
from registries.distribution import (
    AccessDenied,
    BlockedByPolicy,
    NameNotFound,
    NotARegistry,
    NotFound,
    NotTrusted,
    RateLimited,
    RealmRefused,
    Reference,
    RegistryError,
    SignInRefused,
    Unreachable,
)
from registries.distribution.answers import is_a_fault
from registries.flavors.base import Flavor
from registries.outcomes import Outcome, State, Step, StepResult
from registries.proxy import ProxyFailed

# Codes of HTTP 404 that are given only to those who may read the repository.
_READABLE = frozenset({"MANIFEST_UNKNOWN", "TAG_EXPIRED"})

_TRUST_FIXES = {
    "unknown_authority": "Add the CA certificate to this registry.",
    "expired": "Its owner has to replace it.",
    "wrong_host": "Its owner has to replace it.",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked of whom when a step failed; `image` is None as long as no test image was read."""

    registry: Flavor
    step: Step
    has_login: bool
    image: Reference | None


_MINUTES_UNTIL_SECONDS = 2 * 60 * 60  # from where on a wait is written in hours

Explanation = tuple[Outcome, str, str]  # the outcome, the fact, and our own advice

_NO_UPLOADS = Outcome.NO_PUSH_ACCESS, "The registry takes no uploads here.", "Choose Pull, or push somewhere else."


def explain(error: RegistryError, asked: Asked) -> tuple[Outcome, StepResult]:
    """Return how a check ends with this error, and the result of the step that met it."""
    outcome, fact, fix = _explanation(error, asked)
    hinted = (
        not isinstance(error, BlockedByPolicy | NotTrusted | ProxyFailed | RealmRefused) and outcome in asked.registry.hints
    )
    if hinted:
        fix = asked.registry.hints[outcome]
    mends = repairs.mends(error, outcome, asked.registry, hinted=hinted, has_login=asked.has_login)
    state = State.WARNED if outcome == Outcome.RATE_LIMITED else State.FAILED
    token_host = error.origin if isinstance(error, RealmRefused) else ""
    return outcome, StepResult(
        step=asked.step, state=state, fact=fact, fix=fix, mends=mends, said=error.said, token_host=token_host
    )


def _explanation(error: RegistryError, asked: Asked) -> Explanation:  # noqa: PLR0911 - one for each kind of error
    match error:
        case BlockedByPolicy():
            return Outcome.BLOCKED, error.detail, _permission(error.allow)
        case NotTrusted():
            return Outcome.NOT_TRUSTED, error.detail, _TRUST_FIXES.get(error.reason, "Check the address and the port.")
        case NameNotFound():
            fix = "Check the spelling. Berth’s own server must be able to look it up."
            return Outcome.UNREACHABLE, error.detail, fix
        case Unreachable():
            return _unreachable(error)
        case ProxyFailed():
            return Outcome.COULD_NOT_CHECK, error.detail, "An operator has to look at the proxy and at BERTH_EGRESS_PROXY."
        case RateLimited():
            return Outcome.RATE_LIMITED, f"{_who(asked.registry)} asks to slow down.", _patience(error.retry_after_seconds)
        case RealmRefused():
            return Outcome.NOT_A_REGISTRY, error.detail, "Berth sent nothing there. Check the address."
        case NotARegistry():
            return _not_a_registry(error, asked)
        case SignInRefused():
            return Outcome.SIGN_IN_REFUSED, error.detail, "Check the username and the password, or replace them."
        case AccessDenied() if asked.image:
            return _denied(asked.step, asked.image, has_login=asked.has_login)
        case AccessDenied():
            flavor = asked.registry
            return _at_sign_in(flavor.forbidden_at_token if error.at_token_service else flavor.forbidden_at_sign_in)
        case NotFound() if asked.image:
            return _not_found(asked.step, asked.image, code=error.code)
    return Outcome.COULD_NOT_CHECK, error.detail, "Try again later."


def _permission(allow: str) -> str:
    if not allow:
        return "No setting of Berth allows it. Check the address."
    return f"An operator has to allow this network, with BERTH_EGRESS_ALLOW={allow}."


def _who(registry: Flavor) -> str:
    """Name the registry by its provider, where one provider runs all of its kind."""
    return "The registry" if registry.any_host or registry.own_hosts else registry.name


def _patience(seconds: int | None) -> str:
    if seconds is None:
        return "Try again later. The login is not at fault."
    unit, length = ("minute", 60) if seconds <= _MINUTES_UNTIL_SECONDS else ("hour", 3600)
    count = -(-seconds // length)  # Rounded up: whoever comes too early is told to wait once more.
    wait = f" in {count} {unit}{'' if count == 1 else 's'}" if count else ""
    return f"Try again{wait}. The login is not at fault."


def _unreachable(error: Unreachable) -> Explanation:
    if error.status is not None and is_a_fault(error.status):
        return Outcome.COULD_NOT_CHECK, error.detail, "Try again later. The login is not at fault."
    if error.status is not None:
        return Outcome.UNREACHABLE, error.detail, "A network rule of the registry may be in the way."
    return Outcome.UNREACHABLE, error.detail, "Check the port and the firewall."


def _not_a_registry(error: NotARegistry, asked: Asked) -> Explanation:
    if error.at_token_service and error.status == 400 and asked.step == Step.SIGN_IN:
        return _at_sign_in(asked.registry.bad_request_at_token)
    if error.at_token_service and error.status == 400 and asked.image:
        # It gave a token without a scope, so what it cannot read is the name in the scope.
        return _not_found(asked.step, asked.image, code=error.code)
    if error.status == 405 and asked.step == Step.PULL and asked.image:
        fact = f"The registry does not let anything of {asked.image.repository} be read."
        return Outcome.NO_PULL_ACCESS, fact, "Ask its owner whether it is switched off."
    if error.at_token_service:
        return Outcome.NOT_A_REGISTRY, "The registry’s token service gave no token.", "Check the address."
    if asked.step == Step.PUSH:
        return _NO_UPLOADS
    answered = f": /v2/ answered HTTP {error.status}" if asked.step == Step.SIGN_IN and error.status else ""
    return Outcome.NOT_A_REGISTRY, error.detail, f"Check the address{answered}."


def _at_sign_in(outcome: Outcome) -> Explanation:
    """Say what a flavor knows of a sign-in, where the statuses 400 and 403 mean something else at each."""
    if outcome == Outcome.SIGN_IN_REFUSED:
        return outcome, "The registry refused the login.", "Check the username and the password, or replace them."
    if outcome == Outcome.NO_PULL_ACCESS:
        return outcome, "The login is known, but may not use this registry.", "Give it the right to read."
    if outcome == Outcome.UNREACHABLE:
        fact = "The registry turns Berth away, whatever the login."
        return outcome, fact, "A network rule of the registry may be in the way."
    return outcome, "The registry’s token service gave no token.", "Check the address."


def _denied(step: Step, image: Reference, *, has_login: bool) -> Explanation:
    if step == Step.PUSH:
        if not has_login:
            return Outcome.NO_PUSH_ACCESS, "Without a login, nothing may be pushed.", "Enter a login, or choose Pull."
        fact = "The account may pull, but not push."
        return Outcome.NO_PUSH_ACCESS, fact, "Give it the writing role, or choose Pull."
    if not has_login:
        return (
            Outcome.NO_PULL_ACCESS,
            f"Without a login, {image.repository} may not be read.",
            "Enter a login that reads it.",
        )
    fact = f"The account may sign in, but not read {image.repository}."
    return Outcome.NO_PULL_ACCESS, fact, "Give it the role that reads this repository."


def _not_found(step: Step, image: Reference, *, code: str) -> Explanation:
    if step == Step.PUSH:
        return _NO_UPLOADS
    fact = f"There is no repository {image.repository}, or this login may not see it."
    if code in _READABLE:
        fact = f"There is no image {short(image)}. The registry looked for it in {image.repository} and refused nothing."
    return Outcome.IMAGE_NOT_FOUND, fact, "Check the test image."


def short(image: Reference) -> str:
    """Write an image without its host, and a digest by its first digits."""
    if image.digest:
        return f"{image.repository}@{image.digest[:19]}…"
    return f"{image.repository}:{image.target}"
