"""How the form of a connection is laid out: its groups, the neighbours in a row, the address, the list of its faults."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import languages
from registries.flavors.base import Flavor, Input
from registries.flavors.fields import in_a_sentence

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

    from registries.models import Connection

GROUPS = (
    ("name", "", ""),
    ("registry", gettext_lazy("Registry"), ""),
    (
        "credentials",
        gettext_lazy("Credentials"),
        gettext_lazy("Encrypted at rest. This form never shows a saved secret again, not even to you."),
    ),
    ("test", gettext_lazy("Test"), ""),
    ("network", gettext_lazy("Network"), ""),
)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Fields under one heading; each row is a list of the fields that stand side by side."""

    key: str
    title: "str | StrPromise"
    intro: "str | StrPromise"
    rows: list[list[BoundField]]


class LaidOut(forms.Form):
    """A form of declared inputs, as a page shows it."""

    if TYPE_CHECKING:
        flavor: type[Flavor]
        asked: dict[str, Input]
        connection: Connection | None
        registry: Flavor

    @property
    def groups(self) -> Iterator[Group]:
        """The fields under their headings, in order, neighbours in rows."""
        for key, title, intro in GROUPS:
            rows: list[list[BoundField]] = []
            beside = False
            for name, input_ in self.asked.items():
                if input_.group != key:
                    continue
                if beside and input_.side_by_side:
                    rows[-1].append(self[name])
                else:
                    rows.append([self[name]])
                beside = input_.side_by_side
            yield Group(key=key, title=title, intro=intro, rows=rows)

    @property
    def address_preview(self) -> str:
        """The address that the fields make up, or the shape of one."""
        if hasattr(self, "registry"):
            return self.registry.address
        if self.initial and not self.connection:
            return self.flavor.without_secrets(self.initial).address
        return self.connection.address if self.connection else self.flavor.blank_address

    @property
    def missing(self) -> str:
        """Say what is still to be typed into a form that something filled."""
        names = [
            languages.said(in_a_sentence(field.label))
            for name, field in self.fields.items()
            if field.required and not (self.initial.get(name) or field.initial)
        ]
        if not names:
            return _("Nothing is missing: test it, and save it.")
        if len(names) == 1:
            return _("Only the {label} is missing.").format(label=names[0])
        return _("Still missing: {labels}.").format(labels=languages.listed(names))

    def error_summary(self) -> list[tuple[str, str]]:
        """Return the id of each field with a fault, and its first sentence; the id is "" for faults of the whole form."""
        summary = []
        for name, errors in self.errors.items():
            of_a_group = name in self.fields and isinstance(self.fields[name].widget, forms.RadioSelect)
            identifier = self[name].auto_id if name in self.fields else ""
            summary.append((f"{identifier}_0" if of_a_group else identifier, str(errors[0])))
        return summary
