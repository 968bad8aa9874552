"""How templates put several things into one sentence."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from console import languages
from console.models import Team

register = template.Library()


@register.filter
def in_bold(teams: Iterable[Team]) -> SafeString:
    """Name teams, each in bold: "Northwind, Acme and Globex"."""
    names: list[str] = [format_html('<b translate="no">{}</b>', team.name) for team in teams]
    return mark_safe(languages.listed(names))  # noqa: S308  # The names are escaped, and so is what stands between.
