"""
The team's activity as a file, for spreadsheets (CSV) and for programs (JSON lines); the oldest row first, as logs are read.

The columns are those that a row's digest is made of, its source, and the digest. JSON lines hold them as they are, so
whoever has a file can check the chain without Berth, as README says. In CSV what a spreadsheet would take for a formula is
made harmless [L11]. It begins with a byte order mark, without which Excel reads the bytes of UTF-8 as letters of its own.

A file is made in parts, and each part asks the database anew: between two of them nothing is held, no thread, no cursor and
no transaction, however slowly somebody reads.
"""

import csv
import io
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from console.models import chain

if TYPE_CHECKING:
    from console.models import Event
    from console.models.events import EventQuerySet, Span

COLUMNS = (
    "number", "at", "source", "verb", "who", "login", "by", "subject", "about", "detail", "said", "address", "team",
    "previous", "digest",
)  # fmt: skip

PART_ROWS = 200
"""How many rows of the team one part looks at, and so about how many a slow reader keeps in memory."""

FILE_SECONDS = 540.0
"""How long a file may take, so that its last line can still say that it is not whole before the answer is ended."""

BROKEN_OFF = "This file is not whole: Berth ran into a fault while it made it, or it took too long to be read."
"""The last line then, since the beginning is sent, and with it that all is well."""

ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}
"""What some programs take for the end of a line, as JSON may write it too."""

# At the beginning, and after what parts cells or rows in a country where that is not the comma: then a quote begins a cell
# too, and ends it again, since each is written twice. A blank may be left out. What parts is not among these, so that
# a text is gone through once.
FORMULA = re.compile(r"(^|[;\t\r\n\x0b\x0c])((?:[^\S\t\r\n\x0b\x0c]|\")*)(?=[=+\-@\t\r＝＋－＠])")


def rows(events: "EventQuerySet", span: "Span") -> Iterator[list["Event"]]:
    """Yield the rows within a span that fit, in order of number, in lists of at most PART_ROWS. Raises TimeoutError."""
    ends = time.monotonic() + FILE_SECONDS
    for number in range(span.first, span.last + 1, PART_ROWS):
        if time.monotonic() >= ends:
            raise TimeoutError
        last = min(number + PART_ROWS - 1, span.last)
        yield list(events.filter(number__gte=number, number__lte=last).order_by("number"))


def told(event: "Event") -> Mapping[str, Any]:
    """Return a row as files have it: column → number or text."""
    columns = chain.told(event) | {"source": event.verb.partition(":")[0], "digest": event.digest}
    return {name: columns[name] for name in COLUMNS if name in columns}


def as_json_lines(parts: Iterator[list["Event"]]) -> Iterator[bytes]:
    """Yield a line of JSON for each row. Raises what making a part raises, after a line that says so."""
    try:
        for part in parts:
            yield "".join(f"{json.dumps(told(event), ensure_ascii=False)}\n" for event in part).translate(ESCAPED).encode()
    except Exception:
        yield json.dumps({"fault": BROKEN_OFF}).encode() + b"\n"
        raise


def as_csv(parts: Iterator[list["Event"]]) -> Iterator[bytes]:
    """Yield the columns' names, and a line for each row. Raises what making a part raises, after a line that says so."""
    yield "\ufeff".encode() + _csv([COLUMNS])
    try:
        for part in parts:
            yield _csv([_harmless(_cells(told(event))) for event in part])
    except Exception:
        yield _csv([[BROKEN_OFF]])
        raise


def _cells(columns: Mapping[str, Any]) -> list[Any]:
    return [columns.get(name, "") for name in COLUMNS]


def _harmless(line: list[Any]) -> list[Any]:
    """Return a line without what a spreadsheet takes for a formula: an apostrophe stands before what would begin one."""
    if not FORMULA.search("\n".join(map(str, line))):  # As good as always; and one look is sooner taken than fifteen.
        return line
    return [FORMULA.sub(r"\1'\2", value) if isinstance(value, str) else value for value in line]


def _csv(lines: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


FORMATS = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/jsonl; charset=utf-8", as_json_lines),
}
