"""An image that was pasted: the flavor whose form it belongs into, and what it fills in there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.sentences import say
from registries.distribution import InvalidReference, Reference
from registries.flavors import ANYWHERE, flavor_of
from registries.flavors.base import Flavor, inputs

# What stands in front of an image where people copy one from: a command, a Dockerfile, a workload file.
_IN_FRONT = re.compile(
    r"""(?:[$\#>]\s*|-\s+)?(?:sudo\s+)?(?:
          (?:docker|podman|nerdctl|crictl|buildah)\s+(?:image\s+)?(?:pull|push|run)\s+
          (?:--platform\s+\S+\s+|--?[a-z][\w-]*(?:=\S+)?\s+)*
        | (?P<stage>FROM)\s+(?:--platform=\S+\s+)?
        | (?:container)?image:\s+
        | (?P<quote>["'])(?:container)?image(?P=quote)\s*:\s*
        )""",
    re.VERBOSE | re.IGNORECASE,
)
_SCHEME = re.compile(r"(?:https?|docker|oci)://", re.IGNORECASE)
# Pages of web sites whose address names an image, in other words than a pull would.
_PAGES = (
    (re.compile(r"hub\.docker\.com/(?:r|repository/docker)/([^/?#]+/[^/?#]+).*", re.IGNORECASE), r"docker.io/\1"),
    (re.compile(r"hub\.docker\.com/_/([^/?#]+).*", re.IGNORECASE), r"docker.io/library/\1"),
    (re.compile(r"quay\.io/repository/([^/?#]+/[^/?#]+).*", re.IGNORECASE), r"quay.io/\1"),
)
_PAGE_OF_NO_IMAGE = re.compile(r"hub\.docker\.com/(?:r|u|orgs|repositor(?:y|ies)|search)(?:[/?#].*)?", re.IGNORECASE)
_LONGEST_TEXT = 4096
_LONGEST_NAME_ALONE = 30


@dataclass(frozen=True, kw_only=True)
class Found:
    """An image, and the form that it fills; `filled` is names of the flavor's fields to what is typed into them."""

    flavor: type[Flavor]
    reference: Reference
    filled: Mapping[str, str]

    @property
    def known(self) -> bool:
        """Whether the host belongs to a flavor of its own."""
        return self.flavor is not ANYWHERE

    @property
    def parts(self) -> list[tuple[Any, str]]:
        """What was read, for people: labels and values, the image's own name last."""
        asked = inputs(self.flavor)
        read = [(asked[name].form_field.label, value) for name, value in self.filled.items() if value]
        return [*read, (say("Test image"), self.short)]

    @property
    def short(self) -> str:
        """The image below the address that the form is filled with: `ranker:2.4`."""
        address = self.flavor.without_secrets(self.filled).address
        return str(self.reference).removeprefix(f"{address}/").removeprefix(f"{self.reference.host}/")

    @property
    def official(self) -> bool:
        """Whether it is one of Docker Hub's official images, which need no login."""
        return self.flavor.serves("docker.io") and self.reference.repository.startswith("library/")


def read_image(text: str) -> Found:
    """
    Read an image as people paste it, and find the form that it belongs into.

    Raises `InvalidReference` with a sentence that quotes nothing of the text, which may be anything from a clipboard.
    """
    image = bare(text)
    if len(image.split()) != 1:
        raise InvalidReference(say("This is not an image reference."))
    if _PAGE_OF_NO_IMAGE.fullmatch(image):
        raise InvalidReference(say("This page of a web site is not the page of an image."))
    if "/" not in image:
        _refuse_what_no_official_image_is_called(re.split("[:@]", image, maxsplit=1)[0])
    reference = Reference.parse(image)
    host, parts = reference.host.lower(), reference.repository.split("/")[:-1]
    for flavor in filter(None, (flavor_of(host), ANYWHERE)):
        filled = flavor.reads(host, parts)
        if filled is not None:
            return Found(flavor=flavor, reference=_as_there(reference, flavor.without_secrets(filled)), filled=filled)
    raise InvalidReference(say("No registry can stand at the host in front of the first slash."))


def bare(text: str) -> str:
    """
    Return the image alone, without what was copied along: a command, a key, a scheme, quotes, a comment.

    Raises `InvalidReference` where the text is longer than 4096 characters.
    """
    if len(text) > _LONGEST_TEXT:
        raise InvalidReference(say("This is too long for an image reference."))
    line = text.strip()
    if lead := _IN_FRONT.match(line):
        image, *behind = line[lead.end() :].split(maxsplit=1)[:2] or [""]
        if not behind or behind[0].startswith("#") or (lead["stage"] and behind[0].lower().startswith("as ")):
            line = image.rstrip(",")
        else:
            line = line[lead.end() :]
    if len(line) > 1 and line[0] == line[-1] and line[0] in "'\"`":
        line = line[1:-1].strip()
    line = line[scheme.end() :] if (scheme := _SCHEME.match(line)) else line
    for page, image in _PAGES:
        if found := page.fullmatch(line):
            line = found.expand(image)
    return line.rstrip("/")


def _refuse_what_no_official_image_is_called(name: str) -> None:
    """
    Refuse a single word that the grammar takes for an official image of Docker Hub, and that is none.

    People paste a host and mean to go on, or a token; both would lead to a form for Docker Hub.
    """
    if "." in name or name == "localhost":
        raise InvalidReference(say("This names a host and no image."))
    if name == "sha256":
        raise InvalidReference(say("This is the ID of an image, not its name."))
    if len(name) > _LONGEST_NAME_ALONE:
        raise InvalidReference(say("This is not an image reference."))


def _as_there(reference: Reference, registry: Flavor) -> Reference:
    """Return the reference with its host as the form has it, which leaves out a default port."""
    if registry.is_at(reference.host):
        return reference
    return Reference.parse(registry.host + str(reference).removeprefix(reference.host))
