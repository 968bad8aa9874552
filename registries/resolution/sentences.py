"""What people read about a resolution: the fact, then what to do. "It" is the image, or in a verdict the connection."""

import re
from collections.abc import Sequence

from console.sentences import say, say_count, together
from registries.resolution.answer import Candidate, Verdict

HOLDS = say("It holds the image.")
NAMED_AND_HOLDS = say("It is the one that is named, and it holds the image.")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_NAMES_SHOWN = 5


def is_name(text: str) -> bool:
    """Whether a registry could be called so. What could not is repeated nowhere: it may be anything, a password too."""
    return _NAME.fullmatch(text) is not None


def names(connections: Sequence[Candidate], last: str = "and", *, of: int = 0) -> str:
    """
    Return names as a list in a sentence: "a", "a and b", "a, b and c", "a, b, c, d, e and 3 more".

    `of` is how many there are where `connections` are only the first of them.
    """
    return listed([one.name for one in connections[:_NAMES_SHOWN]], last, of=of or len(connections))


def listed(shown: Sequence[str], last: str = "and", *, of: int = 0) -> str:
    """Return words as a list in a sentence, with "and" or "or" before the last; `of` is how many there are in all."""
    first, final = ", ".join(shown[:-1]), shown[-1]
    if (more := of - len(shown)) > 0:
        first, final = ", ".join(shown), say("{count} more", count=more)
    if not first:
        return final
    if last == "or":
        return say("{first} or {last}", first=first, last=final)
    return say("{first} and {last}", first=first, last=final)


def place(one: Candidate) -> str:
    """Return where a connection leads: "ghcr.io/acme", "the whole of ghcr.io"."""
    return f"{one.host}/{one.prefix}" if one.prefix else say("the whole of {host}", host=one.host)


def are(connections: Sequence[Candidate]) -> str:
    """Return the verb for one or several, in English: "is" or "are"."""
    return "is" if len(connections) == 1 else "are"


def all_of(connections: Sequence[Candidate]) -> str:
    """Return "both" for two and "all" for more, in English."""
    return "both" if len(connections) == 2 else "all"


# Verdicts over one connection ----------------------------------------------------------------------------------------


def paused(one: Candidate) -> str:
    """Say that it is paused."""
    return say("{name} is paused.", name=one.name)


def other_host(one: Candidate, host: str) -> str:
    """Say that it is elsewhere."""
    return say("Its host is {own}, not {host}.", own=one.host, host=host)


def fault(one: Candidate, verdict: Verdict, repository: str, host: str) -> str:
    """Say what keeps it from an image: it is paused, or its host or its prefix is another."""
    if verdict == Verdict.PAUSED:
        return paused(one)
    if verdict == Verdict.OTHER_HOST:
        return other_host(one, host)
    return say("Its prefix, {prefix}, does not hold {repository}.", prefix=one.prefix, repository=repository)


def shorter(best: Sequence[Candidate]) -> str:
    """Say which prefix is longer."""
    return say_count(
        "It holds the image, but {names} has the longer prefix, {prefix}.",
        "It holds the image, but {names} have the longer prefix, {prefix}.",
        count=len(best),
        names=names(best),
        prefix=best[0].prefix,
    )


def tied(one: Candidate, best: Sequence[Candidate]) -> str:
    """Say which others of the best are for the same place."""
    # Those that are named are found among the first, however many there are.
    others = [other for other in best[: _NAMES_SHOWN + 1] if other is not one]
    return say_count(
        "It is for {place}, and so is {others}.",
        "It is for {place}, and so are {others}.",
        count=len(best) - 1,
        place=place(one),
        others=names(others, of=len(best) - 1),
    )


def not_named(*, would_do: bool) -> str:
    """Say that the name given was not its own."""
    if would_do:
        return say("It holds the image, but it is not the one that is named.")
    return say("It is not the one that is named.")


# Not named -----------------------------------------------------------------------------------------------------------


