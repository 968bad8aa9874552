"""The mappings of a document, each with what is around it that bears on its image."""

from collections.abc import Iterator
from dataclasses import dataclass

from registries.specs.kinds import SECRETS, is_object, kind_within
from registries.specs.nodes import Mapping, Node, Pair, Scalar, Sequence
from registries.specs.spec import Kind

_STRUCTURE = frozenset(
    {
        *("", "with", "container", "containers", "initContainers", "ephemeralContainers", "containerSet", "sidecars"),
        *("script", "spec", "template", "templates", "steps", "tasks", "items", "docker", "image", "deploymentspec"),
    }
)
_LONGEST_OWNER = 80


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """
    A mapping where it is written.

    `key` is the key that it stands at, itself or in a list, and `item` says that it is in one. `object` is the Kubernetes
    object around it, `pod` the pair of a pod’s containers or of a workflow’s templates, `pulling` that of
    `imagePullSecrets`.
    """

    mapping: Mapping
    up: "Place | None"
    key: str
    item: bool
    kind: tuple[Kind, bool]
    object: Mapping | None
    pod: Pair | None
    pulling: Pair | None
    in_jobs: bool
    in_template: bool

    @property
    def owner(self) -> str:
        """What people call this place: a name, else the nearest key that is not only structure, else the nearest."""
        nearest = ""
        place: Place | None = self
        while place is not None:
            if place.mapping is place.object:
                return object_name(place.mapping) or tidy(nearest)
            named = place.item or place.up is None or (place is self and self.object is not None)
            name = place.mapping.scalar("name") if named else None
            if name is not None and tidy(name.text):
                return tidy(name.text)
            if place.key not in _STRUCTURE:
                return tidy(place.key)
            nearest, place = nearest or place.key, place.up
        return tidy(nearest)

    @property
    def root(self) -> Mapping:
        place: Place | None = self.up
        return self.mapping if place is None else place.root


def places(root: Node) -> Iterator[Place]:
    """Go through the mappings that are written in a document, each once, whatever aliases lead to it."""
    waiting: list[tuple[Node, Place | None, str, bool]] = [(root, None, "", False)]
    while waiting:
        node, up, key, item = waiting.pop()
        if isinstance(node, Sequence):
            waiting.extend((one, up, key, True) for one in reversed(node.items))
        elif isinstance(node, Mapping):
            place = _place(node, up, key, item)
            yield place
            waiting.extend((pair.value, place, _text(pair.key), False) for pair in reversed(node.pairs))


def object_name(mapping: Mapping) -> str:
    """Return the name of a Kubernetes object, "" where it has none."""
    metadata = mapping.at("metadata")
    name = metadata.scalar("name") if isinstance(metadata, Mapping) else None
    return tidy(name.text) if name else ""


def tidy(text: str) -> str:
    """Return a name of a file as it may be shown: of characters that can be seen, and not long."""
    seen = "".join(mark for mark in text[: 2 * _LONGEST_OWNER] if mark.isprintable()).strip()
    return seen if len(seen) <= _LONGEST_OWNER else f"{seen[: _LONGEST_OWNER - 1]}…"


def _place(mapping: Mapping, up: Place | None, key: str, item: bool) -> Place:
    kind = kind_within(up.kind if up else None, key, mapping)
    around = None if is_object(mapping) else up
    inner = mapping if is_object(mapping) else up.object if up else None
    pod, pulling = (around.pod, around.pulling) if around else (None, None)
    # An Argo step’s `containerSet` has containers and is no pod; the spec of its workflow, with the `templates`, is.
    pods = () if key == "containerSet" or inner is None else ("containers", "templates")
    listed = (mapping.names[name] for name in pods if isinstance(mapping.at(name), Sequence))
    return Place(
        mapping=mapping,
        up=up,
        key=key,
        item=item,
        kind=kind,
        object=inner,
        pod=next(listed, pod),
        pulling=mapping.names.get(SECRETS, pulling) if inner else None,
        in_jobs=up is not None and (up.in_jobs or key == "jobs"),
        # Keys at the root that Compose and GitLab CI leave to people, to be merged elsewhere.
        in_template=up is not None and (up.in_template or (up.up is None and key.startswith(("x-", ".")))),
    )


def _text(key: Node) -> str:
    return key.text if isinstance(key, Scalar) else ""
