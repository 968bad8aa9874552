"""How rows of the record look: their days, icons and colours, what they lead to, and what the ledger adds to them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from console.languages import said
from console.models import Event, Source, Team, Verb
from console.models.verb import pattern
from registries.models.token_days import Reads, TokenDay, reads

COLOURS: Mapping[str, str] = {
    Verb.CONNECTION_WORKS: "ok", Verb.CONNECTION_RECOVERED: "ok",
    Verb.CONNECTION_FAILS: "bad", Verb.CONNECTION_STOPPED: "bad",
    Verb.CREDENTIALS_REFUSED: "warn", Verb.READ_FROM_ELSEWHERE: "warn",
}  # fmt: skip
# By what was done to what, else by what was done.
ICONS: Mapping[str, str] = {
    "member:remove": "user-x", "member:stop": "user-x", "member:role": "user", "member:join": "user",
    "member:allow": "user", "member:hand-over": "user", "connection:stop": "circle-x", "session:begin": "log-in",
    "session:end": "log-out", "add": "plus", "found": "plus", "issue": "plus", "rename": "pencil", "change": "pencil",
    "remove": "trash-2", "invite": "mail", "invite-again": "mail", "withdraw": "x", "leave": "log-out", "revoke": "x",
    "secret": "refresh-cw", "rotate": "refresh-cw", "pause": "pause", "resume": "play", "approve": "shield-check",
    "reveal": "key-round", "read": "key-round", "refuse": "shield-alert", "elsewhere": "shield-alert",
    "work": "circle-check", "recover": "circle-check", "fail": "circle-x", "look": "search", "download": "download",
    "check": "plug-zap",
}  # fmt: skip
UNKNOWN = "info"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row as the page shows it. `who_at` and `subject_at` are addresses, "" where what is named is not there any more."""

    event: Event
    detail: str
    who_at: str = ""
    subject_at: str = ""

    @property
    def sentence(self) -> SafeString:
        """Who did what, with links to what is still there."""
        who, subject = _named(self.event.actor, self.who_at), _named(said(self.event.told_subject), self.subject_at)
        if self.by_a_machine:
            who = format_html(gettext("Machine token {name}"), name=who)
        return format_html(pattern(self.event.verb), who=who, subject=subject, verb=self.event.verb)

    @property
    def colour(self) -> str:
        return COLOURS.get(self.event.verb, "")

    @property
    def icon(self) -> str:
        what = self.event.verb.partition(":")[2]
        return ICONS.get(what) or ICONS.get(what.rpartition(":")[2], UNKNOWN)

    @property
    def origin(self) -> str:
        """Where it came from, in a word: an address, Berth itself, or the command line, which only an operator has."""
        if self.event.source == Source.WATCHER:
            return "Berth"
        return self.event.address or (gettext("Command line") if self.event.by_id is None and self.by_a_person else "")

    @property
    def by_a_person(self) -> bool:
        return self.event.source == Source.PERSON

    @property
    def by_staff(self) -> bool:
        return self.event.source == Source.STAFF

    @property
    def by_berth(self) -> bool:
        return self.event.source == Source.WATCHER

    @property
    def by_a_machine(self) -> bool:
        return self.event.source == Source.MACHINE


@dataclass(frozen=True)
class Day:
    day: date
    rows: list[Row]


def days(team: Team, events: Iterable[Event], connections: Mapping[UUID, str], people: Collection[UUID]) -> list[Day]:
    """
    Put rows, the newest first, under their days.

    `connections` are the team's, by id, `people` the ids of those in it. Three queries more, however many rows there are.
    """
    events = list(events)
    leads = _Leads(team, events, connections, people)
    read = reads(team, [_token_day(event) for event in events if event.verb == Verb.CREDENTIALS_READ])
    shown = (_row(event, leads, read.get(_token_day(event))) for event in events)
    return [Day(day, list(rows)) for day, rows in groupby(shown, key=lambda row: _day(row.event))]


def _row(event: Event, leads: "_Leads", read: Reads | None) -> Row:
    detail = event.told_detail
    if read and event.verb == Verb.CREDENTIALS_READ:
        detail = read.words(today=_day(event) == timezone.localdate())
    about = leads.to(event)
    machine = event.source == Source.MACHINE
    return Row(event=event, detail=detail, who_at=about if machine else "", subject_at="" if machine else about)


def _named(name: str, at: str) -> SafeString:
    """Return a name, which may be of any script, as a link where it leads somewhere."""
    if not name:
        return SafeString("")
    return format_html('<a href="{}"><bdi>{}</bdi></a>', at, name) if at else format_html("<bdi>{}</bdi>", name)


def _day(event: Event) -> date:
    return timezone.localtime(event.at).date()


def _token_day(event: Event) -> TokenDay:
    return event.about, _day(event)


class _Leads:
    """What rows lead to, where it is still there: a connection, the list of tokens, the list of people."""

    def __init__(self, team: Team, events: list[Event], connections: Mapping[UUID, str], people: Collection[UUID]) -> None:
        self.team, self.connections = team, {str(pk): name for pk, name in connections.items()}
        self.people = {str(pk) for pk in people}
        tokens = team.machine_tokens.filter(public_id__in=self._about(events, "token", "credential"))
        invited = team.invitations.filter(email__in={event.subject for event in events if event.verb in INVITATIONS})
        self.tokens = set(tokens.values_list("public_id", flat=True))
        self.invited = set(invited.values_list("email", flat=True))

    @staticmethod
    def _about(events: list[Event], *kinds: str) -> set[str]:
        return {event.about for event in events if event.verb.split(":")[1] in kinds}

    def to(self, event: Event) -> str:
        if event.about in self.connections:
            return reverse("connection_detail", args=[self.team.slug, self.connections[event.about]])
        if event.about in self.tokens:
            return reverse("token_list", args=[self.team.slug])
        if event.about in self.people or (event.verb in INVITATIONS and event.subject in self.invited):
            return reverse("member_list", args=[self.team.slug])
        return ""


INVITATIONS = (Verb.INVITED, Verb.INVITED_AGAIN)
