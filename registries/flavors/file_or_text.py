"""The control for what comes as a file or as its text, such as a key file or a file of logins."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class FileOrTextInput(forms.MultiWidget):
    """A file input called `<name>_file` and a text area called `<name>`; neither ever shows what was given."""

    use_fieldset = False

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        *,
        accept: str = ".json,application/json",
        placeholder: str = "",
    ) -> None:
        area = {
            "class": "area area--mono",
            "rows": 5,
            "spellcheck": "false",
            "autocomplete": "off",
            "placeholder": placeholder or _("or paste its contents"),
        }
        super().__init__({"file": forms.FileInput(attrs={"accept": accept}), "": forms.Textarea(attrs=area)}, attrs)

    def decompress(self, value: Any) -> list[None]:
        return [None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        chooser, area = context["widget"]["subwidgets"]
        if identifier := context["widget"]["attrs"].get("id"):
            chooser["attrs"]["id"], area["attrs"]["id"] = f"{identifier}_file", identifier
        return context

    def id_for_label(self, id_: str) -> str:
        return id_

    def use_required_attribute(self, initial: Any) -> bool:
        return False
