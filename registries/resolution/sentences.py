"""What people read about a resolution: the fact, then what to do. "It" is the image, or in a verdict the connection."""

import re
from collections.abc import Sequence

from registries.resolution.answer import Candidate, Verdict

HOLDS = "It holds the image."
NAMED_AND_HOLDS = "It is the one that is named, and it holds the image."

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
    shown = [one.name for one in connections[:_NAMES_SHOWN]]
    if more := (of or len(connections)) - len(shown):
        shown.append(f"{more} more")
    return f" {last} ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def place(one: Candidate) -> str:
    """Return where a connection leads: "ghcr.io/acme", "the whole of ghcr.io"."""
    return f"{one.host}/{one.prefix}" if one.prefix else f"the whole of {one.host}"


def are(connections: Sequence[Candidate]) -> str:
    """Return the verb for one or several: "is" or "are"."""
    return "is" if len(connections) == 1 else "are"


def all_of(connections: Sequence[Candidate]) -> str:
    """Return "both" for two and "all" for more."""
    return "both" if len(connections) == 2 else "all"


# Verdicts over one connection ----------------------------------------------------------------------------------------


def paused(one: Candidate) -> str:
    """Say that it is paused."""
    return f"{one.name} is paused."


def other_host(one: Candidate, host: str) -> str:
    """Say that it is elsewhere."""
    return f"Its host is {one.host}, not {host}."


def fault(one: Candidate, verdict: Verdict, repository: str, host: str) -> str:
    """Say what keeps it from an image: it is paused, or its host or its prefix is another."""
    if verdict == Verdict.PAUSED:
        return paused(one)
    if verdict == Verdict.OTHER_HOST:
        return other_host(one, host)
    return f"Its prefix, {one.prefix}, does not hold {repository}."


def shorter(best: Sequence[Candidate]) -> str:
    """Say which prefix is longer."""
    have = "has" if len(best) == 1 else "have"
    return f"It holds the image, but {names(best)} {have} the longer prefix, {best[0].prefix}."


def tied(one: Candidate, best: Sequence[Candidate]) -> str:
    """Say which others of the best are for the same place."""
    # Those that are named are found among the first, however many there are.
    others = [other for other in best[: _NAMES_SHOWN + 1] if other is not one]
    return f"It is for {place(one)}, and so {are(best[1:])} {names(others, of=len(best) - 1)}."


def not_named(*, would_do: bool) -> str:
    """Say that the name given was not its own."""
    return "It holds the image, but it is not the one that is named." if would_do else "It is not the one that is named."


# Not named -----------------------------------------------------------------------------------------------------------


def chosen(one: Candidate, *, alone: bool) -> str:
    """Say which holds the image, and why it won."""
    return f"{one.name} holds it: " + (f"it is for {place(one)}." if alone else f"the longest prefix, {one.prefix}, wins.")


def ambiguous(best: Sequence[Candidate]) -> str:
    """Say that several are for the same place, and that one has to be named."""
    return f"{names(best)} are {all_of(best)} for {place(best[0])}. Name the one that is meant."


def only_paused(resting: Sequence[Candidate]) -> str:
    """Say that all that hold the image are paused."""
    if len(resting) == 1:
        return f"Only {resting[0].name} holds it, and is paused. Resume it to pull with its login."
    return f"Only {names(resting)} hold it, and are paused. Resume the one that is meant."


def public(image: str) -> str:
    """Say that the image is pulled without a login."""
    return f"No registry of this team is for {image}, so the image is pulled without a login."


# Named ---------------------------------------------------------------------------------------------------------------


def named(one: Candidate, *, by_former_name: str) -> str:
    """Say that the named one holds the image."""
    if by_former_name:
        return f"{one.name}, once called {by_former_name}, holds it. Name it as it is called now."
    return f"{one.name} is named, and holds it."


def unknown(asked: str, nearest: str, fitting: Sequence[Candidate]) -> str:
    """Say that a name is unknown, and what was meant perhaps."""
    said = [f"No registry is called {asked}." if is_name(asked) else "No registry can have such a name."]
    if nearest:
        said.append(f"Did you mean {nearest}?")
    if others := [one for one in fitting if one.name != nearest]:
        hold = "holds" if len(others) == 1 else "hold"
        too = " too" if len(others) < len(fitting) else ""
        said.append(f"{names(others)} {hold} the image{too}.")
    return " ".join(said)


def does_not_fit(
    one: Candidate, faults: Sequence[Verdict], image: str, *, fitting: Sequence[Candidate], resting: Sequence[Candidate]
) -> str:
    """Say all that keeps the named one from an image, and which others would do."""
    reasons = {
        Verdict.PAUSED: "is paused",
        Verdict.OTHER_HOST: f"is for {place(one)}, while the image is at {image.partition('/')[0]}",
        Verdict.OTHER_PREFIX: f"is for {place(one)}, which does not hold {image}",
    }
    fact = f"{one.name} {', and '.join(reasons[fault] for fault in faults)}."
    if list(faults) == [Verdict.PAUSED]:
        way_out = f"Resume it, or name {names(fitting, 'or')}." if fitting else "Resume it to pull with its login."
    elif fitting:
        way_out = f"Name {names(fitting, 'or')} instead."
    elif resting:
        way_out = f"{names(resting)} would hold it, but {are(resting)} paused."
    else:
        way_out = "No registry here holds it. Leave the name out where the image is public."
    return f"{fact} {way_out}"
