"""
What is said where a host alone was asked for: the fact, its limits, then what to do. Machines alone ask so: it is English.
"""

from collections.abc import Sequence

from registries.resolution.answer import Candidate
from registries.resolution.sentences import all_of, are, names, place


def chosen(one: Candidate, host: str) -> str:
    """Say why this one was chosen."""
    return f"It is the only one at {host} that is not paused." if one.prefix else f"It is for the whole of {host}."


def only_part(one: Candidate) -> str:
    """Say why one for a part of the host lost."""
    return f"It is for {place(one)} alone, and the whole host is asked for."


def tied(others: Sequence[Candidate], host: str) -> str:
    """Say which others are at the host too."""
    return f"It is at {host}, and so {are(others)} {names(others)}."


def answer(one: Candidate, host: str, *, others: Sequence[Candidate]) -> str:
    """Say which connection the host gets, and what that leaves out; `others` are at the same host."""
    if one.prefix:
        paused = " that is not paused" if others else ""
        return f"{one.name} is the only registry of this team at {host}{paused}. Its login is for {place(one)}."
    awake = [other for other in others if not other.paused]
    limit = f" A host alone never leads to {names(awake, 'or')}." if awake else ""
    return f"{one.name} is for {place(one)}.{limit}"


def ambiguous(best: Sequence[Candidate], host: str) -> str:
    """Say that several are equally near, and that only an image tells them apart."""
    fact = f"{names(best)} are {all_of(best)} at {host}, and a host alone does not tell which is meant."
    return f"{fact} Ask by image or by name instead."


def only_paused(resting: Sequence[Candidate], host: str) -> str:
    """Say that all there are is paused."""
    if len(resting) == 1:
        return f"{resting[0].name} is at {host}, and is paused. Resume it to pull with its login."
    return f"{names(resting)} are at {host}, and are paused. Resume the one that is meant."


def public(host: str) -> str:
    """Say that images from this host are pulled without a login."""
    return f"No registry of this team is at {host}, so its images are pulled without a login."
