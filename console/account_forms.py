"""The forms of allauth with labels in our own case: sentences, not titles."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm
from django import forms

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
