"""
The form into which a workload file is pasted or uploaded, to be checked.

Source: product page, section 7. The file is shown again, since its text is worked on; nothing of it is stored.
"""

import hashlib
from collections.abc import Mapping
from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from registries.flavors.base import Input
from registries.flavors.file_or_text import FileOrTextInput
from registries.forms.spec_changes import Change, read_carried

LIMIT_BYTES = 256 * 1024
_LONGEST_NAME = 100  # of a file, as it is shown
_UNREADABLE = "\ufffd"  # what a browser puts for bytes that are no UTF-8
_BOM = "\ufeff"

NOT_TEXT = _("This file is not UTF-8 text. Choose the workload file itself, not an archive of it.")
TOO_LARGE = _("This is larger than %(most)s KB. Check it in parts.")


def as_lines(text: str) -> str:
    """Return a text with its lines ended as browsers do not send them, but as files have them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix(_BOM)


def mark_of(text: str) -> str:
    """Return a few characters that tell one text from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class SpecInput(FileOrTextInput):
    """
    A file or its text, which shows the text.

    A file that was chosen counts where the text beside it is the one that the page came with: without JavaScript, nothing
    else tells that it takes the place of that text. With JavaScript, the file is read into the text at once.
    """

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["subwidgets"][1]["value"] = value[1] if isinstance(value, list) else value
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Any]:
        upload, pasted = super().value_from_datadict(data, files, name)
        pasted = as_lines(pasted or "")
        untouched = not pasted.strip() or data.get(f"{name}_mark") == mark_of(pasted)
        return [upload, pasted, bool(upload) and untouched]


class SpecField(forms.Field):
    """A workload file; cleans to its text, with lines that end in a line feed alone."""

    widget = SpecInput(accept=".yaml,.yml,application/yaml")

    def clean(self, value: Any) -> str:
        upload, pasted, upload_counts = value
        text = _text_of(upload) if upload_counts else pasted
        if len(text.encode()) > LIMIT_BYTES:
            raise _too_large()
        if upload and _UNREADABLE in text:
            _text_of(upload)
        if not text.strip():
            raise ValidationError(_("Choose a file, or paste its contents."), code="required")
        if "\0" in text:
            raise ValidationError(NOT_TEXT, code="nul")
        return text


def _too_large() -> ValidationError:
    return ValidationError(TOO_LARGE, code="size", params={"most": LIMIT_BYTES // 1024})


def _text_of(upload: Any) -> str:
    if not upload.size:
        raise ValidationError(_("This file is empty. Choose another one, or paste its contents."), code="empty")
    if upload.size > LIMIT_BYTES:
        raise _too_large()
    upload.seek(0)
    try:
        return as_lines(upload.read().decode("utf-8"))
    except UnicodeDecodeError:
        raise ValidationError(NOT_TEXT, code="encoding") from None


class SpecForm(forms.Form):
    """
    A workload file, and what is asked of it beside which login each image gets.

    Once it is bound, `text` is what the file is known to hold, faults or not, and `file_name` what it is called, "" where
    it was pasted. `changes` are those that were taken in it, the oldest first. Looking up is a test, so it is asked only of
    those who may test.
    """

    spec = SpecField(label=_("Workload file"), help_text=_("YAML, up to 256 KB. Checked in memory and not stored."))
    needed_until = forms.DateField(
        label=_("Needed until"),
        required=False,
        help_text=_("Berth says which logins end before that day."),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Enter a date, such as 2026-11-30.")},
    )
    look_up = forms.BooleanField(
        label=_("Look up each image at its registry"),
        required=False,
        help_text=_(
            "Asks whether it is there and for which platforms, with the login it gets. Nothing is pulled, and it counts as "
            "connection tests do."
        ),
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        initial: Mapping[str, Any] | None = None,
        may_look_up: bool = False,
    ) -> None:
        super().__init__(data, files, initial=dict(initial or {}))
        self.may_look_up = may_look_up
        if not may_look_up:
            del self.fields["look_up"]
        fields: Mapping[str, Any] = self.fields
        fields["spec"].berth_input = Input(form_field=fields["spec"], group="")
        fields["needed_until"].berth_input = Input(form_field=fields["needed_until"], group="", size="short", mono=False)
        fields["needed_until"].widget = forms.DateInput(
            attrs={"type": "date", "min": timezone.localdate().isoformat()}, format="%Y-%m-%d"
        )
        self.file_name: str = self.initial.get("file_name", "")
        self.text: str = self.initial.get("spec", "")
        self.changes: tuple[Change, ...] = ()

    @property
    def mark(self) -> str:
        """What tells, when the form comes back, whether its text is still the one that it is shown with."""
        return mark_of(self.text)

    @property
    def looks_up(self) -> bool:
        return bool(self.cleaned_data.get("look_up"))

    def full_clean(self) -> None:
        """Take the text of a file that was chosen as if it had been pasted, since no browser chooses a file again."""
        super().full_clean()
        if not self.is_bound:
            return
        upload, pasted, upload_counts = self.fields["spec"].widget.value_from_datadict(self.data, self.files, "spec")
        self.text = self.cleaned_data.get("spec", "" if upload_counts else pasted)
        name = upload.name if upload else self.data.get("file_name", "")
        self.file_name = "".join(filter(str.isprintable, name))[:_LONGEST_NAME]
        self.changes = read_carried(self.data.get("changes", ""))
        self.show(self.text)

    def show(self, text: str) -> None:
        """Show a text in place of what was sent."""
        self.data: Any = copy(self.data)  # What a request holds cannot be changed.
        self.data["spec"], self.files, self.text = text, MultiValueDict(), text

    def clean_needed_until(self) -> Any:
        day = self.cleaned_data["needed_until"]
        if day and day < timezone.localdate():
            raise ValidationError(_("Enter today or a later day."), code="past")
        return day

    def unjudged(self) -> "SpecForm":
        """Return the same form before anything was sent, so that its file can be worked on."""
        day, tick = self.data.get("needed_until", ""), self.data.get("look_up")
        initial = {"spec": self.text, "file_name": self.file_name, "needed_until": day, "look_up": tick}
        return SpecForm(initial=initial, may_look_up=self.may_look_up)

    def error_summary(self) -> list[tuple[str, str]]:
        """Return the id of each field with a fault, and its first sentence."""
        return [(self[name].auto_id, str(errors[0])) for name, errors in self.errors.items()]
