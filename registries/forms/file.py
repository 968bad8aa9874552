"""The form into which a file of logins is pasted."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from registries.flavors.file_or_text import FileOrTextInput
from registries.pasted.logins import LIMIT_BYTES, NotLogins, Pasted, read_logins


class LoginsField(forms.Field):
    """A file of logins, chosen or pasted; cleans to what was read in it. It never shows again what was given."""

    widget = FileOrTextInput(
        accept=".json,.yaml,.yml,application/json,application/yaml",
        placeholder="or paste its contents, or a docker login line",
    )

    def clean(self, value: Any) -> Pasted:
        upload, pasted = value or (None, None)
        content = pasted if pasted and pasted.strip() else self._text_of(upload) if upload else ""
        if not content.strip():
            raise ValidationError("Choose a file, or paste its contents.", code="required")
        try:
            return read_logins(content)
        except NotLogins as error:
            raise ValidationError(str(error), code="not_logins") from None

    def _text_of(self, upload: Any) -> str:
        if upload.size > LIMIT_BYTES:
            raise ValidationError(f"This file is larger than {LIMIT_BYTES // 1024} KB. Choose the file of logins alone.")
        content: bytes = upload.read()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValidationError("This file is not UTF-8 text. Choose the file itself, not an archive of it.") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Give a page nothing to show: what was given stays in the request."""
        return None


class LoginsForm(forms.Form):
    """A Docker configuration, a Kubernetes pull secret, or sign-in commands."""

    content = LoginsField(label="File")
