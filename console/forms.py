"""What may be typed about people and teams."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from console.models import Installation, Team, User


class TeamForm(forms.Form):
    """A new team."""

    name = forms.CharField(label="Team name", max_length=80, help_text="As people say it. Its address follows from it.")

    def found(self, *, by: User) -> Team:
        return Team.objects.found(self.cleaned_data["name"], by=by)


class SetUpForm(forms.Form):
    """The first owner and the first team."""

    name = forms.CharField(label="Your name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label="Email",
        max_length=254,
        help_text="You sign in with it.",
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=1024,
        help_text="10 characters or more.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    team = forms.CharField(
        label="Team name", max_length=80, help_text="Registries belong to a team. You can make more teams later."
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "password" in data:
            try:
                validate_password(data["password"], User(email=data.get("email", ""), name=data.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return data

    def set_up(self) -> Team:
        """Make the owner and the team. Raises AlreadySetUp."""
        return Installation.this().set_up(**self.cleaned_data)
