"""
What went wrong in a step, in words: the outcome, one sentence of fact, and what to do about it.

The facts are ours, word for word; a hint of the flavor takes the place of our own advice where it has one. What the
registry said is its status and its code, which the error has judged, and never its text.
"""

from dataclasses import dataclass

from console.sentences import say, say_count, together
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
    "unknown_authority": say("Add the CA certificate to this registry."),
    "expired": say("Its owner has to replace it."),
    "wrong_host": say("Its owner has to replace it."),
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

_CHECK_THE_ADDRESS = say("Check the address.")
_CHECK_THE_PASSWORD = say("Check the username and the password, or replace them.")
_MAYBE_A_RULE = say("A network rule of the registry may be in the way.")
_NO_FAULT_OF_THE_LOGIN = say("The login is not at fault.")
_TRY_LATER = together(say("Try again later."), _NO_FAULT_OF_THE_LOGIN)
_NO_TOKEN = Outcome.NOT_A_REGISTRY, say("The registry’s token service gave no token."), _CHECK_THE_ADDRESS
_NO_UPLOADS = (
    Outcome.NO_PUSH_ACCESS,
    say("The registry takes no uploads here."),
    say("Choose Pull, or push somewhere else."),
)


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
            return Outcome.NOT_TRUSTED, error.detail, _TRUST_FIXES.get(error.reason, say("Check the address and the port."))
        case NameNotFound():
            fix = say("Check the spelling. Berth’s own server must be able to look it up.")
            return Outcome.UNREACHABLE, error.detail, fix
        case Unreachable():
            return _unreachable(error)
        case ProxyFailed():
            fix = say("An operator has to look at the proxy and at BERTH_EGRESS_PROXY.")
            return Outcome.COULD_NOT_CHECK, error.detail, fix
        case RateLimited():
            return Outcome.RATE_LIMITED, _asks_to_slow_down(asked.registry), _patience(error.retry_after_seconds)
        case RealmRefused():
            return Outcome.NOT_A_REGISTRY, error.detail, say("Berth sent nothing there. Check the address.")
        case NotARegistry():
            return _not_a_registry(error, asked)
        case SignInRefused():
            return Outcome.SIGN_IN_REFUSED, error.detail, _CHECK_THE_PASSWORD
        case AccessDenied() if asked.image:
            return _denied(asked.step, asked.image, has_login=asked.has_login)
        case AccessDenied():
            flavor = asked.registry
            return _at_sign_in(flavor.forbidden_at_token if error.at_token_service else flavor.forbidden_at_sign_in)
        case NotFound() if asked.image:
            return _not_found(asked.step, asked.image, code=error.code)
    return Outcome.COULD_NOT_CHECK, error.detail, say("Try again later.")


def _permission(allow: str) -> str:
    if not allow:
        return say("No setting of Berth allows it. Check the address.")
    return say("An operator has to allow this network, with BERTH_EGRESS_ALLOW={allow}.", allow=allow)


def _asks_to_slow_down(registry: Flavor) -> str:
    """Name the registry by its provider, where one provider runs all of its kind."""
    if registry.any_host or registry.own_hosts:
        return RateLimited.summary
    return say("{provider} asks to slow down.", provider=registry.name)


def _patience(seconds: int | None) -> str:
    if seconds is None:
        return _TRY_LATER
    if not seconds:
        return together(say("Try again."), _NO_FAULT_OF_THE_LOGIN)
    # Rounded up: whoever comes too early is told to wait once more.
    minutes, hours = -(-seconds // 60), -(-seconds // 3600)
    wait = say_count("Try again in {count} minute.", "Try again in {count} minutes.", count=minutes)
    if seconds > _MINUTES_UNTIL_SECONDS:
        wait = say_count("Try again in {count} hour.", "Try again in {count} hours.", count=hours)
    return together(wait, _NO_FAULT_OF_THE_LOGIN)


def _unreachable(error: Unreachable) -> Explanation:
    if error.status is not None and is_a_fault(error.status):
        return Outcome.COULD_NOT_CHECK, error.detail, _TRY_LATER
    if error.status is not None:
        return Outcome.UNREACHABLE, error.detail, _MAYBE_A_RULE
    return Outcome.UNREACHABLE, error.detail, say("Check the port and the firewall.")


def _not_a_registry(error: NotARegistry, asked: Asked) -> Explanation:
    if error.at_token_service and error.status == 400 and asked.step == Step.SIGN_IN:
        return _at_sign_in(asked.registry.bad_request_at_token)
    if error.at_token_service and error.status == 400 and asked.image:
        # It gave a token without a scope, so what it cannot read is the name in the scope.
        return _not_found(asked.step, asked.image, code=error.code)
    if error.status == 405 and asked.step == Step.PULL and asked.image:
        fact = say("The registry does not let anything of {repository} be read.", repository=asked.image.repository)
        return Outcome.NO_PULL_ACCESS, fact, say("Ask its owner whether it is switched off.")
    if error.at_token_service:
        return _NO_TOKEN
    if asked.step == Step.PUSH:
        return _NO_UPLOADS
    fix = _CHECK_THE_ADDRESS
    if asked.step == Step.SIGN_IN and error.status:
        fix = say("Check the address: /v2/ answered HTTP {status}.", status=error.status)
    return Outcome.NOT_A_REGISTRY, error.detail, fix


def _at_sign_in(outcome: Outcome) -> Explanation:
    """Say what a flavor knows of a sign-in, where the statuses 400 and 403 mean something else at each."""
    if outcome == Outcome.SIGN_IN_REFUSED:
        return outcome, SignInRefused.summary, _CHECK_THE_PASSWORD
    if outcome == Outcome.NO_PULL_ACCESS:
        return outcome, say("The login is known, but may not use this registry."), say("Give it the right to read.")
    if outcome == Outcome.UNREACHABLE:
        return outcome, say("The registry turns Berth away, whatever the login."), _MAYBE_A_RULE
    return outcome, *_NO_TOKEN[1:]


def _denied(step: Step, image: Reference, *, has_login: bool) -> Explanation:
    if step == Step.PUSH:
        if not has_login:
            fact, fix = say("Without a login, nothing may be pushed."), say("Enter a login, or choose Pull.")
        else:
            fact, fix = say("The account may pull, but not push."), say("Give it the writing role, or choose Pull.")
        return Outcome.NO_PUSH_ACCESS, fact, fix
    if not has_login:
        fact = say("Without a login, {repository} may not be read.", repository=image.repository)
        return Outcome.NO_PULL_ACCESS, fact, say("Enter a login that reads it.")
    fact = say("The account may sign in, but not read {repository}.", repository=image.repository)
    return Outcome.NO_PULL_ACCESS, fact, say("Give it the role that reads this repository.")


def _not_found(step: Step, image: Reference, *, code: str) -> Explanation:
    if step == Step.PUSH:
        return _NO_UPLOADS
    fact = say("There is no repository {repository}, or this login may not see it.", repository=image.repository)
    if code in _READABLE:
        fact = say(
            "There is no image {image}. The registry looked for it in {repository} and refused nothing.",
            image=short(image), repository=image.repository,
        )  # fmt: skip
    return Outcome.IMAGE_NOT_FOUND, fact, say("Check the test image.")


def short(image: Reference) -> str:
    """Write an image without its host, and a digest by its first digits."""
    if image.digest:
        return f"{image.repository}@{image.digest[:19]}…"
    return f"{image.repository}:{image.target}"
