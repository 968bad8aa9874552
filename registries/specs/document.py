"""
YAML into documents of nodes.

Nothing of a file is built but its nodes, each once: aliases are not expanded, tags make no objects. The parser is pulled
event by event, and never by a function that follows the nesting of a file on its own stack; limits stop it, so that no file
costs more than a second or two. Source of the limits: product page, section 7.
"""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

import yaml

from registries.specs import faults
from registries.specs.faults import fault_at
from registries.specs.lines import BYTE_ORDER_MARK, Lines
from registries.specs.nodes import Alias, Anchored, Mapping, Node, Pair, Scalar, Sequence
from registries.specs.spec import SpecFault

if TYPE_CHECKING:
    from yaml._yaml import Mark as CMark

LARGEST_BYTES = 256 * 1024
DEEPEST = 100
MOST_NODES = 100_000
_MOST_DIRECTIVES = 100

# Where the library was built without its parser in C, its own is some ten times slower, and else the same.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # YAML 1.1, section 5.1
_BREAKS = "\n\r\x85\u2028\u2029"
_WHITE = f" \t{_BREAKS}"
# An anchor or a tag, with what stands between it and its node.
_PROPERTY = re.compile(f"[&!][^{_WHITE}]*(?:[{_WHITE}]+|#[^{_BREAKS}]*)*")


def compose(text: str, asked: Collection[str]) -> tuple[Lines, list[Node]]:
    """
    Return a text’s lines and the roots of its documents. Raises `SpecFault`.

    What a mapping merges is known by the names that are `asked` alone.
    """
    lines = _lines_of_what_does_not_hurt(text)
    # The parser counts no byte order mark, and is given bytes, since it would ask any other kind of `str` to be a file.
    body = text.lstrip(BYTE_ORDER_MARK)
    composer = _Composer(lines, len(text) - len(body), asked)
    try:
        for event in yaml.parse(body.encode(), Loader=_LOADER):
            composer.take(event)
    except (yaml.YAMLError, ValueError) as error:
        fault = faults.said_by_parser(lines, composer.shift, error)
    else:
        return lines, composer.roots
    raise fault  # out here, so that the parser’s own error, which may quote the file, does not hang on it


def _lines_of_what_does_not_hurt(text: str) -> Lines:
    if len(text) > LARGEST_BYTES:
        raise SpecFault(faults.TOO_LARGE)
    lines = Lines(text)
    if odd := _NO_TEXT.search(text):
        raise fault_at(lines, odd.start(), faults.NO_TEXT)
    if len(text.encode()) > LARGEST_BYTES:
        raise SpecFault(faults.TOO_LARGE)
    # For each tag the parser goes through all prefixes that are declared.
    if sum(line.startswith("%TAG") for line in text.splitlines()) > _MOST_DIRECTIVES:
        raise SpecFault(faults.TOO_MANY_DIRECTIVES)
    return lines


class _Composer:
    """Puts events together."""

    def __init__(self, lines: Lines, shift: int, asked: Collection[str]) -> None:
        self.roots: list[Node] = []
        self.shift = shift
        self._lines, self._asked = lines, asked
        self._open: list[Sequence | Mapping] = []
        self._keys: list[Node | None] = []  # of each open mapping, the key that waits for its value
        self._anchors: dict[str, Anchored] = {}
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():
                self._add(self._anchored(event, self._scalar(event)))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._begin(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end(event)
            case yaml.AliasEvent():
                self._add(self._alias(event))
            case yaml.DocumentStartEvent():
                self._anchors = {}

    def _add(self, node: Node) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise fault_at(self._lines, node.outset, faults.TOO_MANY_NODES)
        if not self._open:
            self.roots.append(node)
            return
        around = self._open[-1]
        if isinstance(around, Sequence):
            around.items.append(node)
        elif (key := self._keys[-1]) is None:
            self._keys[-1] = node
        else:
            self._keys[-1] = None
            self._pair(around, Pair(key, node, around))

    def _pair(self, mapping: Mapping, pair: Pair) -> None:
        mapping.pairs.append(pair)
        key = pair.key.target if isinstance(pair.key, Alias) else pair.key
        if not isinstance(key, Scalar):
            return
        # Quoted or not is the same here, as it is in the JSON that most programs make of a file first.
        first = mapping.names.setdefault(key.text, pair)
        if first is not pair:
            raise faults.twice(self._lines, first.key.outset, pair.key.outset)

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        outset, start, end = self._place(event)
        node: Sequence | Mapping
        if isinstance(event, yaml.SequenceStartEvent):
            node = Sequence(outset, start, end, event.tag or "", bool(event.flow_style))
        else:
            # A single pair within brackets is a mapping in flow style too, and its event has no width.
            braced = bool(event.flow_style) and end > start and self._lines.text[end - 1] == "{"
            node = Mapping(outset, start, end, event.tag or "", bool(event.flow_style), braced)
        self._anchored(event, node)
        self._add(node)
        self._open.append(node)
        self._keys.append(None)
        if len(self._open) > DEEPEST:
            raise fault_at(self._lines, outset, faults.TOO_DEEP)

    def _end(self, event: yaml.MappingEndEvent | yaml.SequenceEndEvent) -> None:
        node = self._open.pop()
        self._keys.pop()
        node.end = self._offset(event.end_mark)
        if isinstance(node, Mapping):
            node.close(self._asked)

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        outset, start, end = self._place(event)
        style, keeps = event.style or "", False
        if style in ("|", ">"):
            # It ends where the next line that is not its own begins.
            stands = self._lines.text[start:end].rstrip(_WHITE)
            end, keeps = start + len(stands), "+" in stands[:3].split(maxsplit=1)[0]
        return Scalar(event.value, outset, start, end, event.tag or "", style, keeps)

    def _alias(self, event: yaml.AliasEvent) -> Alias:
        outset, _, end = self._place(event)
        anchored = self._anchors.get(event.anchor or "")
        if anchored is None:
            raise fault_at(self._lines, outset, faults.NO_ANCHOR)
        anchored.aliased = True
        return Alias(anchored, outset, end)

    def _anchored(self, event: yaml.NodeEvent, node: Anchored) -> Anchored:
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _place(self, event: yaml.NodeEvent) -> tuple[int, int, int]:
        """Return where a node begins with its anchor and tag, where without, and where it ends."""
        outset, end = self._offset(event.start_mark), self._offset(event.end_mark)
        start = outset
        for _ in filter(None, () if isinstance(event, yaml.AliasEvent) else (event.anchor, getattr(event, "tag", None))):
            behind = _PROPERTY.match(self._lines.text, start)
            start = behind.end() if behind else start
        return outset, min(start, end) if isinstance(event, yaml.ScalarEvent) else start, end

    def _offset(self, mark: "yaml.Mark | CMark | None") -> int:
        return mark.index + self.shift if mark else 0
