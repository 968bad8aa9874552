"""The form into which a file of logins is pasted."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import languages
from registries.flavors.file_or_text import FileOrTextInput
from registries.pasted.logins import LIMIT_BYTES, NotLogins, Pasted, read_logins

PLACEHOLDER: Any = gettext_lazy("or paste its contents, or a docker login line")


class LoginsField(forms.Field):
    """A file of logins, chosen or pasted; cleans to what was read in it. It never shows again what was given."""

    widget = FileOrTextInput(
        accept=".json,.yaml,.yml,application/json,application/yaml",
        placeholder=PLACEHOLDER,
    )

    def clean(self, value: Any) -> Pasted:
        upload, pasted = value or (None, None)
        content = pasted if pasted and pasted.strip() else self._text_of(upload) if upload else ""
        if not content.strip():
            raise ValidationError(_("Choose a file, or paste its contents."), code="required")
        try:
            return read_logins(content)
        except NotLogins as error:
            raise ValidationError(languages.said(error.sentence), code="not_logins") from None

    def _text_of(self, upload: Any) -> str:
        if upload.size > LIMIT_BYTES:
            sentence = _("This file is larger than {size} KB. Choose the file of logins alone.")
            raise ValidationError(sentence.format(size=LIMIT_BYTES // 1024))
        content: bytes = upload.read()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            sentence = _("This file is not UTF-8 text. Choose the file itself, not an archive of it.")
            raise ValidationError(sentence) from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Give a page nothing to show: what was given stays in the request."""
        return None


class LoginsForm(forms.Form):
    """A Docker configuration, a Kubernetes pull secret, or sign-in commands."""

    content = LoginsField(label=gettext_lazy("File"))
