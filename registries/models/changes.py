"""
What an edit changed, in words for the team's activity: what was chosen with what it was, and of all else that it changed.

The record cannot be mended and is kept long, and whoever mistypes puts a secret into any field that takes text: so nothing
that a person types freely is quoted, whatever field it stands in.
"""

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms

from console.languages import kept
from console.sentences import say, together
from registries.flavors.base import inputs

if TYPE_CHECKING:
    from registries.models.connection import Connection


class Setting(NamedTuple):
    """A setting at one time: its value in words, "" where there is none, and whether the words may be quoted."""

    words: str | date
    quoted: bool = False


def told(connection: "Connection") -> dict[str, Setting]:
    """Return what can be told of a connection's settings, by their labels."""
    fields = inputs(connection.flavor_class)
    known = {name: value for name, value in connection.settings.items() if name in fields}
    own = ((fields[name].form_field, value) for name, value in known.items())
    return {kept(field.label or ""): _setting(field, value) for field, value in own} | {
        say("Description"): Setting(connection.description),
        say("Purpose"): Setting(kept(connection.Purpose(connection.purpose).label), quoted=True),
        say("Test image"): Setting(connection.test_image),
        say("CA certificate"): Setting(connection.ca_certificate),
        say("Expiry"): Setting(connection.ends_on or "", quoted=True),
    }


def between(before: dict[str, Setting], after: dict[str, Setting]) -> str:
    """Return the differences, a sentence each; "" where there are none."""
    pairs = {label: (old, after.get(label, Setting("", old.quoted))) for label, old in before.items()}
    return together(*(_sentence(label, old, new) for label, (old, new) in pairs.items() if old.words != new.words))


def _sentence(label: str, old: Setting, new: Setting) -> str:
    if not (old.quoted and new.quoted):
        return say("{setting} changed.", setting=label)
    if not old.words:
        return say("{setting}: {value}.", setting=label, value=new.words)
    if not new.words:
        return say("{setting} taken out, which was {value}.", setting=label, value=old.words)
    return say("{setting} from {before} to {after}.", setting=label, before=old.words, after=new.words)


def _setting(field: forms.Field, value: object) -> Setting:
    """Return a choice in the words that the form has for it, and of what is no choice only what tells that it changed."""
    choices: dict[Any, Any] = dict(field.choices) if isinstance(field, forms.ChoiceField) else {}  # type: ignore[arg-type]
    return Setting(kept(choices[value]), quoted=True) if value in choices else Setting(str(value or ""))
