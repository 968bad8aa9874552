"""
The form fields that flavors are made of, and the small tidiers that mend what was typed.

A tidier takes the stripped text and returns what is stored, or raises `ValidationError` with a sentence. It never puts
into that sentence what was typed, since a password may have been pasted into the wrong field.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import languages
from console.sentences import say_as
from registries.distribution import Secret
from registries.flavors.mending import mend

Tidy = Callable[[str], str]

PATH_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*", re.ASCII)
"""One part of an image's path, as in distribution/reference `regexp.go`."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_HOST = re.compile(rf"(?P<name>{_LABEL}(?:\.{_LABEL})*|\[(?P<v6>[0-9a-f:]+)\])(?::(?P<port>[0-9]{{1,5}}))?", re.ASCII)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.ASCII | re.IGNORECASE)
_DEFAULT_PORTS = {"https": "443", "http": "80"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_TYPING_AIDS_OFF = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def in_a_sentence(label: Any) -> str:
    """
    Return a label as it stands inside a sentence: "Registry URL" is "registry URL", "API token" stays.

    In other languages a label that is a sentence stays as it is.
    """
    words = str(label)
    return say_as(words[:1].lower() + words[1:] if words[1:2].islower() else words, label)


def enter(label: Any) -> str:
    """Ask for what a field must have."""
    return _("Enter the {label}.").format(label=languages.said(in_a_sentence(label)))


enter_lazily = lazy(enter, str)
TOO_LONG = gettext_lazy("Use at most %(limit_value)d characters.")


def refuse_control_characters(value: str) -> None:
    """Refuse line breaks, NUL and their kin, which have no place in a line and could split a header."""
    if _CONTROL.search(value):
        raise ValidationError(
            _("This holds a line break or another control character. Enter it as one line."), code="control"
        )


def no_colon(value: str) -> None:
    """Refuse `:` in a user name: Basic authentication and every Docker configuration cut there."""
    if ":" in value:
        raise ValidationError(_("A user name cannot contain a colon."), code="colon")


class TextField(forms.CharField):
    """A line of plain text; `tidy` mends it or refuses it."""

    def __init__(self, *, tidy: Tidy | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tidy = tidy
        self.validators = [
            refuse_control_characters,
            *(v for v in self.validators if not isinstance(v, ProhibitNullCharactersValidator)),
        ]
        self.error_messages["required"] = enter_lazily(self.label)
        self.error_messages["max_length"] = TOO_LONG

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), **_TYPING_AIDS_OFF}

    def to_python(self, value: Any) -> str:
        line: str = super().to_python(value) or ""
        return self.tidy(line) if line and self.tidy else line


class SecretField(forms.CharField):
    """
    A password input that never shows a value again; cleans to a `Secret`, or None where it was left blank.

    What a clipboard adds is mended, and `mends()` says what that was. Of a whole sign-in command the password is taken.
    """

    def __init__(self, *, strip_ends: bool = True, **kwargs: Any) -> None:
        attrs = {**_TYPING_AIDS_OFF, "autocomplete": "new-password"}
        super().__init__(strip=False, widget=forms.PasswordInput(render_value=False, attrs=attrs), **kwargs)
        self.strip_ends = strip_ends
        self.validators = [v for v in self.validators if not isinstance(v, ProhibitNullCharactersValidator)]
        self.error_messages["required"] = enter_lazily(self.label)
        self.error_messages["max_length"] = TOO_LONG

    def to_python(self, value: Any) -> str:
        return mend(super().to_python(value) or "", is_token=self.strip_ends)[0]

    def clean(self, value: Any) -> Any:
        line = super().clean(value)
        if _CONTROL.search(line):
            label = languages.said(in_a_sentence(self.label))
            raise ValidationError(
                _("The {label} holds a control character. Copy it again, as one line.").format(label=label), code="control"
            )
        return Secret(line) if line else None

    def mends(self, value: Any) -> list[str]:
        """Return what is mended in what was typed, in words such as "a line break at the end was removed"."""
        return mend(super().to_python(value) or "", is_token=self.strip_ends)[1]

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Give a page nothing to show: what was typed stays in the request."""
        return None


# Tidiers ------------------------------------------------------------------------------------------------------------


def ascii_only(value: str) -> str:
    """Return the text in lower case; refuse anything beyond ASCII, where look-alikes and foreign digits live."""
    if not value.isascii():
        raise ValidationError(_("Use plain letters a to z, digits and punctuation only."), code="ascii")
    return value.lower()


def path_component(what: str, *, host: str = "", pattern: re.Pattern[str] = PATH_COMPONENT, rule: str = "") -> Tidy:
    """Return a tidier for one part of an image's path; `what` is its label. A `host` that was pasted along is dropped."""

    def tidy(value: str) -> str:
        part = ascii_only(value).removeprefix("https://")
        part = (part.removeprefix(f"{host}/") if host else part).strip("/")
        if "/" in part:
            label = languages.said(in_a_sentence(what))
            raise ValidationError(_("Enter the {label} alone, without a slash.").format(label=label), code="slash")
        if part and not (pattern.fullmatch(part) and PATH_COMPONENT.fullmatch(part)):
            raise ValidationError(
                languages.said(rule)
                or _("Use lower-case letters and digits, with dots, dashes or underscores between them only."),
                code="path",
            )
        return part

    return tidy


