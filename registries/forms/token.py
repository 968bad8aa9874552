"""What is asked about a new machine token: its name, whose credentials it reads, and when it ends."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import languages
from registries.details import NAME
from registries.flavors.base import Input, TextField
from registries.models.machine_token import end_of, last_day

if TYPE_CHECKING:
    from console.models import Team
    from registries.models import Connection

SCOPES = (
    ("chosen", _("Chosen registries"), _("Registries added later are not included.")),
    ("all", _("All registries"), _("Those added later are included too.")),
)
SPANS = ((30, _("In 30 days ({day})")), (90, _("In 90 days ({day})")), (365, _("In a year ({day})")))
USUAL_DAYS = 90
DATE = "date"

# How the fields look, beside what every field has.
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "name": {"size": "mid"},
    "scope": {"sentences": {value: sentence for value, __, sentence in SCOPES}},
    "ends": {"mono": False},
    "ends_on": {"size": "short", "mono": False, "only_with": {"ends": [DATE]}},
}


def judge_token_name(name: str) -> None:
    """Refuse what cannot name a token: the grammar is that of a connection's name."""
    if not NAME.fullmatch(name):
        raise ValidationError(
            gettext("Use letters, digits, dots, dashes and underscores, and start with a letter or digit."), code="name"
        )


class RegistriesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # Django takes none when it runs.
    """Some of a team's registries. An id of another team's, one of nobody's and what is no id get the same answer."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError:
            sentence = gettext("One of these is not there any more. Look at the list again.")
            raise ValidationError(sentence, code="gone") from None


class TokenForm(forms.Form):
    """
    What is typed about a new token of a team.

    After `is_valid()`: `limited_to` are the connections it may have, None for all, and `ends_at` is when it ends.
    """

    name = TextField(
        label=_("Name"), help_text=_("The machine or job that will hold it."), max_length=64, validators=[judge_token_name]
    )
    scope = forms.ChoiceField(
        label=_("It reads credentials of"),
        choices=[(value, words) for value, words, __ in SCOPES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of these."), "invalid_choice": _("Choose one of these.")},
    )
    connections = RegistriesField(
        label=_("Of these registries"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )
    ends = forms.ChoiceField(
        label=_("Ends"),
        help_text=_("After a year at the latest. The list of tokens warns from 14 days before."),
        initial=str(USUAL_DAYS),
        widget=forms.Select(attrs={"class": "input--mid"}),
        error_messages={"required": _("Choose when it ends."), "invalid_choice": _("Choose one of these.")},
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Enter a date, such as 2026-11-30.")},
    )

    def __init__(self, data: Any = None, *, team: "Team") -> None:
        super().__init__(data)
        self.team, today = team, timezone.localdate()
        asked: Mapping[str, Any] = self.fields
        for name, look in LOOKS.items():
            asked[name].berth_input = Input(form_field=asked[name], group="", **look)
        asked["name"].error_messages["required"] = _("Enter a name.")
        chosen = asked["connections"]
        chosen.queryset = team.connections.order_by(Lower("name"))
        self.has_choice = chosen.queryset.exists()
        if not self.has_choice:
            asked["scope"].choices = [(value, words) for value, words, __ in SCOPES if value == "all"]
        self.initial["scope"] = "chosen" if self.has_choice else "all"
        days = [(str(n), words.format(day=languages.day(today + timedelta(days=n)))) for n, words in SPANS]
        asked["ends"].choices = [*days, (DATE, _("On a date I choose"))]
        asked["ends_on"].widget = forms.DateInput(
            attrs={"type": "date", "min": today.isoformat(), "max": last_day().isoformat()}, format="%Y-%m-%d"
        )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self.team.machine_tokens.filter(name__iexact=name).exists():
            raise ValidationError(name_taken(name), code="taken")
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("scope") == "chosen" and not data.get("connections", [None]):
            self.add_error("connections", gettext("Choose at least one registry."))
        if data.get("ends") != DATE:
            self.errors.pop("ends_on", None)
        elif "ends_on" in data and not (data["ends_on"] and timezone.localdate() <= data["ends_on"] <= last_day()):
            sentence = gettext("Enter a day from today to {last}, which is a year from now.")
            self.add_error("ends_on", sentence.format(last=languages.day(last_day())))
        return data

    @property
    def limited_to(self) -> "list[Connection] | None":
        return None if self.cleaned_data["scope"] == "all" else list(self.cleaned_data["connections"])

    @property
    def ends_at(self) -> datetime:
        ends: str = self.cleaned_data["ends"]
        in_days = timedelta(days=0 if ends == DATE else int(ends))
        return end_of(self.cleaned_data["ends_on"] if ends == DATE else timezone.localdate() + in_days)

    def error_summary(self) -> list[tuple[str, str]]:
        """Return the id of the first control of each field with a fault, and its first sentence."""
        return [(self[name].subwidgets[0].id_for_label, str(errors[0])) for name, errors in self.errors.items()]


def name_taken(name: str) -> str:
    """Say that a token of the team has this name."""
    return format_html(
        gettext("The name <b>{name}</b> is taken. Choose another name, or remove that token first."), name=name
    )
