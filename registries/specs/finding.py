"""
The images of a file’s documents, each once, with what stands around it that bears on its login.

An image that several mappings have, by an alias or a merge, is judged where they differ in what bears on it, else once.
What stands under a key that is there to be merged, such as Compose’s `x-…`, is judged by what merges it.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from registries.specs import gaps
from registries.specs.faults import TOO_MANY_IMAGES
from registries.specs.image_values import ImageValue, image_value, name_value
from registries.specs.kinds import IMAGE, REGISTRY
from registries.specs.lines import Lines
from registries.specs.naming import naming_of, shared
from registries.specs.nodes import Mapping, Node, Pair, Scalar, target
from registries.specs.places import Place, object_name, places
from registries.specs.pull_secrets import Pods
from registries.specs.spec import Gap, Naming, SpecFault, Use

MOST_IMAGES = 500


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A mapping that has an image, written in it or not, and the registry that is named for it, here or around."""

    place: Place
    image: Pair
    named: Pair | None

    @property
    def at(self) -> int:
        """Where it stands: at the image where that is written here, else at the mapping’s own beginning."""
        return self.image.key.outset if self.image.home is self.place.mapping else self.place.mapping.start

    @property
    def inherits(self) -> bool:
        """Whether a registry in the workflow’s defaults is for it, or would be, or may be."""
        own = {id(place.mapping) for place in (self.place, self.place.up) if place}
        return self.place.in_jobs and (self.named is None or id(self.named.home) not in own)

    @property
    def sameness(self) -> tuple[object, ...]:
        """What is equal for two that get one and the same verdict."""
        name = target(self.named.value) if self.named else None
        # What is no text is told of once, where it stands.
        text = (name.text, name.tag) if isinstance(name, Scalar) else id(name) if name else None
        pulling = self.place.pulling or self.place.pod
        return id(target(self.image.value)), text, self.place.kind[0], id(target(pulling.value)) if pulling else None


def find_uses(lines: Lines, roots: Iterable[Node]) -> tuple[Use, ...]:
    """Return the images in the order in which they stand. Raises `SpecFault` where there are more than 500."""
    everywhere = [place for root in roots for place in places(root)]
    pods = Pods(lines, everywhere)
    found: list[tuple[_Candidate, ImageValue]] = []
    candidates = [candidate for place in everywhere for candidate in _candidates(place)]
    for one in _once(candidates):
        if value := image_value(lines, one.image):
            found.append((one, value))
        if len(found) > MOST_IMAGES:
            raise SpecFault(TOO_MANY_IMAGES)
    objects = {id(one.place.object) for one, _ in found if one.place.object is not None}
    inheriting = {id(one.place.root) for one in candidates if one.inherits}
    of_several = shared((one.named, one.image.value) for one in candidates if one.named)
    uses = []
    for one, value in found:
        name = name_value(lines, one.named) if one.named else None
        mine = one.named is not None and id(one.named) not in of_several
        uses.append(
            Use(
                image=value.word,
                named=name.word if name else None,
                owner=_owner(one.place, several=len(objects) > 1),
                kind=one.place.kind[0],
                gap=None if value.fault else _gap(lines, one, inheriting),
                secrets=pods.secrets(one.place),
                fault=value.fault,
                variable=value.variable,
                naming=naming_of(lines, one.named) if one.named and mine else Naming.BESIDE,
                name_fault=name.fault if name else "",
                name_variable=name.variable if name else False,
            )
        )
    return tuple(uses)


def _candidates(place: Place) -> Iterator[_Candidate]:
    image = place.mapping.names.get(IMAGE) or _default_image(place)
    if image:
        yield _Candidate(place, image, _registry(place))


def _registry(place: Place) -> Pair | None:
    """Return where a registry is named: beside the image, by the step whose `with` has it, or in the defaults."""
    if REGISTRY in place.mapping.names or place.kind[1]:
        return place.mapping.names.get(REGISTRY)
    # A step that has an image of its own names the registry for that one.
    step = place.up.mapping.names if place.up and place.key == "with" and not place.item else {}
    around = step.get(REGISTRY) if IMAGE not in step else None
    return around or (_default(place.root, REGISTRY) if place.in_jobs else None)


def _default_image(place: Place) -> Pair | None:
    """Return the workflow’s default image for a step that names a registry and no image."""
    inner = place.mapping.at("with")
    has_image = isinstance(inner, Mapping) and IMAGE in inner.names
    if not place.in_jobs or place.kind[1] or has_image or REGISTRY not in place.mapping.names:
        return None
    return _default(place.root, IMAGE)


def _default(root: Mapping, name: str) -> Pair | None:
    defaults = root.at("defaults")
    if not isinstance(defaults, Mapping):
        return None
    inner = defaults.at("with")
    return defaults.names.get(name) or (inner.names.get(name) if isinstance(inner, Mapping) else None)


def _once(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """Leave out those that say nothing new, and templates where something is made of them."""
    real: dict[tuple[object, ...], _Candidate] = {}
    templates: dict[tuple[object, ...], _Candidate] = {}
    for one in candidates:
        (templates if one.place.in_template else real).setdefault(one.sameness, one)
    used = {sameness[0] for sameness in real}
    left = (one for sameness, one in templates.items() if sameness[0] not in used)
    return sorted([*real.values(), *left], key=lambda one: one.at)


def _gap(lines: Lines, one: _Candidate, inheriting: Collection[int]) -> Gap | None:
    """Return where a registry can be named; not where other images would get it too."""
    mapping, root = one.place.mapping, one.place.root
    named = mapping.names.get(REGISTRY)
    # What is merged gives way to what a mapping has itself.
    if one.image.home is not mapping or (named and named.home is mapping):
        return None
    defaults = root.at("defaults")
    default = isinstance(defaults, Mapping) and mapping in (defaults, defaults.at("with"))
    return None if default and id(root) in inheriting else gaps.behind(lines, one.image)


def _owner(place: Place, *, several: bool) -> str:
    """Return what people call a place, with the name of its object where there are several."""
    name = object_name(place.object) if several and place.object is not None else ""
    return f"{name}/{place.owner}" if name and name != place.owner else place.owner
