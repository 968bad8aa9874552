"""What people look for in a team's activity. Every filter is a closed list, a day or a text; anything else is left out."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from console.languages import kept
from console.models.events import LOOKED_THROUGH, EventQuerySet
from console.models.kind import KINDS
from console.sentences import say, together

SPANS = {7: _("Last 7 days"), 30: _("Last 30 days"), 90: _("Last 90 days")}
BETWEEN = "dates"
ANY_TIME = _("Any time")
LONGEST = 200
DATE = "%Y-%m-%d"
REFINE = {"class": "refine"}  # By this htmx knows what to listen to.
SEARCH = {"type": "search", "placeholder": _("Registry, person or address"), "autocomplete": "off"}

Names = Mapping[UUID, str]
Choices = list[tuple[Any, Any]]


class ActivityFilter(forms.Form):
    """
    The filters of the page and of its downloads, from the query of an address.

    `people` and `left` are names by id, those in the team and those who went; `connections` are names by id.
    """

    def __init__(self, data: Mapping[str, Any], *, people: Names, left: Names, connections: Names) -> None:
        super().__init__({name: str(data.get(name, ""))[:LONGEST] for name in data}, auto_id="%s")
        gone = [(_("Not in the team any more"), _choices(left))] if left else []
        spans = [(str(days), label) for days, label in SPANS.items()]
        self.fields = {
            "q": forms.CharField(label=_("Filter activity"), required=False, widget=forms.TextInput(SEARCH)),
            "kind": _choice(_("Kind"), _("Everything"), [(kind.slug, kind.label) for kind in KINDS]),
            "person": _choice(_("Person"), _("Everybody"), [*_choices(people), *gone]),
            "connection": _choice(_("Registry"), _("Every registry"), _choices(connections)),
            "since": _choice(_("Since"), ANY_TIME, [*spans, (BETWEEN, _("Between days"))]),
            "from": _date(_("From")),
            "to": _date(_("To")),
        }
        self.full_clean()

    # What was asked for ----------------------------------------------------------------------------------------------

    @property
    def left_out(self) -> list[str]:
        """The labels of filters that were given and say nothing that Berth knows."""
        return [str(self.fields[name].label) for name in self.errors]

    @property
    def known(self) -> Mapping[str, str]:
        """The filters that are set, by name, with their values as they stand in an address."""
        days = ("from", "to") if self.cleaned_data.get("since") == BETWEEN else ()
        names = [name for name in self.fields if name in days or name not in ("from", "to")]
        return {name: str(value) for name in names if (value := self.cleaned_data.get(name))}

    @property
    def words(self) -> str:
        """Say what was asked for: "Kind: Changes. Since: Last 7 days." A text is not repeated: it may be a secret."""
        labels = {name: kept(self.fields[name].label or "") for name in self.known if name != "q"}
        said = [say("{filter}: {value}.", filter=label, value=self._said(name)) for name, label in labels.items()]
        return together(*said, say("With a text.") if "q" in self.known else "")

    def _said(self, name: str) -> str:
        choices = getattr(self.fields[name], "choices", ())
        # Some stand in groups.
        flat = [one for value, label in choices for one in (label if isinstance(label, list) else [(value, label)])]
        return kept(dict(flat).get(self.known[name], self.known[name]))

    def query(self, **more: Any) -> str:
        """Return what comes after the path of an address that has these filters: a question mark and all; "" for none."""
        query = urlencode({**self.known, **more})
        return f"?{query}" if query else ""

    @property
    def wider(self) -> Mapping[str, str]:
        """Where only the last days are asked for: the next longer time, as it stands in an address and in words."""
        known = dict(self.known)
        days = known.pop("since", "")
        if known or not days.isdecimal():
            return {}
        for longer in (span for span in SPANS if span > int(days)):
            return {"query": f"?since={longer}", "label": str(SPANS[longer])}
        return {"query": "", "label": str(ANY_TIME)}

    # What it keeps ---------------------------------------------------------------------------------------------------

    @cached_property
    def time(self) -> tuple[datetime | None, datetime | None]:
        """From when on, and before when. Days are those of the server's time zone, the last one is included."""
        since = self.cleaned_data.get("since")
        if since == BETWEEN:
            first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
            until = None if last is None or last == date.max else _midnight(last + timedelta(days=1))
            return (_midnight(first) if first else None), until
        return (timezone.now() - timedelta(days=int(since)) if since else None), None

    def applied(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the rows of a team that fit."""
        asked, kinds = self.cleaned_data, {kind.slug: kind for kind in KINDS}
        events = events.within(*self.time)
        events = events.of_kind(kinds[asked["kind"]]) if asked.get("kind") else events
        events = events.filter(by=asked["person"]) if asked.get("person") else events
        events = events.filter(about=asked["connection"]) if asked.get("connection") else events
        return events.mentioning(asked["q"]) if asked.get("q") else events

    @property
    def looked_through(self) -> int | None:
        """How many rows a page may look through; None where an index leads to those that fit."""
        asked = self.cleaned_data
        indexed = asked.get("connection") or not (asked.get("q") or asked.get("kind") or asked.get("person"))
        return None if indexed else LOOKED_THROUGH


def _choice(label: Any, none: Any, choices: Choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", none), *choices], widget=forms.Select(REFINE))


def _choices(names: Names) -> Choices:
    return [(str(pk), name) for pk, name in names.items()]


def _date(label: Any) -> forms.DateField:
    control = forms.DateInput({"type": "date", **REFINE}, DATE)
    return forms.DateField(label=label, required=False, input_formats=[DATE], widget=control)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
