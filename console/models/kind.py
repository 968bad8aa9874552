"""The kinds of things that happen, by which people look for them: each word of the vocabulary is of one kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from console.models.verb import Verb

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Words of the vocabulary that belong together: those that begin with one of `beginnings`."""

    slug: str
    label: "str | StrPromise"
    beginnings: tuple[str, ...]

    @property
    def verbs(self) -> list[str]:
        return [verb.value for verb in Verb if kind_of(verb) is self]


KINDS: Sequence[Kind] = (
    Kind(slug="changes", label=_("Changes"), beginnings=("person:",)),
    Kind(slug="checks", label=_("Checks"), beginnings=("watcher:",)),
    Kind(slug="read", label=_("Credentials read"), beginnings=("machine:", "person:connection:reveal")),
    Kind(slug="sign-ins", label=_("Sign-ins"), beginnings=("person:session:", "watcher:session:")),
    Kind(slug="downloads", label=_("Downloads"), beginnings=("person:activity:",)),
    Kind(slug="staff", label=_("Support staff"), beginnings=("staff:",)),
)


def kind_of(verb: str) -> Kind | None:
    """Return the kind whose beginning fits a word best, which is the longest; None for a word that nobody knows."""
    fitting = [(len(start), kind) for kind in KINDS for start in kind.beginnings if verb.startswith(start)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None
