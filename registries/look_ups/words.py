"""What people read of an image that was looked up: the fact, then what to do. No sentence holds a registry's own words."""

from registries.distribution import Manifest, Reference
from registries.distribution.manifest import USUAL_PLATFORM
from registries.health import Sight
from registries.health.words import written_size
from registries.outcomes import Outcome, Step
from registries.specs.verdicts import Finding, Level, Looked, Rule

_PLATFORMS_SHOWN = 4
_NO_LOGIN_AT_FAULT = " The login is not at fault."

TOO_MANY = "It was not looked up: Berth looks up the first {} images of a file, and it comes after them."
NO_PLACE = "It was not looked up: other tests are running, and this one did not fit in. Look again in a moment."
TOO_LATE = "The registry did not answer in time."
NO_TIME = "It was not looked up: other registries took all the time. Look again in a moment."
GONE = "It was not looked up: {} was changed or deleted meanwhile."

NOT_PUBLIC = "Without a login, a machine asks only at public hosts, and at those of registries that its token may have."
REDIRECTED = "The registry leads to another address, and Berth follows none, since a login could be lost there."


def looked(image: Reference, sight: Sight, connection: str, *, public_only: bool = False) -> Looked:
    """
    Return what is said of an image; `connection` is the name of the one whose login was used, "" where none was.

    With `public_only` no other than public addresses were let through, which says why one was not, and tells none of them.
    """
    if sight.manifest:
        return _found(sight.manifest)
    if sight.outcome == Outcome.IMAGE_NOT_FOUND:
        return _said(Level.ERROR, Rule.NOT_FOUND, _not_found(sight.step.fact, connection))
    if sight.outcome in (Outcome.SIGN_IN_REFUSED, Outcome.NO_PULL_ACCESS):
        return _said(Level.ERROR, Rule.REFUSED, _refused(sight, image, connection))
    if public_only and sight.outcome == Outcome.BLOCKED:
        return not_looked_up(f"It was not looked up. {NOT_PUBLIC}")
    return not_looked_up(_could_not(sight, connection))


def not_looked_up(sentence: str) -> Looked:
    """Return that an image is not known, and why."""
    return _said(Level.WARNING, Rule.NOT_LOOKED_UP, sentence)


def _said(level: Level, rule: Rule, sentence: str) -> Looked:
    return Looked(finding=Finding(level=level, rule=rule, sentence=sentence))


def _found(manifest: Manifest) -> Looked:
    size = written_size(manifest.size_bytes).replace(".0 ", " ") if manifest.size_bytes is not None else ""
    what = ", ".join(filter(None, [_listed(manifest.platforms), size]))
    fact = f"It is there: {what}." if what else "It is there."
    finding = Finding(level=Level.OK, rule=Rule.FOUND, sentence=fact)
    if manifest.platforms and USUAL_PLATFORM not in manifest.platforms:
        lacks = f"{fact} It is not for {USUAL_PLATFORM}, so most machines cannot run it."
        finding = Finding(level=Level.WARNING, rule=Rule.NO_PLATFORM, sentence=lacks)
    return Looked(finding=finding, digest=manifest.digest, platforms=manifest.platforms, size_bytes=manifest.size_bytes)


def _listed(platforms: tuple[str, ...]) -> str:
    shown = list(platforms[:_PLATFORMS_SHOWN])
    if more := len(platforms) - len(shown):
        shown.append(f"{more} more")
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def _not_found(fact: str, connection: str) -> str:
    """As the check says it, which always has a login to speak of."""
    return fact if connection else fact.replace("this login may not see it", "nobody may see it without a login")


def _refused(sight: Sight, image: Reference, connection: str) -> str:
    if not connection:
        return f"Without a login, {image.repository} may not be read, or it does not exist."
    if sight.outcome == Outcome.SIGN_IN_REFUSED:
        return f"The registry refused the login of {connection}."
    if sight.step.step == Step.SIGN_IN:
        return f"The registry knows the login of {connection}, and does not let it in."
    # Many registries give the same answer to both, so that nobody learns which images there are.
    return f"The login of {connection} may not read {image.repository}, or it does not exist."


def _could_not(sight: Sight, connection: str) -> str:
    """Say what stood in the way, and when to look again where that is known."""
    if sight.step.said.startswith("HTTP 3"):
        return f"It was not looked up. {REDIRECTED}"
    fix = sight.step.fix if sight.outcome in (Outcome.RATE_LIMITED, Outcome.COULD_NOT_CHECK) else ""
    fix = fix if connection else fix.removesuffix(_NO_LOGIN_AT_FAULT)
    return " ".join(filter(None, ["It was not looked up.", sight.step.fact, fix]))
