"""Which of a team's names is nearest to one that nobody has: as `difflib` sees it, over a thousand names at once."""

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from heapq import nlargest

_LONGEST_NAME = 64
_NEAR = 0.6  # the likeness from which on `difflib` itself calls two words close
_MOST_COMPARED = 20  # names made of the same characters in another order, say; past that no answer is worth its time


class Names:
    """
    A team's names, kept so that the nearest to another is found without comparing it with each.

    Two words are at most as like as the characters that they have in common, whatever the order. Those are counted by one
    operation on two integers, with a bit for the first `a`, one for the second, and so on; few names are left to compare.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._bits: dict[tuple[str, int], int] = {}
        # By the alphabet, so that of equally like names the first is found first.
        self._rows = [(name, self._mask(name.lower())) for name in sorted(names, key=lambda name: (name.lower(), name))]
        self._found: dict[str, str] = {}

    def nearest(self, asked: str) -> str:
        """Return the name most like this one, the first by the alphabet of those equally like; "" where none is near."""
        asked = asked.lower()
        if len(asked) > _LONGEST_NAME:
            return ""
        if asked not in self._found:
            self._found[asked] = self._nearest(asked)
        return self._found[asked]

    def _nearest(self, asked: str) -> str:
        mask = self._mask(asked)
        rows = [(2.0 * (mask & its).bit_count() / (len(asked) + len(name)), name) for name, its in self._rows]
        near = nlargest(_MOST_COMPARED, (row for row in rows if row[0] >= _NEAR), key=lambda row: row[0])
        matcher = SequenceMatcher(b=asked)
        best = (_NEAR, "")
        for at_most, name in near:
            if at_most < best[0]:
                break
            matcher.set_seq1(name.lower())
            likeness = matcher.ratio()
            if likeness > best[0] or (likeness == best[0] and _before(name, best[1])):
                best = likeness, name
        return best[1]

    def _mask(self, lower: str) -> int:
        """Return a bit for each character, the second of its kind another than the first."""
        seen: Counter[str] = Counter()
        mask = 0
        for mark in lower:
            seen[mark] += 1
            mask |= 1 << self._bits.setdefault((mark, seen[mark]), len(self._bits))
        return mask


def _before(name: str, other: str) -> bool:
    return not other or (name.lower(), name) < (other.lower(), other)
