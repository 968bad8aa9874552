"""Where something can be put into a file so that it stays the file that it was; None wherever that is not certain."""

import re

from registries.specs.lines import Lines
from registries.specs.nodes import Mapping, Node, Pair, Scalar, Sequence
from registries.specs.spec import Gap

_INDENTATION = re.compile(r"[ -]*")
_COLON = re.compile(r"[ \t]*:")
_JSON = '"'


def behind(lines: Lines, pair: Pair) -> Gap | None:
    """Return the gap behind a pair, in its own mapping."""
    home, value = pair.home, pair.value
    if home.braced:
        return None if _taken(pair) or _many_lines(value) else Gap(at=value.end, before=", ")
    if not _begins_its_line(lines, pair) or _many_lines(value):
        return None
    column = lines.place(pair.key.outset)[1] - 1
    return Gap(at=lines.end(value.end), before=lines.newline(value.end) + " " * column)


def before(lines: Lines, pair: Pair) -> Gap | None:
    """Return the gap before a pair, in its own mapping, however many lines it has."""
    at = pair.key.outset
    if pair.home.braced:
        return None if _taken(pair) else Gap(at=at, before="", after=", ")
    if not _begins_its_line(lines, pair):
        return None
    return Gap(at=at, before="", after=lines.newline(at) + " " * (lines.place(at)[1] - 1))


def first(lines: Lines, pair: Pair) -> Gap | None:
    """Return the gap before the first item of the list in a pair."""
    items = pair.value
    if not isinstance(items, Sequence) or items.aliased or _taken(pair):
        return None
    if items.flow:
        return Gap(at=items.start + 1, before="", after=", " if items.items else "")
    indentation = lines.before(items.start)
    if not _INDENTATION.fullmatch(indentation):
        return None
    return Gap(at=items.start, before="- ", after=lines.newline(items.start) + " " * len(indentation))


def _taken(pair: Pair) -> bool:
    """Say whether others share what would be changed, or it is JSON, which knows no text without quotes."""
    return pair.home.aliased or (isinstance(pair.key, Scalar) and pair.key.style == _JSON and pair.home.flow)


def _begins_its_line(lines: Lines, pair: Pair) -> bool:
    """Say whether a pair of a block stands as `key: value`, with nothing but dashes before it."""
    key = pair.key
    if _taken(pair) or pair.home.flow or not isinstance(key, Scalar):
        return False
    plain = _COLON.match(lines.text, key.end)
    return plain is not None and _INDENTATION.fullmatch(lines.before(key.outset)) is not None


def _many_lines(value: Node) -> bool:
    """Say whether it is not known where a value ends, or whether it ends with the empty lines behind it."""
    if isinstance(value, Scalar):
        return value.nothing or value.keeps
    return isinstance(value, Mapping | Sequence)