def path(value: str) -> str:
    """Return a path of several parts, with no slash at either end; `/` alone is "", the whole registry."""
    parts = ascii_only(value).strip("/")
    if parts and not all(PATH_COMPONENT.fullmatch(part) for part in parts.split("/")):
        raise ValidationError(
            _("Use lower-case letters and digits, with dots, dashes or underscores between them, and single slashes."),
            code="path",
        )
    return parts


def pasted_path(value: str) -> str:
    """Return a path of several parts that may have been copied from a browser, its host still in front."""
    return path(ascii_only(value).removeprefix("https://"))


def without_host(below: str, *hosts: str) -> str:
    """Return a path without the host that was pasted along, where it is one of these."""
    first, _slash, rest = below.partition("/")
    return rest if first in hosts else below


def own_host(value: str, *, passed_over: Collection[str] = ("v1", "v2")) -> str:
    """Return `host[:port]` of a registry of one's own, on https. A path is passed over where it says nothing new."""
    scheme, host, below = read_address(value)
    if scheme != "https":
        raise ValidationError(
            _("This form is for https. A registry on plain http goes into the form Other."), code="scheme"
        )
    if below and below not in passed_over:
        raise ValidationError(_("Enter the host alone. What follows it has a field of its own."), code="slash")
    return host


# Addresses ----------------------------------------------------------------------------------------------------------


def read_address(value: str) -> tuple[str, str, str]:
    """
    Return the scheme, the host with its port, and the path of an address, in lower case.

    The address is judged as raw text before anything parses it: parsers drop, fold or repair what an attacker hides in
    one. The words that refuse it quote none of it.
    """
    try:
        return _read_address(value)
    except ValidationError as error:
        # Where a login may have been pasted along, the page must not show the address again.
        if any(mark in unicodedata.normalize("NFKC", value) for mark in "@?#"):
            error.code = "holds_secret"
        raise


def _read_address(value: str) -> tuple[str, str, str]:
    if "@" in value:
        raise ValidationError(
            _("Leave the login out of the address. The username and the password have fields of their own.")
        )
    if "?" in value or "#" in value:
        raise ValidationError(_("Leave out what follows ? or #. An address is a host, perhaps with a path."))
    if not value.isprintable() or any(mark in value for mark in " \\%"):
        raise ValidationError(_("An address has no spaces, control characters, backslashes or percent signs."))
    if not value.isascii():
        raise ValidationError(_("Use plain letters, digits and dots. Write an international name in its xn-- form."))
    value = value.lower()
    scheme = "https"
    if written := _SCHEME.match(value):
        scheme, value = written[1], value[written.end() :]
        if scheme not in _DEFAULT_PORTS:
            raise ValidationError(
                _("Berth speaks https, and http where an operator allowed it. Begin the address with https://.")
            )
    host, _slash, below = value.partition("/")
    return scheme, _judged_host(scheme, host), below.strip("/")


def _judged_host(scheme: str, authority: str) -> str:
    parts = _HOST.fullmatch(authority) if len(authority) <= 253 else None
    if not parts:
        raise ValidationError(_("This is not a host name. Enter one such as registry.example.com, perhaps with a port."))
    name, port = parts["name"], parts["port"]
    if parts["v6"]:
        try:
            ipaddress.IPv6Address(parts["v6"])
        except ValueError:
            raise ValidationError(_("This is not an IPv6 address. Write one such as [2001:db8::1]:5000.")) from None
    elif _NUMBER.fullmatch(name.rpartition(".")[2]):
        # Browsers and some libraries read 127.1 or 0x7f000001 as an address, and others as a name: it has to be plain.
        try:
            ipaddress.IPv4Address(name)
        except ValueError:
            raise ValidationError(_("This is not an IPv4 address. Write all four numbers, such as 192.0.2.10.")) from None
    if port and not 1 <= int(port) <= 65535:
        raise ValidationError(_("A port is a number from 1 to 65535."))
    nameable = "." in name or ":" in name or name == "localhost"
    if not nameable and not port:
        raise ValidationError(
            _("An image cannot name this host. Enter its full name, such as registry.example.com, or its port.")
        )
    return name if not port or (nameable and int(port) == int(_DEFAULT_PORTS[scheme])) else f"{name}:{int(port)}"
