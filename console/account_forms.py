"""The forms of allauth with labels in our own case: sentences, not titles; and one whose work is done later."""

from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.account.models import EmailAddress
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from console import later

LABELS = {"oldpassword": _("Current password"), "password1": _("New password"), "password2": _("New password, again")}

SAID_BY_ALLAUTH = (gettext_noop("You must type the same password each time."),)
"""What people read of allauth as it is. Its catalogues address them in another way than ours, so these have it too."""


def in_our_words(form: forms.Form) -> None:
    for name, label in LABELS.items():
        if name in form.fields:
            form.fields[name].label = label


class ChangePassword(ChangePasswordForm):  # type: ignore[misc]  # allauth carries no types.
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self)

    def clean_oldpassword(self) -> str:
        """Judge the current password as at the sign-in, so that guesses at it are counted with those [A1]."""
        typed: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, typed):
            raise get_adapter().validation_error("enter_current_password")
        return typed


class ChooseNewPassword(ResetPasswordKeyForm):  # type: ignore[misc]  # As above.
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self)

    def clean(self) -> Any:
        """Refuse who may not sign in: a link of before would give the account a password that somebody else may know."""
        if self.user and not self.user.is_active:  # A link that is none has nobody.
            raise get_adapter().validation_error("account_inactive")
        return super().clean()


class AskForNewPassword(ResetPasswordForm):  # type: ignore[misc]  # As above.
    def clean_email(self) -> str:
        """Leave out whose address this is not, or not yet: an address that waits for its confirmation proves nothing."""
        email: str = super().clean_email()
        owners = set(EmailAddress.objects.filter(email=email.lower(), verified=True).values_list("user_id", flat=True))
        self.users: list[Any] = [user for user in self.users if user.pk in owners]
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Have the link mailed later, where there is whom to mail it to: every address is answered as quickly [A6]."""
        later.do("a link for a new password", partial(super().save, request, **kwargs))
        return str(self.cleaned_data["email"])
