"""
What people read of an image in a file: the fact, then what to do. Nothing of the file is repeated but valid names.

Sentences about a name beside an image are those of `resolution`, which every other page shows too.
"""

from collections.abc import Sequence
from datetime import date

from console.sentences import say, together
from registries.distribution import Reference
from registries.formats import kubernetes_name
from registries.resolution import Candidate, canonical_host
from registries.resolution.sentences import meant, unknown
from registries.specs.images import looks_private, place
from registries.specs.secret_names import looks_like_a_secret, may_be_repeated
from registries.specs.verdicts import Health, Known, Rule

PUBLIC = say("Public image. No registry needed.")
PERHAPS_PUBLIC = say("Pulled without a login, which works if the image is public.")
NO_TAG = say("It has no tag, so it is whatever is latest when it is pulled. Name a version.")
LATEST = say("Its tag, latest, moves to another image with each release. Name a version.")
VARIABLE = say("It holds a variable, so it is known only when the file is run.")
NAME_VARIABLE = say("The name of its registry holds a variable, so it is known only when the file is run.")
SECRET_AS_NAME = say("No registry can have such a name: it looks like a secret. Name a registry instead.")
BY_DEFAULT = say("That is by the defaults of its variables.")


def resolves(one: Candidate, health: Health) -> str:
    """Say which connection it gets, and how that is."""
    return say("Resolves to {name}, {health}.", name=one.name, health=health.sentence)


def ended(one: Candidate, day: date) -> str:
    """Say that the login of its connection is no more."""
    return say("Resolves to {name}, but its login ended on {day}. Replace it.", name=one.name, day=day)


def ends_before(one: Candidate, day: date, needed_until: date) -> str:
    """Say that the login of its connection ends too early."""
    return say(
        "The login of {name} ends on {day}, before {needed_until}. Replace it before then.",
        name=one.name,
        day=day,
        needed_until=needed_until,
    )


def former_name(one: Candidate, former: str) -> str:
    """Say that its connection has another name now; the former is a name that was the team’s."""
    return say(
        "{name} was called {former} before. Name it as it is called now: the former name answers only for a while.",
        name=one.name,
        former=former,
    )


def catalogued(name: str) -> str:
    """Say that it is one of the preconfigured containers."""
    return say("Preconfigured container: {name}. No registry needed.", name=name)


def not_named(reference: Reference, one: Candidate, *, trouble: str) -> str:
    """Say that a step names no registry, and which one would do; `trouble` is what is wrong with that."""
    if looks_private(reference):
        host = canonical_host(reference.host)
        fact = say("{host} is private and this step names no registry.", host=host)
        if trouble:
            return together(fact, say("{name} covers it, {trouble}.", name=one.name, trouble=trouble))
        return together(fact, say("{name} covers it.", name=one.name))
    fact = say("This step names no registry, and the image may be private.")
    where = f"{one.host}/{one.prefix}".rstrip("/")
    if trouble:
        return together(fact, say("{name} covers {place}, {trouble}.", name=one.name, place=where, trouble=trouble))
    return together(fact, say("{name} covers {place}.", name=one.name, place=where))


def no_registry(reference: Reference) -> str:
    """Say that an image at a private host has no connection."""
    return say(
        "{host} is private and no registry of this team covers {image}. Add one that does.",
        host=canonical_host(reference.host),
        image=place(reference),
    )


def no_pull_secret(one: Candidate) -> str:
    """Say that a pod names no Secret."""
    return say(
        "Resolves to {name}, but the pod names no imagePullSecrets. Add its Secret, {secret}, unless the nodes use Berth’s "
        "credential provider.",
        name=one.name,
        secret=kubernetes_name(one.name),
    )


def other_pull_secret(one: Candidate) -> str:
    """Say that a pod names other Secrets than Berth hands out; their names are not repeated."""
    return say(
        "Resolves to {name}, but the pod’s imagePullSecrets name others than {secret}, as Berth calls its Secret.",
        name=one.name,
        secret=kubernetes_name(one.name),
    )


def of_unknown_name(name: str, nearest: str, fitting: Sequence[str]) -> str:
    """Return what `resolution` says of an unknown name; of one that looks like a secret, without it."""
    if not looks_like_a_secret(name):
        return unknown(name, nearest, fitting)
    return together(SECRET_AS_NAME, meant(nearest, fitting))


_STATES = {
    Rule.WRONG_HOST: say("other host"),
    Rule.WRONG_PREFIX: say("other path"),
    Rule.PAUSED: say("paused"),
    Rule.ENDED: say("ended"),
    Rule.ENDS_BEFORE: say("ends too early"),
    Rule.FORMER_NAME: say("a former name"),
    Rule.REFUSED: say("refused"),
}
_FACTS = {
    Rule.NOT_NAMED: say("no registry named"),
    Rule.NO_REGISTRY: say("no registry covers it"),
    Rule.AMBIGUOUS: say("several registries tie"),
    Rule.NO_TAG: say("no tag"),
    Rule.LATEST: say("the tag latest"),
    Rule.VARIABLE: say("a variable"),
    Rule.MALFORMED: say("no image reference"),
    Rule.NO_PULL_SECRET: say("no pull secret named"),
    Rule.OTHER_PULL_SECRET: say("another pull secret named"),
    Rule.NOT_FOUND: say("no such image"),
    Rule.NO_PLATFORM: say("nothing for linux/amd64"),
    Rule.NOT_LOOKED_UP: say("not looked up"),
}


def summary(rule: Rule, *, image: str, named: str, about: Known | None) -> str:
    """Return a few words for a list. `image` is a valid reference, or ""; `named` is the name that the file has."""
    if rule is Rule.UNKNOWN_NAME:
        return say("{name}: not found", name=named) if may_be_repeated(named) else say("no such registry")
    if rule in _FACTS:
        return _FACTS[rule]
    if about is None:
        return _STATES.get(rule, image)
    state: str = _STATES.get(rule, "")
    if rule in (Rule.FAILING, Rule.UNCHECKED, Rule.ENDED):
        state = about.health.state or state
    return say("{name}: {state}", name=about.name, state=state) if state else about.name
