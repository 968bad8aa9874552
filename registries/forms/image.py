"""
The form of a page that checks one image: which registry it gets, or how a login that is typed for this once goes.

Source: product page, sections 6 and 7; security page, L6 and L7. Nothing of it is kept: what may be a secret is shown to no
page again, and is typed anew where the form has to be shown.
"""

import re
from copy import copy
from functools import reduce
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import languages
from console.sentences import say
from registries.distribution import InvalidReference, Secret
from registries.flavors import tokens
from registries.flavors.base import Flavor, Input, SecretField, TextField
from registries.flavors.fields import no_colon
from registries.pasted.image import Found, bare, read_image
from registries.pasted.login_line import read_login_line
from registries.pasted.once import registry_of

# As an image is meant to look: a host or a lower-case word, and what follows a slash. A password rarely does.
_LIKE_AN_IMAGE = re.compile(r"(?:[a-z0-9_-]+|[\w-]*[.:][\w.:-]*)/[\w./:+-]*(?:@sha\d*:?\w*)?", re.ASCII)


class ImageField(forms.Field):
    """An image in any form that people paste; cleans to a `Found`. What may be no image at all is not shown again."""

    widget = forms.TextInput(attrs={"maxlength": 2000})

    def clean(self, value: Any) -> Found:
        if not (value or "").strip():
            raise ValidationError(_("Enter an image, such as ghcr.io/acme/web:1.4."), code="required")
        try:
            return read_image(value)
        except InvalidReference as error:
            raise ValidationError(languages.said(error.args[0]), code="reference") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Give a page the image alone, without the command it stood in, or nothing where that may be a secret."""
        try:
            image = bare(data or "")
        except InvalidReference:
            return ""
        try:
            read_image(image)
        except InvalidReference:
            return image if _LIKE_AN_IMAGE.fullmatch(image) and not tokens.is_token(image) else ""
        return image


class ImageForm(forms.Form):
    """
    An image, and either the name that a file gives for its registry, or a login.

    `testing` says which of the two is asked; what belongs to the other is passed over, faults and all. After `is_valid()`:
    `found` is the image, and where it is tested `registry` is where it is pulled from, opened.
    """

    image = ImageField(
        label=_("Image"),
        help_text=_("A full reference, as you would give it to <code>docker pull</code>, or the line it is in."),
    )
    named = TextField(
        label=say("containerRegistry"),
        required=False,
        max_length=64,
        help_text=_("The name beside the image, where the file has one."),
    )
    username = TextField(label=say("Username"), required=False, max_length=255, validators=[no_colon])
    password = SecretField(label=say("Password or token"), required=False, max_length=16384, strip_ends=False)

    registry: Flavor

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        asked: dict[str, Any] = self.fields
        for name, size in (("image", ""), ("named", "mid"), ("username", ""), ("password", "")):
            asked[name].berth_input = Input(form_field=asked[name], group="", size=size)
        if self.data.get("password"):
            asked["password"].berth_kept = mark_safe(  # noqa: S308
                gettext("<b>What was typed here is not kept.</b> Enter it again to test with it.")
            )

    @property
    def testing(self) -> bool:
        """Whether the login is to be tried. Enter in a field presses no button: then what was typed tells."""
        pressed = self.data.get("do")
        if pressed in ("resolve", "test"):
            return bool(pressed == "test")
        return bool(self.data.get("username") or self.data.get("password"))

    @property
    def found(self) -> Found:
        found: Found = self.cleaned_data["image"]
        return found

    @property
    def anonymous(self) -> bool:
        """Whether no login was typed."""
        return self.cleaned_data.get("password") is None

    # What is valid ---------------------------------------------------------------------------------------------------

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound:
            self._hide_secrets_in_plain_fields()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ["named"] if self.testing else ["username", "password"]:
            self.errors.pop(name, None)
            data[name] = None if name == "password" else ""
        if self.testing:
            self._judge_login(data.get("username", ""), data.get("password"))
        if self.testing and not self.errors:
            try:
                self.registry = registry_of(data["image"], data["username"], data["password"])
            except ValidationError as error:
                self.add_error(None, error)
        return data

    def _judge_login(self, username: str, password: Secret | None) -> None:
        if {"username", "password"} & self.errors.keys():
            return
        if password and read_login_line(self.data["password"]):
            self.add_error("password", _("This is a whole sign-in command. Enter its password alone."))
        elif username and not password:
            self.add_error("password", _("Enter the password too, or leave both blank."))
        elif password and not username:
            self.add_error("username", _("Enter the username too, or leave both blank."))

    def _hide_secrets_in_plain_fields(self) -> None:
        """Blank a plain field that holds a secret: at some registries the token is the user name too."""
        data: Any = copy(self.data)  # What a request holds cannot be changed.
        for name in ("named", "username"):
            value = (data.get(name) or "").strip()
            if value and (tokens.is_token(value) or value == (data.get("password") or "").strip()):
                data[name] = ""
        self.data = data

    # What is said ----------------------------------------------------------------------------------------------------

    @property
    def hints(self) -> list[SafeString | str]:
        """What was mended in the login that is tested, and what is doubtful about it: HTML that quotes no secret."""
        if self.anonymous:
            return []
        field: Any = self.fields["password"]
        mended = [
            gettext("In the password, {mended}.").format(mended=reduce(_and, words))
            for words in [field.mends(self.data["password"])]
            if words
        ]
        doubts = tokens.hints(self.registry.better or type(self.registry), self.cleaned_data["password"])
        return [*mended, *doubts, *filter(None, [languages.said(self.registry.advice)])]

    def error_summary(self) -> list[tuple[str, str]]:
        """Return the id of each field with a fault, and its first sentence."""
        return [(self[name].auto_id, str(errors[0])) for name, errors in self.errors.items()]


def _and(first: str, last: str) -> str:
    return gettext("{first} and {last}").format(first=first, last=last)
