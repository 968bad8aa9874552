"""
What an image consists of, read from its manifest: OCI image-spec, and its forerunner by Docker.

Everything that is kept is either counted by us or one of a list of known words, so that no text of a registry's own
choosing goes further than this file.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from console.sentences import say
from registries.distribution.allowance import Allowance
from registries.distribution.answers import Answer
from registries.distribution.errors import NotARegistry
from registries.distribution.reference import is_digest

_INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_IMAGES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_OLD_IMAGES = (
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.docker.distribution.manifest.v1+json",
)
_KNOWN = _INDEXES + _IMAGES + _OLD_IMAGES
ACCEPT = ", ".join(_KNOWN)

_SYSTEMS = frozenset({"aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "solaris", "wasip1", "windows"})
_ARCHITECTURES = frozenset({
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64",
    "s390x", "wasm",
})  # fmt: skip
_VARIANTS = frozenset({"v5", "v6", "v7", "v8", "v9"})

USUAL_PLATFORM = "linux/amd64"
_LARGEST_BYTES = 10**15  # a petabyte: what says it is larger says nothing


@dataclass(frozen=True)
class Manifest:
    """
    An image as its registry describes it.

    `digest` is computed from the manifest's bytes. `size_bytes` sums what a pull downloads, None where no manifest says
    it. `platforms` are written as `linux/amd64` or `linux/arm/v7`, in the manifest's order; () where they are not known.
    An index has no size of its own: `sized_for` is then the platform whose size it is, else "". `allowance` tells the
    pulls that are left, where the registry counts them.
    """

    digest: str
    media_type: str
    size_bytes: int | None
    platforms: tuple[str, ...]
    sized_for: str = ""
    allowance: Allowance | None = None


@dataclass(frozen=True)
class ManifestBody:
    """A manifest as it was received: what it is, and what it still refers to."""

    digest: str
    media_type: str
    content: dict[str, Any]

    @classmethod
    def read(cls, answer: Answer, *, asked_for: str, host: str) -> "ManifestBody":
        """Read an answer; raise `NotARegistry` where it is no manifest, or not the one whose digest was asked for."""
        digest = "sha256:" + hashlib.sha256(answer.body).hexdigest()
        if asked_for.startswith("sha256:") and asked_for != digest:
            raise NotARegistry(say("The registry sent something else than the digest that was asked for."), host=host)
        try:
            content = answer.json()
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise NotARegistry(say("The registry sent something that is not a manifest."), host=host, status=answer.status)
        claims = (answer.header("content-type").partition(";")[0].strip(), content.get("mediaType"))
        media_type = next((claim for claim in claims if claim in _KNOWN), "")
        if not media_type:
            raise NotARegistry(say("The registry sent a manifest of an unknown kind."), host=host, status=answer.status)
        return cls(digest, media_type, content)

    @property
    def size_bytes(self) -> int | None:
        """The bytes of the configuration and all layers, where this is one image and says so."""
        if self.media_type not in _IMAGES:
            return None
        parts = [_mapping(self.content.get("config")), *_mappings(self.content.get("layers"))]
        sizes = [size for part in parts if type(size := part.get("size")) is int and 0 <= size <= _LARGEST_BYTES]
        return sum(sizes) if len(sizes) == len(parts) else None

    @property
    def config_digest(self) -> str:
        """The digest of the configuration, which tells one image's platform; "" where there is none."""
        digest = _mapping(self.content.get("config")).get("digest")
        return digest if self.media_type in _IMAGES and isinstance(digest, str) and is_digest(digest) else ""

    @property
    def listed_platforms(self) -> tuple[str, ...]:
        """The platforms that an index lists, each once."""
        return tuple(dict.fromkeys(filter(None, (platform(entry.get("platform")) for entry in self._entries))))

    @property
    def usual_variant(self) -> tuple[str, str] | None:
        """The platform and the digest of the image that most pull from an index: linux/amd64, else the first one."""
        found = [(platform(entry.get("platform")), entry.get("digest")) for entry in self._entries]
        variants = [(name, digest) for name, digest in found if name and isinstance(digest, str) and is_digest(digest)]
        return next((variant for variant in variants if variant[0] == USUAL_PLATFORM), next(iter(variants), None))

    @property
    def _entries(self) -> list[dict[str, Any]]:
        return _mappings(self.content.get("manifests")) if self.media_type in _INDEXES else []


def is_manifest(answer: Answer) -> bool:
    """Whether an answer is said to be a manifest, which is all that the answer to a HEAD can be asked for."""
    return answer.header("content-type").partition(";")[0].strip() in _KNOWN


def platform(words: Any) -> str:
    """Write a platform, or an image's configuration, as `os/architecture[/variant]`; "" where its words are unknown."""
    known = _mapping(words)
    system, architecture, variant = (known.get(key) for key in ("os", "architecture", "variant"))
    if not (_is_one_of(system, _SYSTEMS) and _is_one_of(architecture, _ARCHITECTURES)):
        return ""
    return f"{system}/{architecture}" + (f"/{variant}" if _is_one_of(variant, _VARIANTS) else "")


def _is_one_of(value: Any, words: frozenset[str]) -> bool:
    return isinstance(value, str) and value in words


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [_mapping(item) for item in value] if isinstance(value, list) else []