def chosen(one: Candidate, *, alone: bool) -> str:
    """Say which holds the image, and why it won."""
    if alone:
        return say("{name} holds it: it is for {place}.", name=one.name, place=place(one))
    return say("{name} holds it: the longest prefix, {prefix}, wins.", name=one.name, prefix=one.prefix)


def ambiguous(best: Sequence[Candidate]) -> str:
    """Say that several are for the same place, and that one has to be named."""
    if len(best) == 2:
        return say("{names} are both for {place}. Name the one that is meant.", names=names(best), place=place(best[0]))
    return say("{names} are all for {place}. Name the one that is meant.", names=names(best), place=place(best[0]))


def only_paused(resting: Sequence[Candidate]) -> str:
    """Say that all that hold the image are paused."""
    if len(resting) == 1:
        return say("Only {name} holds it, and is paused. Resume it to pull with its login.", name=resting[0].name)
    return say("Only {names} hold it, and are paused. Resume the one that is meant.", names=names(resting))


def public(image: str) -> str:
    """Say that the image is pulled without a login."""
    return say("No registry of this team is for {image}, so the image is pulled without a login.", image=image)


# Named ---------------------------------------------------------------------------------------------------------------


def named(one: Candidate, *, by_former_name: str) -> str:
    """Say that the named one holds the image."""
    if by_former_name:
        return say(
            "{name}, once called {former}, holds it. Name it as it is called now.", name=one.name, former=by_former_name
        )
    return say("{name} is named, and holds it.", name=one.name)


def unknown(asked: str, nearest: str, fitting: Sequence[str]) -> str:
    """Say that a name is unknown, and what was meant perhaps; `fitting` are the names of those that would do."""
    fact = say("No registry is called {name}.", name=asked) if is_name(asked) else say("No registry can have such a name.")
    return together(fact, meant(nearest, fitting))


def meant(nearest: str, fitting: Sequence[str]) -> str:
    """Say what was meant perhaps by a name that is unknown, "" where nothing is near."""
    near = say("Did you mean {name}?", name=nearest) if nearest else ""
    others = [name for name in fitting if name != nearest]
    if not others:
        return near
    shown = listed(others[:_NAMES_SHOWN], of=len(others))
    if len(others) < len(fitting):
        hold = say_count("{names} holds the image too.", "{names} hold the image too.", count=len(others), names=shown)
    else:
        hold = say_count("{names} holds the image.", "{names} hold the image.", count=len(others), names=shown)
    return together(near, hold)


def does_not_fit(
    one: Candidate, faults: Sequence[Verdict], image: str, *, fitting: Sequence[Candidate], resting: Sequence[Candidate]
) -> str:
    """Say all that keeps the named one from an image, and which others would do."""
    if list(faults) == [Verdict.PAUSED]:
        if fitting:
            return together(paused(one), say("Resume it, or name {names}.", names=names(fitting, "or")))
        return together(paused(one), say("Resume it to pull with its login."))
    if fitting:
        way_out = say("Name {names} instead.", names=names(fitting, "or"))
    elif resting:
        way_out = say_count(
            "{names} would hold it, but is paused.",
            "{names} would hold it, but are paused.",
            count=len(resting),
            names=names(resting),
        )
    else:
        way_out = say("No registry here holds it. Leave the name out where the image is public.")
    return together(_elsewhere(one, faults, image), way_out)


def _elsewhere(one: Candidate, faults: Sequence[Verdict], image: str) -> str:
    """Say that the named one is for another host or another path, and paused perhaps too."""
    host, rests = image.partition("/")[0], faults[0] == Verdict.PAUSED
    if faults[-1] == Verdict.OTHER_HOST:
        if rests:
            return say(
                "{name} is paused, and is for {place}, while the image is at {host}.",
                name=one.name,
                place=place(one),
                host=host,
            )
        return say("{name} is for {place}, while the image is at {host}.", name=one.name, place=place(one), host=host)
    if rests:
        return say(
            "{name} is paused, and is for {place}, which does not hold {image}.",
            name=one.name,
            place=place(one),
            image=image,
        )
    return say("{name} is for {place}, which does not hold {image}.", name=one.name, place=place(one), image=image)
