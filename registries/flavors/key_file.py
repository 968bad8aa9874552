"""
Google's service account key: a JSON file that is chosen or pasted, judged before anything is sent anywhere.

What a key holds: reference page, "gcp", Secret format. People paste much else; each of those gets its own sentence.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from registries.distribution import Secret
from registries.flavors.fields import enter_lazily
from registries.flavors.file_or_text import FileOrTextInput

LIMIT_BYTES = 64 * 1024
EXPECTED: Mapping[str, re.Pattern[str]] = {
    "project_id": re.compile(r"[a-z0-9.:-]{1,100}", re.ASCII),
    "client_email": re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}", re.ASCII),
    "private_key": re.compile(
        r"\s*-----BEGIN [A-Z ]*PRIVATE KEY-----\r?\n[ -~\t\r\n]+\n-----END [A-Z ]*PRIVATE KEY-----\s*", re.ASCII
    ),
}
_HALF_A_CHARACTER = re.compile(r"[\ud800-\udfff]")


class KeyFileField(forms.Field):
    """A service account key as a file or as text; cleans to a `Secret` of its JSON, or None where both were left blank."""

    widget = FileOrTextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error_messages["required"] = enter_lazily(self.label)

    def clean(self, value: Any) -> Any:
        upload, pasted = value or (None, None)
        # A page with script reads the chosen file into the text area, so the text is what the person saw last.
        content = pasted if pasted and pasted.strip() else _read(upload) if upload else ""
        if not content:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        return Secret(service_account_key(content))

    def mends(self, value: Any) -> list[str]:
        """Return what is mended in what was given, in words such as "it was decoded from base64"."""
        upload, pasted = value or (None, None)
        if pasted and pasted.strip():
            content = pasted
        elif upload:
            upload.seek(0)
            content = upload.read().decode("utf-8", "replace")
        else:
            content = ""
        return [_("it was decoded from base64")] if _from_base64(content.strip()) else []

    def has_changed(self, initial: Any, data: Any) -> bool:
        return any(data or ())

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Give a page nothing to show: what was given stays in the request."""
        return None


def service_account_key(content: str) -> str:
    """
    Return the JSON of a service account key, from the JSON itself or from base64 of it.

    Raises `ValidationError` with a sentence that says what the text is instead, and never quotes it.
    """
    if len(content.encode("utf-8", "replace")) > LIMIT_BYTES:
        raise ValidationError(_("This is larger than 64 KB, so it is not a service account key."), code="large")
    content = content.strip().removeprefix("\ufeff").strip()
    if "\x00" in content:
        raise ValidationError(
            _("This holds a NUL character, so it is not the text of a key. Save the file as UTF-8, or download it again."),
            code="nul",
        )
    if _HALF_A_CHARACTER.search(content):
        raise ValidationError(
            _("This holds half a character, so it is not the text of a key. Save the file as UTF-8, or download it again."),
            code="encoding",
        )
    if content.startswith("-----BEGIN"):
        raise ValidationError(
            _("This is only the private key. Paste the whole file, from the first { to the last }."),
            code="private_key_only",
        )
    content = _from_base64(content) or content
    _judge(_parse(content))
    return content


def tells(content: str) -> Mapping[str, str]:
    """Return what pages may know of a key: the account's address and its project."""
    try:
        key = _parse(content)
    except ValidationError:
        return {}
    known = {name: str(key.get(name, "")) for name in ("client_email", "project_id")}
    known = {name: value if EXPECTED[name].fullmatch(value) else "" for name, value in known.items()}
    return {"client_email": known["client_email"], "key_project": known["project_id"]}


def _read(upload: Any) -> str:
    if upload.size > LIMIT_BYTES:
        raise ValidationError(_("This file is larger than 64 KB, so it is not a service account key."), code="large")
    content: bytes = upload.read()
    if not content.strip():
        raise ValidationError(_("This file is empty. Choose the file as it was downloaded."), code="empty")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValidationError(
            _("This file is not UTF-8 text. Choose the file as it was downloaded."), code="encoding"
        ) from None


def _from_base64(content: str) -> str:
    packed = "".join(content.split()).translate(str.maketrans("-_", "+/"))
    try:
        unpacked = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    unpacked = unpacked.removeprefix("\ufeff").strip()
    return unpacked if unpacked.startswith("{") and "\x00" not in unpacked else ""


def _parse(content: str) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _value in pairs}) != len(pairs):
            raise ValidationError(_("The same name stands twice in this file. Download the key again."), code="duplicate")
        return dict(pairs)

    def no_constant(name: str) -> NoReturn:
        raise ValidationError(
            _("This holds NaN or Infinity, which JSON does not have. Download the key again."), code="constant"
        )

    try:
        key = json.loads(content, object_pairs_hook=once, parse_constant=no_constant)
    except RecursionError:
        raise ValidationError(_("This is nested too deeply to be a service account key."), code="deep") from None
    except ValueError:
        if "-----BEGIN" in content and content.startswith("{") and content.endswith("}"):
            raise _damaged() from None
        raise ValidationError(
            _("This is not JSON. Paste the whole file, from the first { to the last }."), code="json"
        ) from None
    if not isinstance(key, dict):
        raise ValidationError(_wrong(_("This is JSON, but not a service account key.")), code="kind")
    return key


def _judge(key: dict[str, Any]) -> None:
    kind = key.get("type")
    if "installed" in key or "web" in key:
        raise ValidationError(_wrong(_("This is an OAuth client file, not a service account key.")), code="kind")
    if kind == "authorized_user":
        raise ValidationError(_wrong(_("This is the credential of a person, not a service account key.")), code="kind")
    if kind != "service_account":
        raise ValidationError(_wrong(_("This is JSON, but not a service account key.")), code="kind")
    for name, pattern in EXPECTED.items():
        value = key.get(name)
        if not isinstance(value, str) or not value.strip():
            raise ValidationError(
                format_html(_("This key has no <code>{field}</code>. Paste the whole file, as downloaded."), field=name),
                code="incomplete",
            )
        if not pattern.fullmatch(value):
            if name == "private_key" and value.isascii():
                raise _damaged()
            raise ValidationError(
                format_html(
                    _("The <code>{field}</code> of this key is damaged. Paste the whole file, as downloaded."), field=name
                ),
                code="damaged",
            )


def _wrong(what: str) -> SafeString:
    how_to_know = _(
        'A key says <code>"type": "service_account"</code> near the top. Download one under Service accounts, Keys.'
    )
    return format_html("{} {}", what, mark_safe(how_to_know))  # noqa: S308


def _damaged() -> ValidationError:
    return ValidationError(
        mark_safe(  # noqa: S308
            _(
                "The private key in this file is damaged: its line breaks are not written as <code>\\n</code> any more. "
                "Paste the whole file, as downloaded."
            )
        ),
        code="damaged",
    )
