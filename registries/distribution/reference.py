"""
The name of an image: host, repository, tag, digest; parsed once, never changed.

The grammar is the one of https://github.com/distribution/reference, which every container tool shares, with its
rules for short names: `ubuntu` is `docker.io/library/ubuntu`. Its patterns are read with `fullmatch` and as ASCII,
since Python's `$` and `\\w` are wider than those of Go.
"""

import re
from dataclasses import dataclass
from typing import Self

from console.sentences import say

HUB = "docker.io"
_HUB_OLD_NAME = "index.docker.io"
_OFFICIAL_IMAGES = "library/"

_LONGEST_TEXT = 2048  # the grammar sets no limit for hosts, so the whole text gets one
_LONGEST_REPOSITORY = 255

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REPOSITORY = rf"{_COMPONENT}(?:/{_COMPONENT})*"
_TAG = r"\w[\w.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"

_WHOLE = re.compile(
    rf"(?:(?P<host>{_HOST})/)?(?P<repository>{_REPOSITORY})(?::(?P<tag>{_TAG}))?(?:@(?P<digest>{_DIGEST}))?", re.ASCII
)
_REPOSITORY_ALONE = re.compile(_REPOSITORY, re.ASCII)
_TAG_ALONE = re.compile(_TAG, re.ASCII)
_IMAGE_ID = re.compile(r"[a-f0-9]{64}", re.ASCII)
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_LOWER_HEX = re.compile(r"[a-f0-9]+", re.ASCII)


class InvalidReference(ValueError):
    """The text is not an image reference; the message is one sentence that says why."""


@dataclass(frozen=True)
class Reference:
    """An image by its full name. `tag` and `digest` are "" where they were not written."""

    host: str
    repository: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a reference as people write it, short names too; raise `InvalidReference` where it is not one."""
        if len(text) > _LONGEST_TEXT:
            raise InvalidReference(say("This is too long for an image reference."))
        if _IMAGE_ID.fullmatch(text):
            raise InvalidReference(say("This is the ID of an image, not its name."))
        host, rest = _split_host(text)
        name = rest.partition(":")[0]
        if name != name.lower():
            raise InvalidReference(say("The repository must be lower case."))
        match = _WHOLE.fullmatch(f"{host}/{rest}")
        # Where the host is not one by the grammar, the pattern reads it as part of the path and finds no host.
        if match is None or match["host"] is None:
            raise InvalidReference(say("This is not an image reference."))
        if len(match["repository"]) > _LONGEST_REPOSITORY:
            raise InvalidReference(say("The repository is longer than {count} characters.", count=_LONGEST_REPOSITORY))
        digest = match["digest"] or ""
        _check_digest(digest)
        return cls(host=match["host"], repository=match["repository"], tag=match["tag"] or "", digest=digest)

    @property
    def target(self) -> str:
        """What a manifest is asked for by: the digest, else the tag, else `latest`."""
        return self.digest or self.tag or "latest"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.host}/{self.repository}{tag}{digest}"


def is_repository(text: str) -> bool:
    """Whether this is a repository's full name, such as `library/ubuntu`."""
    return len(text) <= _LONGEST_REPOSITORY and _REPOSITORY_ALONE.fullmatch(text) is not None


def is_tag(text: str) -> bool:
    """Whether this is a tag, such as `22.04`."""
    return _TAG_ALONE.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether this is a digest of a known algorithm, such as `sha256:` and 64 hex digits."""
    try:
        _check_digest(text)
    except InvalidReference:
        return False
    return bool(text)


def _split_host(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    is_host = bool(slash) and (first == "localhost" or "." in first or ":" in first or first != first.lower())
    host, rest = (first, rest) if is_host else (HUB, text)
    if host == _HUB_OLD_NAME:
        host = HUB
    if host == HUB and "/" not in rest:
        rest = _OFFICIAL_IMAGES + rest
    return host, rest


def _check_digest(digest: str) -> None:
    if not digest:
        return
    algorithm, _, hexadecimal = digest.partition(":")
    if algorithm not in _DIGEST_LENGTHS:
        raise InvalidReference(say("The digest's algorithm is not supported."))
    if len(hexadecimal) != _DIGEST_LENGTHS[algorithm]:
        raise InvalidReference(
            say("A {algorithm} digest has {count} digits.", algorithm=algorithm, count=_DIGEST_LENGTHS[algorithm])
        )
    if not _LOWER_HEX.fullmatch(hexadecimal):
        raise InvalidReference(say("A digest is written in the digits 0-9 and a-f."))
