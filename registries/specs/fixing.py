"""Changes that mend a file: found again by their key, applied to its text, and shown as what goes and what comes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from registries.resolution.answer import Candidate
from registries.specs.verdicts import Fix, Verdict

_AROUND = 3  # lines that stay, shown on both sides of those that change
# Comparing takes a time that grows with the cube of the lines, on lines that somebody made for it: 0.6 s for so many.
MOST_COMPARED = 400
_Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Line:
    """
    A line of a difference, without its end; `before` and `after` are its numbers, from 1, None where it is not there.

    Where the numbers jump, lines that stay were left out.
    """

    kind: Literal["same", "removed", "added"]
    text: str
    before: int | None
    after: int | None


def find_fix(verdicts: Iterable[Verdict[Candidate]], key: str) -> Fix | None:
    """Return the fix of this key, None where it is offered no more."""
    fixes = (fix for verdict in verdicts for finding in verdict.findings for fix in finding.fixes)
    return next((fix for fix in fixes if fix.key == key), None)


def apply(text: str, fix: Fix) -> str:
    """Return the text with a fix in it, and with nothing else changed."""
    for edit in sorted(fix.edits, key=lambda edit: edit.start, reverse=True):
        text = f"{text[: edit.start]}{edit.text}{text[edit.end :]}"
    return text


def difference(before: str, after: str) -> tuple[Line, ...]:
    """
    Return the lines that differ between two texts, with a few around them that stay; none where they are the same.

    Where more than 400 lines lie between the first and the last that differ, all of those went and came.
    """
    # Lines end where those of a spec do, whatever ends them.
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    # What is the same at both ends is most of a file, and costs nothing to find.
    head = _common(zip(old, new, strict=False))
    tail = _common(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
    lines: list[Line] = []
    for tag, a, a_end, b, b_end in _opcodes(old, new, head, tail):
        if tag == "equal":
            rows = zip(range(a, a_end), range(b, b_end), strict=True)
            lines += [Line(kind="same", text=_bare(old[i]), before=i + 1, after=j + 1) for i, j in rows]
            continue
        lines += [Line(kind="removed", text=_bare(old[i]), before=i + 1, after=None) for i in range(a, a_end)]
        lines += [Line(kind="added", text=_bare(new[j]), before=None, after=j + 1) for j in range(b, b_end)]
    return tuple(lines)


def _opcodes(old: Sequence[str], new: Sequence[str], head: int, tail: int) -> list[_Opcode]:
    """Say how lines become others, as `SequenceMatcher` does; `head` and `tail` count those that stay at both ends."""
    start, more = max(head - _AROUND, 0), min(tail, _AROUND)
    end, new_end = len(old) - tail, len(new) - tail
    if max(end, new_end) - head > MOST_COMPARED:
        return [
            ("equal", start, head, start, head),
            ("replace", head, end, head, new_end),
            ("equal", end, end + more, new_end, new_end + more),
        ]
    # What stands often is compared too: the lines of a spec are much alike, and these are few.
    matcher = SequenceMatcher(a=old[start : end + more], b=new[start : new_end + more], autojunk=False)
    groups = matcher.get_grouped_opcodes(_AROUND)
    return [
        (tag, start + a, start + a_end, start + b, start + b_end) for each in groups for tag, a, a_end, b, b_end in each
    ]


def _bare(line: str) -> str:
    return "".join(line.splitlines())


def _common(pairs: Iterable[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count
