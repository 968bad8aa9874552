"""
What people read of an image in a file: the fact, then what to do. Nothing of the file is repeated but valid names.

Sentences about a name beside an image are those of `resolution`, which every other page shows too.
"""

from datetime import date

from registries.distribution import Reference
from registries.formats import kubernetes_name
from registries.resolution import Candidate, canonical_host
from registries.resolution.sentences import unknown
from registries.specs.images import looks_private, place
from registries.specs.secret_names import looks_like_a_secret, may_be_repeated
from registries.specs.verdicts import Health, Known, Rule

PUBLIC = "Public image. No registry needed."
PERHAPS_PUBLIC = "Pulled without a login, which works if the image is public."
NO_TAG = "It has no tag, so it is whatever is latest when it is pulled. Name a version."
LATEST = "Its tag, latest, moves to another image with each release. Name a version."
VARIABLE = "It holds a variable, so it is known only when the file is run."
NAME_VARIABLE = "The name of its registry holds a variable, so it is known only when the file is run."
SECRET_AS_NAME = "No registry can have such a name: it looks like a secret. Name a registry instead."  # noqa: S105
BY_DEFAULT = "That is by the defaults of its variables."


def on(day: date) -> str:
    """Return a day as pages write it: "10 Nov 2026"."""
    return f"{day.day} {day:%b %Y}"


def resolves(one: Candidate, health: Health) -> str:
    """Say which connection it gets, and how that is."""
    return f"Resolves to {one.name}, {health.sentence}."


def ended(one: Candidate, day: date) -> str:
    """Say that the login of its connection is no more."""
    return f"Resolves to {one.name}, but its login ended on {on(day)}. Replace it."


def ends_before(one: Candidate, day: date, needed_until: date) -> str:
    """Say that the login of its connection ends too early."""
    return f"The login of {one.name} ends on {on(day)}, before {on(needed_until)}. Replace it before then."


def former_name(one: Candidate, former: str) -> str:
    """Say that its connection has another name now; the former is a name that was the team’s."""
    return f"{one.name} was called {former} before. Name it as it is called now: the former name answers only for a while."


def catalogued(name: str) -> str:
    """Say that it is one of the preconfigured containers."""
    return f"Preconfigured container: {name}. No registry needed."


def not_named(reference: Reference, one: Candidate, *, trouble: str) -> str:
    """Say that a step names no registry, and which one would do; `trouble` is what is wrong with that."""
    if looks_private(reference):
        fact = f"{canonical_host(reference.host)} is private and this step names no registry."
    else:
        fact = "This step names no registry, and the image may be private."
    covers = "it" if looks_private(reference) else f"{one.host}/{one.prefix}".rstrip("/")
    return f"{fact} {one.name} covers {covers}{', ' if trouble else ''}{trouble}."


def no_registry(reference: Reference) -> str:
    """Say that an image at a private host has no connection."""
    host = canonical_host(reference.host)
    return f"{host} is private and no registry of this team covers {place(reference)}. Add one that does."


def no_pull_secret(one: Candidate) -> str:
    """Say that a pod names no Secret."""
    said = f"Resolves to {one.name}, but the pod names no imagePullSecrets."
    return f"{said} Add its Secret, {kubernetes_name(one.name)}, unless the nodes use Berth’s credential provider."


def other_pull_secret(one: Candidate) -> str:
    """Say that a pod names other Secrets than Berth hands out; their names are not repeated."""
    own = kubernetes_name(one.name)
    return f"Resolves to {one.name}, but the pod’s imagePullSecrets name others than {own}, as Berth calls its Secret."


def of_unknown_name(name: str, sentence: str) -> str:
    """Return what `resolution` says of an unknown name; of one that looks like a secret, without it."""
    if not looks_like_a_secret(name):
        return sentence
    return SECRET_AS_NAME + sentence.removeprefix(unknown(name, "", ()))


_STATES = {
    Rule.WRONG_HOST: "other host",
    Rule.WRONG_PREFIX: "other path",
    Rule.PAUSED: "paused",
    Rule.ENDED: "ended",
    Rule.ENDS_BEFORE: "ends too early",
    Rule.FORMER_NAME: "a former name",
    Rule.REFUSED: "refused",
}
_FACTS = {
    Rule.NOT_NAMED: "no registry named",
    Rule.NO_REGISTRY: "no registry covers it",
    Rule.AMBIGUOUS: "several registries tie",
    Rule.NO_TAG: "no tag",
    Rule.LATEST: "the tag latest",
    Rule.VARIABLE: "a variable",
    Rule.MALFORMED: "no image reference",
    Rule.NO_PULL_SECRET: "no pull secret named",
    Rule.OTHER_PULL_SECRET: "another pull secret named",
    Rule.NOT_FOUND: "no such image",
    Rule.NO_PLATFORM: "nothing for linux/amd64",
    Rule.NOT_LOOKED_UP: "not looked up",
}


def summary(rule: Rule, *, image: str, named: str, about: Known | None) -> str:
    """Return a few words for a list. `image` is a valid reference, or ""; `named` is the name that the file has."""
    if rule is Rule.UNKNOWN_NAME:
        return f"{named}: not found" if may_be_repeated(named) else "no such registry"
    if rule in _FACTS:
        return _FACTS[rule]
    if about is None:
        return _STATES.get(rule, image)
    state = _STATES.get(rule, "")
    if rule in (Rule.FAILING, Rule.UNCHECKED, Rule.ENDED):
        why, colon, outcome = about.health.sentence.rpartition(": ")
        state = outcome if colon else state or why + outcome.removeprefix("but ")
    return f"{about.name}: {state}" if state else about.name
