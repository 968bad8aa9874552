"""The lines of a file as the page shows them: highlighted, numbered, with what is said of them; and those that changed."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import YamlLexer

from registries.forms.spec_changes import Change, can_be_shown, undoing
from registries.specs import fixing
from registries.specs.verdicts import Known, Verdict
from registries.views.spec_words import Said

# The lexer takes a time that grows with the square of a line's length, on lines that somebody made for it: 50 s for 64 KiB
# of `%`. Within these bounds the worst that was found took 0.3 s, and a file as people write it 40 ms.
LONGEST_HIGHLIGHTED = 64 * 1024  # characters of a file
LONGEST_LINE = 300
MOST_LINES = 3000  # beyond this, only those near something that is said are shown
AROUND = 6
MOST_MARKED = 40  # of the rows of one image; of one that takes more, the first and the last are marked
_GRAVEST_FIRST = ("bad", "warn", "ok")


@dataclass(kw_only=True)
class Row:
    """A line, how it is coloured, and what is said under it; `skipped` counts the lines that are left out before it."""

    number: int
    html: SafeString
    kind: str = ""
    skipped: int = 0
    said: list[Said] = field(default_factory=list)
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A line of a change, with its number before and after, "" where it is not there."""

    kind: str
    before: int | str
    after: int | str
    text: str


def split_lines(text: str) -> list[str]:
    """Return the lines of a text without their ends, as `Span` counts them; even a blank text has one."""
    return text.splitlines() or [""]


def highlighted_lines(text: str) -> list[SafeString]:
    """Return each line as HTML: escaped in any case, with classes where it is short enough to be highlighted quickly."""
    lines = split_lines(text)
    plain: list[SafeString] = [escape(line) for line in lines]
    if len(text) > LONGEST_HIGHLIGHTED:
        return plain
    # A line that is too long stands aside; its place is held by a word, so that the others keep theirs.
    short = [line if len(line) <= LONGEST_LINE else "x" for line in lines]
    lexer = YamlLexer(stripnl=False, ensurenl=False)
    marked = highlight("\n".join(short), lexer, HtmlFormatter(nowrap=True)).split("\n")
    if len(marked) < len(lines):
        return plain
    # Pygments escapes what it marks up.
    pairs = zip(lines, plain, marked, strict=False)
    return [mark_safe(html) if len(line) <= LONGEST_LINE else own for line, own, html in pairs]  # noqa: S308


def rows(text: str, verdicts: Sequence[tuple[Verdict[Known], Said]]) -> Iterator[Row]:
    """Yield the lines of a file, or of a long one those that matter, with what is said of its images under them."""
    starts = _starts(text)
    kinds: dict[int, str] = {}
    under: dict[int, list[Said]] = defaultdict(list)
    for verdict, one in verdicts:
        spans = [verdict.span]
        if one.kind == "ok" and verdict.use.named and verdict.span == verdict.use.named.span:
            spans.append(verdict.use.image.span)  # What resolves are both lines.
        for span in spans:
            for at in _marked(_row(starts, span.start), _row(starts, max(span.start, span.end - 1))):
                kinds[at] = min(filter(None, [kinds.get(at), one.kind]), key=_GRAVEST_FIRST.index)
        under[_row(starts, max(verdict.span.start, verdict.span.end - 1))].append(one)
    lines = highlighted_lines(text) if len(text) <= LONGEST_HIGHLIGHTED else split_lines(text)
    last = -1
    for at in range(len(lines)) if len(lines) <= MOST_LINES else _near([0, *kinds], len(lines)):
        html = conditional_escape(lines[at])
        yield Row(number=at + 1, html=html, kind=kinds.get(at, ""), skipped=at - last - 1, said=under.get(at, []))
        last = at


def excerpt(text: str, line: int, fault: str) -> list[Row]:
    """Return the lines around one that cannot be read, with the reason under it; none where it has no line."""
    lines = split_lines(text)
    if not 0 < line <= len(lines):
        return []
    first = max(line - AROUND, 1)
    shown = [
        Row(number=number, html=html)
        for number, html in enumerate(highlighted_lines("\n".join(lines[first - 1 : line + 3])), start=first)
    ]
    shown[line - first].kind, shown[line - first].fault = "bad", fault
    return shown


def changed_lines(text: str, change: Change) -> list[Changed] | None:
    """Return the lines of a change; none where it is spread over too many, None where the text does not have it."""
    back = undoing(text, change)
    if back is None:
        return None
    if not can_be_shown(text, change):
        return []
    return [
        Changed(kind=line.kind, before=line.before or "", after=line.after or "", text=line.text)
        for line in fixing.difference(fixing.apply(text, back), text)
    ]


def tally(verdicts: Sequence[Said]) -> Mapping[str, int]:
    """Return how many verdicts there are of each kind."""
    counts: dict[str, int] = defaultdict(int)
    for one in verdicts:
        counts[one.kind] += 1
    return counts


def _starts(text: str) -> list[int]:
    """Return where each line begins, in characters."""
    return [0, *accumulate(len(line) for line in text.splitlines(keepends=True)[:-1])]


def _row(starts: Sequence[int], offset: int) -> int:
    return bisect_right(starts, offset) - 1


def _marked(first: int, last: int) -> Collection[int]:
    """Return which rows of an image are marked: hundreds of images may share a scalar that is as long as the file."""
    return range(first, last + 1) if last - first < MOST_MARKED else (first, last)


def _near(marks: Sequence[int], count: int) -> list[int]:
    """Return the rows near some, in order."""
    near = {at for mark in marks for at in range(mark - AROUND, mark + AROUND + 1)}
    return sorted(at for at in near if 0 <= at < count)
