"""What is said of the images of a file: for each one a verdict, made of findings of one gravity, with their fixes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from console.sentences import together
from registries.distribution import Reference
from registries.resolution.answer import C_co, Candidate
from registries.specs.spec import Span, Use


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Rule(StrEnum):
    """What a finding is about. The values are part of the API, and stay as they are."""

    # ok
    RESOLVES = "resolves"  # a connection that works holds it
    PUBLIC = "public"  # nothing is needed
    CATALOGUED = "catalogued"  # one of the preconfigured containers
    FOUND = "found"  # looked up: it is there
    # warnings
    NOT_NAMED = "not_named"  # a connection holds it, and the step names none
    NO_REGISTRY = "no_registry"  # it looks private, and nothing holds it
    NO_TAG = "no_tag"
    LATEST = "latest"
    VARIABLE = "variable"  # known only when the file is run
    FORMER_NAME = "former_name"  # the connection has another name now, and answers to this one for a while
    UNCHECKED = "unchecked"  # the connection was never checked, or could not be just now
    ENDS_BEFORE = "ends_before"  # its login ends before the day that was given
    NO_PULL_SECRET = "no_pull_secret"  # noqa: S105  # a pod names no Secret
    OTHER_PULL_SECRET = "other_pull_secret"  # noqa: S105  # it names others than Berth hands out
    NO_PLATFORM = "no_platform"  # looked up: nothing for linux/amd64
    NOT_LOOKED_UP = "not_looked_up"  # the limits, or a registry that does not answer
    # errors
    UNKNOWN_NAME = "unknown_name"
    WRONG_HOST = "wrong_host"
    WRONG_PREFIX = "wrong_prefix"
    PAUSED = "paused"
    AMBIGUOUS = "ambiguous"
    FAILING = "failing"  # the connection’s last check failed
    ENDED = "ended"  # its login has ended
    MALFORMED = "malformed"  # no image reference
    NOT_FOUND = "not_found"  # looked up: there is no such image
    REFUSED = "refused"  # looked up: the registry did not let the login, or nobody, have it


@dataclass(frozen=True, kw_only=True)
class Health:
    """
    What is known of a connection’s health when a file is judged.

    `level` is OK where it is connected; `sentence` follows "Resolves to X, " and ends without a full stop, e.g. "last
    checked 4 min ago" or "but its last check failed: sign-in refused". `state` is what a list says of that, such as
    "sign-in refused", or "" where the rule says enough. `repair` is the words for the way to mend it and the id of the
    field on its page, both "" where nothing is to mend.
    """

    level: Level
    sentence: str
    state: str = ""
    ends_at: datetime | None = None
    repair: tuple[str, str] = ("", "")


class Known(Candidate, Protocol):
    """A connection whose health is known."""

    @property
    def health(self) -> Health: ...


K = TypeVar("K", bound=Known)


@dataclass(frozen=True)
class Edit:
    """
    What replaces the text between two offsets, in characters; equal ones put something in.

    `reads_as` is the name that has to be read there afterwards, where that is not certain by how it is written.
    """

    start: int
    end: int
    text: str
    reads_as: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class Fix:
    """
    A change that mends a finding. `key` tells it from the others of the same file, and stays while the file does.

    `named` is the registry that it names, "" where its title has none.
    """

    key: str
    title: str  # "Use ghcr-northwind"
    edits: tuple[Edit, ...]
    named: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    level: Level
    rule: Rule
    sentence: str
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a registry said of an image: all of it, or only why it is not known."""

    finding: Finding  # FOUND, NO_PLATFORM, NOT_FOUND, REFUSED or NOT_LOOKED_UP
    digest: str = ""
    platforms: tuple[str, ...] = ()
    size_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict(Generic[C_co]):
    """
    What is said of one image: all findings of the gravest level that it has, at least one.

    `span` is where it is said: the name of the registry where that is at fault or resolves, else the image. `about` is the
    connection that it resolves to, or that is blamed. `summary` is a few words for a list: "ghcr-nortwind: not found".
    """

    use: Use
    reference: Reference | None
    about: C_co | None
    span: Span
    findings: Sequence[Finding]
    summary: str
    looked: Looked | None = field(default=None)

    @property
    def level(self) -> Level:
        return self.findings[0].level

    @property
    def sentence(self) -> str:
        return together(*(finding.sentence for finding in self.findings))
