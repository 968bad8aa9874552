"""
The forms of allauth for second steps, with what they leave open closed.

A code is taken once, though its neighbours in time are taken too. The seed of an app that is being set up lies sealed in
the session, since sessions are rows. A passkey opens by itself only where it asked for a finger, a face or a PIN. What a
browser sends of a passkey is read by a library that fails in many ways at what no browser sends; each is a refusal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from struct import error as StructError  # noqa: N812  # Its own name says nothing.
from typing import Any, NoReturn

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as by_code
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.mfa.webauthn import forms as by_passkey
from allauth.mfa.webauthn.internal.auth import parse_authentication_response
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from console.forms import NameField
from console.second_step import codes, seeds

SEED_LOST = _(
    "What Berth keeps of your code app and recovery codes does not open any more, because its secret key is another one. "
    "Use a passkey, or ask whoever runs Berth to take your second step off."
)
REFUSED = _("That passkey is not one of this account, or it was asked too long ago. Try again.")
ADD_REFUSED = _("The browser’s answer could not be used. Load the page again, then add the passkey once more.")
NOT_VERIFIED = _("This passkey did not ask who you are, so it opens nothing by itself. Sign in with the password first.")

UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    StructError,
)
"""What the library raises at what it cannot read."""


# Codes --------------------------------------------------------------------------------------------------------------------


class _Code:
    """A code of an app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields["code"])  # type: ignore[attr-defined]  # It stands before a form.

    def clean_code(self) -> str:
        user, code = self.user, self.cleaned_data["code"]  # type: ignore[attr-defined]
        if codes.was_used(
            user, code
        ):  # Before the library: it would count the right code as a reason to forget wrong ones.
            check_rate_limit(user)
            _refuse_code()
        try:
            code = super().clean_code()  # type: ignore[misc]
        except seeds.SeedLost:
            raise ValidationError(SEED_LOST, code="seed_lost") from None
        if self.authenticator.type == Authenticator.Type.TOTP and not codes.use(user, code):  # type: ignore[attr-defined]
            _refuse_code()
        return str(code)


class Authenticate(_Code, by_code.AuthenticateForm):  # type: ignore[misc]  # allauth carries no types.
    pass


class Reauthenticate(_Code, by_code.ReauthenticateForm):  # type: ignore[misc]  # As above.
    pass


class ActivateTOTP(ActivateTOTPForm):  # type: ignore[misc]  # As above.
    """Set up a code app. What the page shows is the seed that the session keeps, and each new page has a new one."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.user = user
        forms.Form.__init__(self, *args, **kwargs)  # Past allauth's, which puts the seed into the session as it is.
        self.secret = (self._kept() if self.is_bound else None) or self._new()
        dress(self.fields["code"])

    def clean_code(self) -> str:
        code = str(super().clean_code())
        codes.use(self.user, code)
        return code

    @property
    def spelled(self) -> str:
        """The seed in groups of four, as people type it."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))

    def _kept(self) -> str | None:
        try:
            return seeds.opened(context.request.session.get(SECRET_SESSION_KEY, ""))
        except seeds.SeedLost:
            return None

    def _new(self) -> str:
        secret = str(generate_totp_secret())
        context.request.session[SECRET_SESSION_KEY] = seeds.sealed(secret)
        return secret


def dress(field: forms.Field, *, recovery: bool = False) -> None:
    """Let a field look and behave as one for a code does."""
    field.label = _("Recovery code") if recovery else _("Code")
    field.error_messages["required"] = _("Enter the code.")
    field.widget.attrs = {"class": "otp", "inputmode": "numeric", "maxlength": "12", "data-focus": True}
    field.widget.attrs["autocomplete"] = "off" if recovery else "one-time-code"


def _refuse_code() -> NoReturn:
    raise get_adapter().validation_error("incorrect_code")


# Passkeys -----------------------------------------------------------------------------------------------------------------


@contextmanager
def refused_as(words: str) -> Iterator[None]:
    """Refuse with these words what cannot be read or is not right; a limit that is reached keeps its own."""
    try:
        yield
    except ValidationError as error:
        if error.code != "incorrect_code":
            raise
        raise ValidationError(words, code=error.code) from None
    except UNREADABLE:
        raise ValidationError(words, code="incorrect_code") from None


class _Passkey:
    def clean_credential(self) -> Any:
        with refused_as(str(REFUSED)):
            return super().clean_credential()  # type: ignore[misc]  # It stands before a form.


class AuthenticatePasskey(_Passkey, by_passkey.AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth carries no types.
    pass


class ReauthenticatePasskey(_Passkey, by_passkey.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # As above.
    pass


class SignInByPasskey(_Passkey, by_passkey.LoginWebAuthnForm):  # type: ignore[misc]  # As above.
    """
    Sign in by a passkey alone.

    allauth asks the browser to verify the person, and judges the answer by what it asked last in this session. That may
    have been a question without it, put as a second step to somebody else's key. So the answer itself is looked at.
    """

    def clean_credential(self) -> Any:
        answer = self.cleaned_data["credential"]
        authenticator = super().clean_credential()
        if not parse_authentication_response(answer).response.authenticator_data.is_user_verified():
            raise ValidationError(NOT_VERIFIED, code="not_verified")
        return authenticator


class AddPasskey(by_passkey.AddWebAuthnForm):  # type: ignore[misc]  # As above.
    name = NameField(
        label=_("Name"),
        max_length=60,
        required=False,
        help_text=_("To tell it from others, such as the device it is on."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without the password"),
        required=False,
        initial=True,
        help_text=_("It then asks for a finger, a face or a PIN. Clear this for a security key that has none of these."),
    )

    def clean(self) -> Any:
        with refused_as(str(ADD_REFUSED)):
            return super().clean()


class RenamePasskey(by_passkey.EditWebAuthnForm):  # type: ignore[misc]  # As above.
    name = NameField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
