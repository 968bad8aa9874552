"""
The changes that were taken in a file, carried in its form so that each can be undone: nothing of a file is stored.

What is carried is the text that went and the text that came, and where; not a second file.
"""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from registries.specs.verdicts import Edit, Fix

MOST_CHARACTERS = 16 * 1024  # of all that is carried; beyond it, what was changed first can be undone no more
MOST_PARTS = 10  # of one change; those that Berth offers have one or two
_APART = 400  # lines over which a change may be spread to be shown, since comparing more takes long


@dataclass(frozen=True)
class Part:
    """One place of a change: an offset into the text that has the change, in characters, and what went and came there."""

    start: int
    gone: str
    come: str


Change = tuple[Part, ...]


def change_of(text: str, fix: Fix) -> Change:
    """Return what a fix changes in a text."""
    parts, shift = [], 0
    for edit in sorted(fix.edits, key=lambda edit: edit.start):
        parts.append(Part(edit.start + shift, text[edit.start : edit.end], edit.text))
        shift += len(edit.text) - (edit.end - edit.start)
    return tuple(parts)


def undoing(text: str, change: Change) -> Fix | None:
    """Return what takes a change back, None where the text is not the one that has it."""
    if any(text[part.start : part.start + len(part.come)] != part.come for part in change):
        return None
    edits = tuple(Edit(part.start, part.start + len(part.come), part.gone) for part in change)
    return Fix(key="", title="Undo", edits=edits)


def can_be_shown(text: str, change: Change) -> bool:
    """Say whether a change stands in few enough lines to be compared with what was there."""
    if not change:
        return False
    start, end = min(part.start for part in change), max(part.start + len(part.come) for part in change)
    # What came and what lies between stands in the text. Lines end where those of a spec do, whatever ends them.
    return sum(len(one.splitlines()) for one in [text[start:end], *(part.gone for part in change)]) < _APART


def as_carried(changes: Sequence[Change]) -> str:
    """Write changes for a form; the oldest are left out where there are too many."""
    kept = list(changes)
    while len(written := json.dumps([[astuple(part) for part in change] for change in kept])) > MOST_CHARACTERS:
        del kept[0]
    return written


def read_carried(carried: str) -> tuple[Change, ...]:
    """Read the changes of a form, the oldest first; none where they are not as they were written."""
    if len(carried) > MOST_CHARACTERS:
        return ()
    try:
        changes = json.loads(carried or "[]")
        return tuple(_change(change) for change in changes)
    except (ValueError, TypeError, RecursionError):
        return ()


def _change(parts: Any) -> Change:
    change = tuple(_part(*part) for part in parts)
    ends = [part.start + len(part.come) for part in change]
    if len(change) > MOST_PARTS or any(part.start < end for part, end in zip(change[1:], ends, strict=False)):
        raise ValueError("This is no change.")
    return change


def _part(start: Any, gone: Any, come: Any) -> Part:
    if not (type(start) is int and start >= 0 and isinstance(gone, str) and isinstance(come, str)):
        raise ValueError("This is no part of a change.")
    f"{gone}{come}".encode()  # JSON can write half a character, which no file holds.
    return Part(start, gone, come)
