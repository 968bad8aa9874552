"""How another registry can be named for an image, so that the file stays one file and no other image gets that name too."""

from collections import defaultdict
from collections.abc import Iterable

from registries.specs.lines import Lines
from registries.specs.nodes import STRING_TAGS, Node, Pair, Scalar, target
from registries.specs.spec import Naming

_JSON = '"'


def shared(named: Iterable[tuple[Pair, Node]]) -> frozenset[int]:
    """
    Return which pairs name a registry for several images, by their ids: in the defaults, say, or in what is merged.

    Each pair comes with the image that it is for; several places that have one and the same image are no others.
    """
    images: dict[int, set[int]] = defaultdict(set)
    for pair, image in named:
        images[id(pair)].add(id(target(image)))
    return frozenset(pair for pair, its in images.items() if len(its) > 1)


def naming_of(lines: Lines, pair: Pair) -> Naming:
    """Return how the name in a pair, which is that of one image, is replaced by another."""
    value = pair.value
    said = target(value)
    if not isinstance(said, Scalar) or said.tag not in STRING_TAGS:
        return Naming.BESIDE
    if value is said and (said.aliased or not _stands(lines, pair, said)):
        return Naming.BESIDE
    json = isinstance(pair.key, Scalar) and pair.key.style == _JSON and pair.home.flow
    return Naming.IN_QUOTES if json else Naming.IN_PLACE


def _stands(lines: Lines, pair: Pair, value: Scalar) -> bool:
    """Say whether there is a place for a value; `? key` has none, nor has a key alone within braces."""
    return value.end > value.start or lines.text[pair.key.end : value.start].strip() == ":"
