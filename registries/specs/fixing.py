"""Changes that mend a file: found again by their key, applied to its text, and shown as what goes and what comes."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from registries.resolution.answer import Candidate
from registries.specs.verdicts import Fix, Verdict

_AROUND = 3  # lines that stay, shown on both sides of those that change


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
    """Return the lines that differ between two texts, with a few around them that stay; none where they are the same."""
    # Lines end where those of a spec do, whatever ends them.
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    # What is the same at both ends is most of a file, and costs nothing to find.
    head = _common(zip(old, new, strict=False))
    tail = _common(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
    start = max(head - _AROUND, 0)
    matcher = SequenceMatcher(a=old[start : len(old) - tail + _AROUND], b=new[start : len(new) - tail + _AROUND])
    lines: list[Line] = []
    for group in matcher.get_grouped_opcodes(_AROUND):
        for tag, a, a_end, b, b_end in group:
            if tag == "equal":
                rows = zip(range(start + a, start + a_end), range(start + b, start + b_end), strict=True)
                lines += [Line(kind="same", text=_bare(old[i]), before=i + 1, after=j + 1) for i, j in rows]
                continue
            gone, come = range(start + a, start + a_end), range(start + b, start + b_end)
            lines += [Line(kind="removed", text=_bare(old[i]), before=i + 1, after=None) for i in gone]
            lines += [Line(kind="added", text=_bare(new[j]), before=None, after=j + 1) for j in come]
    return tuple(lines)


def _bare(line: str) -> str:
    return "".join(line.splitlines())


def _common(pairs: Iterable[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count
