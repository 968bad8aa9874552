"""The forms of allauth with labels in our own case: sentences, not titles; and one whose work is done later."""

from functools import partial
from typing import Any

from allauth.account.forms import ChangePasswordForm, ResetPasswordForm, ResetPasswordKeyForm
from django import forms
from django.http import HttpRequest

from console import later

LABELS = {"oldpassword": "Current password", "password1": "New password", "password2": "New password, again"}


def in_our_words(form: forms.Form) -> None:
    for name, label in LABELS.items():
        if name in form.fields:
            form.fields[name].label = label


class ChangePassword(ChangePasswordForm):  # type: ignore[misc]  # allauth carries no types.
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self)


class ChooseNewPassword(ResetPasswordKeyForm):  # type: ignore[misc]  # As above.
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self)


class AskForNewPassword(ResetPasswordForm):  # type: ignore[misc]  # As above.
    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Have the link mailed later, where there is whom to mail it to: every address is answered as quickly [A6]."""
        later.do("a link for a new password", partial(super().save, request, **kwargs))
        return str(self.cleaned_data["email"])
