"""What an edit changed, in words for the team's activity: plain settings with what they were, and never a secret."""

from datetime import date
from typing import TYPE_CHECKING, Any

from registries.flavors.base import inputs

if TYPE_CHECKING:
    from registries.models.connection import Connection

LONGEST_QUOTED = 60
"""Characters of a value that is still quoted; of a longer one it is said that it was changed."""


def told(connection: "Connection") -> dict[str, str]:
    """Return what can be told of a connection's settings: label → value in words, "" where there is none."""
    fields = inputs(connection.flavor_class)
    known = {name: value for name, value in connection.settings.items() if name in fields}
    return {str(fields[name].form_field.label): _words(value) for name, value in known.items()} | {
        "Description": connection.description,
        "Purpose": connection.get_purpose_display(),
        "Test image": connection.test_image,
        "CA certificate": connection.ca_certificate,
        "Expiry": _words(connection.ends_on),
    }


def between(before: dict[str, str], after: dict[str, str]) -> str:
    """Return the differences, a sentence each; "" where there are none."""
    changed = [label for label, old in before.items() if old != after.get(label, "")]
    return " ".join(_sentence(label, before[label], after.get(label, "")) for label in changed)


def _sentence(label: str, old: str, new: str) -> str:
    if max(len(old), len(new)) > LONGEST_QUOTED or "\n" in old + new:
        return f"{label} changed."
    if not old:
        return f"{label}: {new}."
    return f"{label} from {old} to {new}." if new else f"{label} taken out, which was {old}."


def _words(value: Any) -> str:
    return f"{value.day} {value:%b %Y}" if isinstance(value, date) else str(value or "")
