"""
The nodes of a YAML document, with where they stand. Sources: YAML 1.1, section 3.2; https://yaml.org/type/merge.html

An alias is a node of its own that leads to the node of its anchor. What walks along what is written comes by every node
once, however often aliases lead to it; a graph with cycles is a tree to it.
"""

from collections.abc import Collection
from collections.abc import Mapping as Names
from dataclasses import dataclass, field
from typing import TypeAlias

STRING_TAGS = ("", "!", "tag:yaml.org,2002:str")


@dataclass(slots=True, eq=False)
class Scalar:
    """`style` is "" for a plain one, else the mark that opens it: a quote, `|` or `>`. `tag` is "" for none."""

    text: str
    outset: int  # where its anchor or its tag begins, which stand before `start`
    start: int
    end: int
    tag: str = ""
    style: str = ""
    keeps: bool = False  # a block that has the empty lines behind it
    aliased: bool = False

    @property
    def nothing(self) -> bool:
        """Whether YAML reads it as null."""
        return not (self.style or self.tag) and self.text in ("", "~", "null", "Null", "NULL")


@dataclass(slots=True, eq=False)
class Sequence:
    """`flow` says that it is written in brackets; `end` is known then only."""

    outset: int
    start: int
    end: int
    tag: str = ""
    flow: bool = False
    items: "list[Node]" = field(default_factory=list)
    aliased: bool = False
    offers: "dict[str, Pair] | None" = None


@dataclass(slots=True, eq=False)
class Mapping:
    """
    `flow` says that it is written in flow style, `braced` that it has its braces; `end` is known then only.

    `names` has its own pairs by their keys, and after `close` what it merges too.
    """

    outset: int
    start: int
    end: int
    tag: str = ""
    flow: bool = False
    braced: bool = False
    pairs: "list[Pair]" = field(default_factory=list)
    names: "dict[str, Pair]" = field(default_factory=dict)
    aliased: bool = False

    def close(self, asked: Collection[str]) -> None:
        """
        Take in what it merges, of the names that are asked for alone. Its own come first, then the earlier of two.

        A chain of merges costs no more than its length: what is merged was closed before, but for a mapping within itself.
        """
        for pair in self.pairs:
            if isinstance(pair.key, Scalar) and pair.key.text == "<<" and not pair.key.style:
                for name, merged in _offers(target(pair.value), asked).items():
                    self.names.setdefault(name, merged)

    def scalar(self, name: str) -> Scalar | None:
        """Return the scalar at a key, None where there is none."""
        value = self.at(name)
        return value if isinstance(value, Scalar) else None

    def at(self, name: str) -> "Anchored | None":
        """Return what stands at a key, behind an alias too."""
        pair = self.names.get(name)
        return target(pair.value) if pair else None


@dataclass(slots=True, eq=False)
class Alias:
    target: "Anchored"
    outset: int
    end: int


Anchored: TypeAlias = Scalar | Sequence | Mapping
Node: TypeAlias = Anchored | Alias


@dataclass(slots=True, eq=False)
class Pair:
    """A key with its value, and the mapping in which they are written."""

    key: Node
    value: Node
    home: Mapping


def target(node: Node) -> Anchored:
    """Return the node itself, or the one that an alias leads to."""
    return node.target if isinstance(node, Alias) else node


def _offers(node: Anchored, asked: Collection[str]) -> Names[str, Pair]:
    """Return what a mapping that merges a node gets of it."""
    if isinstance(node, Mapping):
        return {name: node.names[name] for name in asked if name in node.names}
    if isinstance(node, Scalar):
        return {}
    if node.offers is None:
        node.offers = {}
        for item in node.items:
            mapping = target(item)
            if isinstance(mapping, Mapping):
                node.offers = {**_offers(mapping, asked), **node.offers}
    return node.offers
