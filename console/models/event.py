"""What happened in a team: a record that is only added to. Sources: product page, section 2; security page, 3.4 and P8."""

import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, pgettext_lazy

from console import whereabouts
from console.models import chain
from console.models.events import EventQuerySet
from console.models.user import User
from console.models.verb import Source, Verb, pattern, verbs
from console.sentences import Sentence, as_json, from_json

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from console.models.team import Team

logger = logging.getLogger("berth")


class Event(models.Model):
    """
    Something that happened in a team: who did what, to what, from where and when.

    Rows are only ever added, which the database itself sees to (`console.append_only`), and each row's digest holds the one
    before it (`console.models.chain`). So nothing here refers to a row that has to exist: a team or a person may go, and
    what they did stays until its time is over. `who` is what people call whoever acted, `login` what they sign in with,
    `about` the id of what it happened to, and `number` counts the team's rows from 1.
    """

    team: Any = models.ForeignKey("Team", models.DO_NOTHING, null=True, db_constraint=False, related_name="events")
    number = models.PositiveBigIntegerField(editable=False)
    at = models.DateTimeField(editable=False)
    verb = models.CharField(max_length=40, choices=verbs)
    by: Any = models.ForeignKey(User, models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    who = models.CharField(max_length=100)
    login = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    about = models.CharField(max_length=36, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    # How other languages say subject and detail, which are English: JSON of their sentences by column, or "".
    said = models.TextField(blank=True, editable=False)
    address = models.GenericIPAddressField(pgettext_lazy("column", "from"), null=True)
    previous = models.CharField(max_length=64, editable=False)
    digest = models.CharField(max_length=64, editable=False)

    objects = EventQuerySet.as_manager()

    if TYPE_CHECKING:
        team_id: UUID
        by_id: UUID | None

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["team", "number"], name="one_event_per_number")]
        indexes = [
            models.Index(fields=["team", "at"]),
            models.Index(fields=["team", "about", "number"]),
            models.Index(fields=["team", "verb", "number"]),
            models.Index(fields=["at"]),
        ]

    def __str__(self) -> str:
        return pattern(self.verb).format(who=self.actor, subject=self.subject, verb=self.verb).rstrip()

    @property
    def source(self) -> Source:
        return Source(self.verb.partition(":")[0])

    @property
    def actor(self) -> str:
        """Who acted, as the reader calls them who have no name."""
        nameless = not self.login and self.who == NAMELESS.get(self.source)
        return gettext(self.who) if nameless else self.who

    @property
    def told_subject(self) -> str:
        """The subject as it can be said in every language."""
        return self._told("subject")

    @property
    def told_detail(self) -> str:
        """The detail as it can be said in every language."""
        return self._told("detail")

    def _told(self, column: str) -> str:
        sentences = json.loads(self.said) if self.said else {}
        return from_json(sentences[column]) if column in sentences else str(getattr(self, column))

    @classmethod
    def record(
        cls, team: "Team", verb: Verb, subject: str, *, by: User | None = None, who: str = "", login: str = "",
        about: object = "", detail: str = "", address: str | None = None,
    ) -> "Event":  # fmt: skip
        """
        Add a row, in the transaction of the change that it is about, or in one of its own.

        A person is told by `by`, a machine by `who`, `login` and `address`. Otherwise the address is that of the request
        which is being answered.
        """
        with transaction.atomic():
            head = chain.Head.locked(team.pk)
            event = cls(
                team_id=team.pk, number=head.number + 1, at=timezone.now(), verb=verb, by=by,
                who=(who or (by.name or by.email if by else NAMELESS[Verb(verb).source]))[:100],
                login=login or (by.email if by else ""),
                subject=subject[:300], about=str(about), detail=detail[:500], said=_as_said(subject=subject, detail=detail),
                address=address or whereabouts.address(), previous=head.digest,
            )  # fmt: skip
            event.digest = chain.digest(event)
            event.save(force_insert=True)
            head.move_to(event)
        if head.at is None or timezone.localdate(head.at) != timezone.localdate(event.at):
            try:
                cls.drop_old(team.pk)  # Once a day is often enough, and this is the day's first.
            except DatabaseError:
                logger.exception("Activity older than %s days could not be dropped", settings.BERTH_ACTIVITY_DAYS)
        return event

    @classmethod
    def record_of_person(cls, person: User, verb: Verb, subject: str, **told: Any) -> None:
        """
        Add a row about a person in each of their teams, told as `record` is.

        In one order, so that no two wait for each other; and last in a transaction, since it holds up the teams.
        """
        for team in person.teams.order_by("pk"):
            cls.record(team, verb, subject, about=person.pk, **told)

    @classmethod
    def drop_old(cls, team_id: "UUID") -> int:
        """Drop what is older than `BERTH_ACTIVITY_DAYS`, leaving the mark from which the chain goes on. Return how many."""
        return chain.cut(team_id, before=kept_since())

    @classmethod
    def sweep(cls) -> None:
        """Drop what is too old of every team. What cannot be dropped is logged: a start is not to fail for it."""
        old = cls.objects.order_by().filter(at__lt=kept_since())
        for team_id in list(old.values_list("team_id", flat=True).distinct()):
            try:
                cls.drop_old(team_id)
            except Exception:
                logger.exception("Activity of the team %s older than %s days stays", team_id, settings.BERTH_ACTIVITY_DAYS)


def kept_since() -> "datetime":
    """Return since when activity is kept."""
    return timezone.now() - timedelta(days=settings.BERTH_ACTIVITY_DAYS)


def _as_said(**columns: str) -> str:
    """Return what `said` has of these columns: what is text in every language is left out."""
    sentences = {name: as_json(text) for name, text in columns.items() if isinstance(text, Sentence)}
    return json.dumps(sentences, ensure_ascii=False) if sentences else ""


NAMELESS = {
    Source.PERSON: gettext_noop("The operator"),  # Who has the command line has no account.
    Source.STAFF: gettext_noop("Support staff"),
    Source.MACHINE: gettext_noop("A machine"),
    Source.WATCHER: "Berth",
}
