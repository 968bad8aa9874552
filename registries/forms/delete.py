"""The form that confirms a deletion."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _

from console.sentences import say
from registries.flavors.base import TextField

if TYPE_CHECKING:
    from registries.models import Connection, Referrers


class DeleteForm(forms.Form):
    """Confirms a deletion. One button is enough, unless something refers to the connection; then its name is typed."""

    def __init__(self, data: Any = None, *, connection: "Connection", referrers: "Referrers") -> None:
        super().__init__(data)
        self.connection = connection
        if referrers.count:
            self.fields["name"] = TextField(
                label=say("Name"), help_text=format_html(_("Type <b>{name}</b> to delete it."), name=connection.name)
            )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.connection.name:
            raise ValidationError(_("This is not its name."), code="name")
        return name
