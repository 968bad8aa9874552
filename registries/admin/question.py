"""
The question that support is asked: which login does this image get in this team, and why not another one?

It is answered by the same rule and in the same sentences as on the team's own page, with what support needs beside it: how
the last test of that login went, which machines may have it, and what was answered to whoever asked for the image lately.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models import Team
from registries.distribution import InvalidReference, Reference
from registries.flavors.base import TextField
from registries.forms.image import ImageField
from registries.models import HandOut
from registries.models.token_uses import listed
from registries.resolution import canonical_host
from registries.which import resolved

LOOK_BACK = timedelta(days=30)
MOST_READ, SHOWN = 2000, 5


class QuestionForm(forms.Form):
    """An image, and the name that a workload file gives beside it."""

    image = ImageField(
        label=_("Image"),
        help_text=_("As the team gives it to docker pull, or the line it is in."),
        widget=forms.TextInput(attrs={"class": "vLargeTextField", "maxlength": 2000}),
    )
    named = TextField(
        label=_("Registry named beside it"),
        help_text=_("The name in containerRegistry, where the file has one."),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


def answered(team: Team, form: QuestionForm) -> dict[str, Any]:
    """Return what the page shows of the answer to a valid question."""
    image = form.cleaned_data["image"].reference
    told = resolved(team, image, form.cleaned_data["named"])
    chosen = told["chosen"]
    ailing = chosen and chosen.trouble and chosen.last_check
    return {
        **told,
        "steps": chosen.last_check.steps if ailing else (),
        "machines": _machines(team, told["resolution"].chosen),
        "asked_for": _asked_for(team, image),
    }


def _machines(team: Team, connection: Any) -> list[tuple[Any, bool]]:
    """Return the machine tokens in force, each with whether it may have a connection; none where none was chosen."""
    if connection is None:
        return []
    tokens = [token for token in listed(team.machine_tokens.all()) if token.in_force]
    return [(token, token.everything or connection.pk in {one.pk for one in token.connections.all()}) for token in tokens]


def _asked_for(team: Team, image: Reference) -> list[HandOut]:
    """Return the latest hand-outs for an image, whatever its tag; of a busy ledger the latest rows are looked at."""
    lately = HandOut.objects.filter(team=team, at__gt=timezone.now() - LOOK_BACK).exclude(asked="")
    rows = lately.select_related("connection")[:MOST_READ]
    return [row for row in rows if _same(row.asked, image)][:SHOWN]


def _same(asked: str, image: Reference) -> bool:
    try:
        reference = Reference.parse(asked)
    except InvalidReference:
        return False  # A server was asked for, by its name.
    return (canonical_host(reference.host), reference.repository) == (canonical_host(image.host), image.repository)
