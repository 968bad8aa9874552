"""An image that was pasted: the flavor whose form it belongs into, and what it fills in there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.core.exceptions import ValidationError

from registries.distribution import InvalidReference, Reference
from registries.flavors import FLAVORS, flavor_of
from registries.flavors.base import Flavor, inputs

# What stands in front of an image where people copy one from: a command, a Dockerfile, a workload file, a browser.
_IN_FRONT = re.compile(
    r"(?:\$\s*)?(?:sudo\s+)?(?:(?:docker|podman|nerdctl|crictl)\s+(?:image\s+)?(?:pull|push|run)|FROM|image:|containerImage:)\s+",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?:https?|docker|oci)://", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Found:
    """An image, and the form that it fills; `filled` is names of the flavor's fields to what is typed into them."""

    anywhere: ClassVar[str] = "other"  # the flavor of every host that no other flavor knows

    flavor: type[Flavor]
    reference: Reference
    filled: Mapping[str, str]

    @property
    def known(self) -> bool:
        """Whether the host belongs to a flavor of its own."""
        return self.flavor is not FLAVORS[self.anywhere]

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What was read, for people: labels and values, the image's own name last."""
        asked = inputs(self.flavor)
        read = [(str(asked[name].form_field.label), value) for name, value in self.filled.items() if value]
        return [*read, ("Test image", self.short)]

    @property
    def short(self) -> str:
        """The image without the path in front of its name: `ranker:2.4`."""
        return str(self.reference).rpartition("/")[2]

    @property
    def official(self) -> bool:
        """Whether it is one of Docker Hub's official images, which need no login."""
        return self.flavor.serves("docker.io") and self.reference.repository.startswith("library/")


def read_image(text: str) -> Found:
    """
    Read an image as people paste it, and find the form that it belongs into.

    Raises `InvalidReference` with a sentence that quotes nothing of the text, which may be anything from a clipboard.
    """
    reference = Reference.parse(bare(text))
    host, parts = reference.host.lower(), reference.repository.split("/")[:-1]
    for flavor in (flavor_of(host), FLAVORS[Found.anywhere]):
        filled = _accepted(flavor, flavor.filled_from(host, parts)) if flavor else None
        if flavor and filled is not None:
            return Found(flavor=flavor, reference=reference, filled=filled)
    raise InvalidReference("Berth has no form for this host. An image cannot be pulled from it either.")


def bare(text: str) -> str:
    """Return the image alone, without the command, scheme or quotes that were copied along."""
    line = _IN_FRONT.sub("", text.strip(), count=1).strip()
    if len(line) > 1 and line[0] == line[-1] and line[0] in "'\"`":
        line = line[1:-1].strip()
    return _SCHEME.sub("", line, count=1).rstrip("/")


def _accepted(flavor: type[Flavor], filled: Mapping[str, str]) -> dict[str, str] | None:
    """Return what is filled in as the form's own fields tidy it; None where one of them refuses it."""
    try:
        return {name: inputs(flavor)[name].form_field.clean(value) for name, value in filled.items()}
    except ValidationError:
        return None
