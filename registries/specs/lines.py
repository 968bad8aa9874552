"""
Lines and columns of a text.

Lines end where those of YAML 1.1 end (section 5.4), and so do those of `str.splitlines` in every text that YAML allows:
pages and terminals can split by that. A byte order mark stands before the first column.
"""

from bisect import bisect_right
from itertools import accumulate

from registries.specs.spec import Span

BYTE_ORDER_MARK = "\ufeff"


class Lines:
    """Finds the line of an offset; offsets count characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        lines = text.splitlines(keepends=True)
        self._starts = list(accumulate(map(len, lines), initial=0))
        if lines and lines[-1].splitlines()[0] == lines[-1]:
            self._starts.pop()  # nothing ends the last line
        self._starts[0] = len(text) - len(text.lstrip(BYTE_ORDER_MARK))

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1."""
        row = self._row(offset)
        return row + 1, max(offset - self._starts[row], 0) + 1

    def span(self, start: int, end: int) -> Span:
        line, column = self.place(start)
        end_line, end_column = self.place(end)
        return Span(start=start, end=end, line=line, column=column, end_line=end_line, end_column=end_column)

    def before(self, offset: int) -> str:
        """Return what stands before an offset in its line."""
        return self.text[self._starts[self._row(offset)] : offset]

    def end(self, offset: int) -> int:
        """Return where the line of an offset ends, its break not included."""
        row = self._row(offset)
        return self._starts[row] + len(self._line(row).rstrip(self._break(row)))

    def newline(self, offset: int) -> str:
        """Return what ends the line of an offset; in the last line, what ends the first."""
        row = self._row(offset)
        return self._break(row) or self._break(0) or "\n"

    def _row(self, offset: int) -> int:
        return max(bisect_right(self._starts, offset) - 1, 0)

    def _line(self, row: int) -> str:
        return self.text[self._starts[row] : self._starts[row + 1] if row + 1 < len(self._starts) else None]

    def _break(self, row: int) -> str:
        line = self._line(row)
        return line[len("".join(line.splitlines())) :]
