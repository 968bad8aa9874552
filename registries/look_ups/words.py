"""What people read of an image that was looked up: the fact, then what to do. No sentence holds a registry's own words."""

from console.sentences import Sentence, say, together
from registries.distribution import Manifest, Reference
from registries.distribution.manifest import USUAL_PLATFORM
from registries.health import Sight
from registries.health.words import written_size
from registries.outcomes import Outcome, Step
from registries.resolution.sentences import listed
from registries.specs.verdicts import Finding, Level, Looked, Rule

_PLATFORMS_SHOWN = 4
_NO_LOGIN_AT_FAULT = "The login is not at fault."
_NOT_LOOKED_UP = say("It was not looked up.")

NO_PLACE = say("It was not looked up: other tests are running, and this one did not fit in. Look again in a moment.")
TOO_LATE = say("The registry did not answer in time.")
NO_TIME = say("It was not looked up: other registries took all the time. Look again in a moment.")

NOT_PUBLIC = say(
    "Without a login, a machine asks only at public hosts, and at those of registries that its token may have."
)
REDIRECTED = say("The registry leads to another address, and Berth follows none, since a login could be lost there.")


def too_many(most: int) -> str:
    """Say that only so many images of a file are looked up."""
    return say(
        "It was not looked up: Berth looks up the first {count} images of a file, and it comes after them.", count=most
    )


def gone(connection: str) -> str:
    """Say that a connection is no more what it was when the file was judged."""
    return say("It was not looked up: {name} was changed or deleted meanwhile.", name=connection)


def looked(image: Reference, sight: Sight, connection: str, *, public_only: bool = False) -> Looked:
    """
    Return what is said of an image; `connection` is the name of the one whose login was used, "" where none was.

    With `public_only` no other than public addresses were let through, which says why one was not, and tells none of them.
    """
    if sight.manifest:
        return _found(sight.manifest)
    if sight.outcome == Outcome.IMAGE_NOT_FOUND:
        return _said(Level.ERROR, Rule.NOT_FOUND, _not_found(sight, image, connection))
    if sight.outcome in (Outcome.SIGN_IN_REFUSED, Outcome.NO_PULL_ACCESS):
        return _said(Level.ERROR, Rule.REFUSED, _refused(sight, image, connection))
    if public_only and sight.outcome == Outcome.BLOCKED:
        return not_looked_up(together(_NOT_LOOKED_UP, NOT_PUBLIC))
    return not_looked_up(_could_not(sight, connection))


def not_looked_up(sentence: str) -> Looked:
    """Return that an image is not known, and why."""
    return _said(Level.WARNING, Rule.NOT_LOOKED_UP, sentence)


def _said(level: Level, rule: Rule, sentence: str) -> Looked:
    return Looked(finding=Finding(level=level, rule=rule, sentence=sentence))


def _found(manifest: Manifest) -> Looked:
    size, platforms = _size(manifest), _listed(manifest.platforms)
    if size and platforms:
        fact = say("It is there: {platforms}, {size}.", platforms=platforms, size=size)
    elif size or platforms:
        fact = say("It is there: {what}.", what=size or platforms)
    else:
        fact = say("It is there.")
    finding = Finding(level=Level.OK, rule=Rule.FOUND, sentence=fact)
    if manifest.platforms and USUAL_PLATFORM not in manifest.platforms:
        lacks = say("It is not for {platform}, so most machines cannot run it.", platform=USUAL_PLATFORM)
        finding = Finding(level=Level.WARNING, rule=Rule.NO_PLATFORM, sentence=together(fact, lacks))
    return Looked(finding=finding, digest=manifest.digest, platforms=manifest.platforms, size_bytes=manifest.size_bytes)


def _size(manifest: Manifest) -> str:
    return "" if manifest.size_bytes is None else written_size(manifest.size_bytes, brief=True)


def _listed(platforms: tuple[str, ...]) -> str:
    return listed(platforms[:_PLATFORMS_SHOWN], of=len(platforms)) if platforms else ""


def _not_found(sight: Sight, image: Reference, connection: str) -> str:
    """As the check says it, which always has a login to speak of."""
    if connection or "this login may not see it" not in sight.step.fact:
        return sight.step.fact
    return say("There is no repository {repository}, or nobody may see it without a login.", repository=image.repository)


def _refused(sight: Sight, image: Reference, connection: str) -> str:
    if not connection:
        return say("Without a login, {repository} may not be read, or it does not exist.", repository=image.repository)
    if sight.outcome == Outcome.SIGN_IN_REFUSED:
        return say("The registry refused the login of {name}.", name=connection)
    if sight.step.step == Step.SIGN_IN:
        return say("The registry knows the login of {name}, and does not let it in.", name=connection)
    # Many registries give the same answer to both, so that nobody learns which images there are.
    return say(
        "The login of {name} may not read {repository}, or it does not exist.", name=connection, repository=image.repository
    )


def _could_not(sight: Sight, connection: str) -> str:
    """Say what stood in the way, and when to look again where that is known."""
    if sight.step.said.startswith("HTTP 3"):
        return together(_NOT_LOOKED_UP, REDIRECTED)
    fix = sight.step.fix if sight.outcome in (Outcome.RATE_LIMITED, Outcome.COULD_NOT_CHECK) else ""
    return together(_NOT_LOOKED_UP, sight.step.fact, fix if connection else _of_no_login(fix))


def _of_no_login(fix: str) -> str:
    """Leave out of what to do that the login is not at fault, where there is none."""
    if isinstance(fix, Sentence) and fix.parts:
        return together(*(part for part in fix.parts if part != _NO_LOGIN_AT_FAULT))
    return fix.removesuffix(f" {_NO_LOGIN_AT_FAULT}") if fix.endswith(_NO_LOGIN_AT_FAULT) else fix
