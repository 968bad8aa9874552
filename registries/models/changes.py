"""
What an edit changed, in words for the team's activity: what was chosen with what it was, and of all else that it changed.

The record cannot be mended and is kept long, and whoever mistypes puts a secret into any field that takes text: so nothing
that a person types freely is quoted, whatever field it stands in.
"""

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms

from registries.flavors.base import inputs

if TYPE_CHECKING:
    from registries.models.connection import Connection


class Setting(NamedTuple):
    """A setting at one time: its value in words, "" where there is none, and whether the words may be quoted."""

    words: str
    quoted: bool = False


def told(connection: "Connection") -> dict[str, Setting]:
    """Return what can be told of a connection's settings, by their labels."""
    fields = inputs(connection.flavor_class)
    known = {name: value for name, value in connection.settings.items() if name in fields}
    return {
        str(fields[name].form_field.label): _setting(fields[name].form_field, value) for name, value in known.items()
    } | {
        "Description": Setting(connection.description),
        "Purpose": Setting(connection.get_purpose_display(), quoted=True),
        "Test image": Setting(connection.test_image),
        "CA certificate": Setting(connection.ca_certificate),
        "Expiry": Setting(_day(connection.ends_on), quoted=True),
    }


def between(before: dict[str, Setting], after: dict[str, Setting]) -> str:
    """Return the differences, a sentence each; "" where there are none."""
    pairs = {label: (old, after.get(label, Setting("", old.quoted))) for label, old in before.items()}
    return " ".join(_sentence(label, old, new) for label, (old, new) in pairs.items() if old.words != new.words)


def _sentence(label: str, old: Setting, new: Setting) -> str:
    if not (old.quoted and new.quoted):
        return f"{label} changed."
    if not old.words:
        return f"{label}: {new.words}."
    return f"{label} from {old.words} to {new.words}." if new.words else f"{label} taken out, which was {old.words}."


def _setting(field: forms.Field, value: object) -> Setting:
    """Return a choice in the words that the form has for it, and of what is no choice only what tells that it changed."""
    choices: dict[Any, Any] = dict(field.choices) if isinstance(field, forms.ChoiceField) else {}  # type: ignore[arg-type]
    return Setting(str(choices[value]), quoted=True) if value in choices else Setting(str(value or ""))


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""
