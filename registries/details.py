"""What every connection is asked for, whatever its flavor: its name, what it is for, how it is tested, whom it trusts."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.sentences import say
from registries.authorities import clean_pem
from registries.flavors.base import Input, TextField

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
RESERVED_NAMES = frozenset({"add", "import"})
PURPOSES = (
    ("pull", say("Pull"), say("Run images. Berth tests pulling only.")),
    ("push", say("Pull and push"), say("Also publish images. Berth tests an upload.")),
)


CHOOSE = gettext_lazy("Choose one of these.")


def judge_name(name: str) -> None:
    """Refuse what cannot name a connection."""
    if not NAME.fullmatch(name):
        raise ValidationError(
            _("Use letters, digits, dots, dashes and underscores, and start with a letter or digit."), code="name"
        )
    if name.lower() in RESERVED_NAMES:
        raise ValidationError(_("Berth’s own pages use this name. Choose another name."), code="reserved")


class AuthoritiesField(forms.CharField):
    """Certificates of an authority in PEM."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"})

    def clean(self, value: Any) -> Any:
        pasted = super().clean(value)
        return clean_pem(pasted) if pasted else ""


def detail_inputs() -> dict[str, Input]:
    """Return what every connection is asked for, whatever its flavor, by name."""
    purpose = forms.ChoiceField(
        label=say("What the team needs"),
        choices=[(value, words) for value, words, _ in PURPOSES],
        initial="pull",
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
    asked = {
        "name": Input(
            form_field=TextField(
                label=say("Name"),
                help_text=say(
                    "Workflow files use it as <code>containerRegistry</code>. Letters, digits, dots, dashes and "
                    "underscores."
                ),
                max_length=64,
                validators=[judge_name],
            ),
            group="name",
            size="mid",
        ),
        "description": Input(
            form_field=TextField(label=say("Description"), required=False, max_length=200), group="name", mono=False
        ),
        "ends_on": Input(
            form_field=forms.DateField(
                label=say("Credential ends"),
                help_text=say("Berth warns the team before that day."),
                required=False,
                input_formats=["%Y-%m-%d"],
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                error_messages={"invalid": gettext_lazy("Enter a date, such as 2026-11-30.")},
            ),
            group="credentials",
            size="short",
            mono=False,
        ),
        "purpose": Input(form_field=purpose, group="test", sentences={value: sentence for value, _, sentence in PURPOSES}),
        "test_image": Input(
            form_field=TextField(
                label=say("Test image"),
                help_text=say("An image in this registry. Without one, Berth tests up to signing in."),
                required=False,
                max_length=500,
            ),
            group="test",
        ),
        "ca_certificate": Input(
            form_field=AuthoritiesField(
                label=say("CA certificate"),
                help_text=say("PEM. Only if the certificate comes from your own authority."),
                required=False,
            ),
            group="network",
        ),
    }
    asked["name"].form_field.error_messages["required"] = gettext_lazy("Enter a name.")
    return asked
