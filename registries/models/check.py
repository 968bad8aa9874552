"""
A check: one examination of a connection, or of what was only typed into a form; every one is a row.

People start checks, and the bulkhead runs few at a time: a check is a row that waits (`queued`), is claimed by one thread
of one process (`running`), and ends. Its steps are written as they happen, so that any process can show them.
"""

import logging
import re
import uuid
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, timedelta
from functools import reduce
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from console.languages import said_later
from console.models import Team, User
from console.sentences import say
from registries import health, sealing
from registries.bulkhead import bulkhead
from registries.distribution import Credential, Http
from registries.egress import Policy, Way
from registries.flavors.base import Flavor
from registries.models.connection import Connection
from registries.models.fingerprint import Fingerprint
from registries.models.history import Moment, Timeline, timeline_of
from registries.outcomes import (
    BEFORE_A_CHECK,
    Finding,
    Mend,
    Outcome,
    State,
    Step,
    StepResult,
    steps_as_json,
    steps_from_json,
)
from registries.repairs import to_replace_the_secret

LOST_AFTER_SECONDS = 60  # Three times what a check may take: whoever ran it was killed.
KEEP_TYPED_SECONDS = 60 * 60
SEALED_WITHIN = timedelta(seconds=2)  # of being added: the secret that it was added with
HISTORY_ROWS = 200  # as far back as a timeline looks
HOST_AND_PORT = re.compile(r"(?<=[\]a-z0-9]):[0-9]+$")  # the port at the end of a host, and no part of an IPv6 address

log = logging.getLogger("berth")

RUNNING_WORDS = {
    Step.DNS: say("Looking up the host…"),
    Step.TLS: say("Opening a secure connection…"),
    Step.SIGN_IN: say("Signing in…"),
    Step.PULL: say("Reading the image…"),
    Step.PUSH: say("Trying an upload…"),
}


def examine(
    registry: Flavor,
    check: "Check",
    *,
    purpose: str,
    test_image: str,
    ca_certificate: str,
    token_hosts: Collection[str] = (),
    login: Callable[[Http], Credential | None] | None = None,
) -> Finding:
    """
    Examine a registry over the network, writing each step into the check as it happens. Never raises.

    `login` gives the login of a stored connection, shared with all who use it; what is only typed has its own.
    `token_hosts` are the origins that were approved to get it.
    """
    try:
        with Way(registry.origin, policy=Policy.from_settings(), ca_pem=ca_certificate) as way:
            return health.examine(
                registry,
                way,
                purpose=purpose,
                test_image=test_image,
                login=login,
                token_hosts=token_hosts,
                on_step=check.report,
            )
    except Exception as error:  # noqa: BLE001  # Whatever it was, the check has to end.
        # The words of the fault could quote a registry or hold the login, so only its kind is logged.
        log.error("check %s ended in a fault of ours: %s", check.pk, type(error).__name__)
        fix = say("Try again. If it stays, tell whoever runs Berth.")
        return not_run(Step.DNS, say("Berth ran into a fault of its own."), fix)


class CheckQuerySet(models.QuerySet["Check"]):
    def ask(self, connection: Connection, *, by: User | None) -> "Check":
        """Queue a check of a stored connection as it is now; where one of that version is under way, return that one."""
        with transaction.atomic():
            Connection.objects.select_for_update(of=("self",)).filter(pk=connection.pk).values_list("pk").first()
            under_way = self.filter(connection=connection, finished_at=None).first()
            if under_way is not None and not under_way.give_up_if_lost():
                if under_way.version == connection.version:
                    return under_way
                # What it finds is about settings or a secret that are no longer there.
                changed = say("The connection was changed while this test ran.")
                under_way.finish(not_run(Step.DNS, changed, say("See the next test.")))
            asked = {"connection": connection, "host": connection.host, "version": connection.version}
            if by is not None and (refusal := self.refusal(connection.team, connection.host)):
                return self.refused(refusal, team=connection.team, by=by, **asked)
            return self.create(team=connection.team, by=by, **asked)

    def refusal(self, team: Team, host: str) -> Finding | None:
        """
        Say why a team may not start a check of this host just now, and when it may; None where it may.

        It is counted over all processes, from the rows. Source: security page, S25.
        """
        name = HOST_AND_PORT.sub("", host)
        of_host = models.Q(host=name) | models.Q(host__startswith=f"{name}:")
        per_team, per_host = settings.BERTH_CHECKS_PER_TEAM, settings.BERTH_CHECKS_PER_HOST
        by_team = say("This team started {count} tests within an hour.", count=per_team)
        at_host = say("This host was tested {count} times within a minute.", count=per_host)
        limits = (
            (models.Q(team=team), per_team, timedelta(hours=1), by_team),
            (of_host, per_host, timedelta(minutes=1), at_host),
        )
        # Nobody starts the watcher's, which are of stored connections. Of nobody's, machines have all others asked.
        asked_for = self.exclude(by=None, connection__isnull=False)
        begun = asked_for.exclude(started_at=None, finished_at__isnull=False).order_by("-queued_at")
        for whose, most, span, fact in limits:
            since = timezone.now() - span
            oldest = begun.filter(whose, queued_at__gt=since).values_list("queued_at", flat=True)[most - 1 : most].first()
            if oldest is not None:
                free_at = (oldest + span + timedelta(seconds=1)).astimezone(UTC)
                return not_run(Step.DNS, fact, say("Test again at {time} UTC.", time=f"{free_at:%H:%M:%S}"))
        return None

    def refused(self, refusal: Finding, **asked: Any) -> "Check":
        """Return a check that ended before it began, and says why."""
        return self.create(
            **asked, finished_at=timezone.now(), outcome=refusal.outcome, steps_json=steps_as_json(refusal.steps)
        )

    def begin(self, host: str, *, team: Team, by: User | None) -> "Check":
        """Note that a host is asked now, about no connection in particular; `by` is None where a machine had it asked."""
        return self.create(team=team, by=by, host=host, started_at=timezone.now())

    def drop_old(self, team: Team) -> None:
        """Drop what a team had asked about no connection in particular, once the limits count it no longer."""
        old = timezone.now() - timedelta(seconds=KEEP_TYPED_SECONDS)
        self.filter(team=team, connection=None, queued_at__lt=old).delete()

    def waiting(self) -> "CheckQuerySet":
        """Keep those that nobody has begun, the oldest first."""
        return self.filter(started_at=None, finished_at=None, connection__paused=False).order_by("queued_at")

    def timeline(self, connection: Connection) -> "Timeline[Check]":
        """Return the history of a connection, in two queries; what was refused before it began is no part of it."""
        ended = self.filter(connection=connection).exclude(started_at=None).exclude(finished_at=None)
        # What a test found is read of those alone that are shown with it.
        latest = list(ended.select_related("by").defer("steps_json")[: HISTORY_ROWS + 1])
        holds = not (connection.paused or connection.locked)
        timeline = timeline_of(
            latest[:HISTORY_ROWS],
            now=connection.outcome if holds else "",
            whole=len(latest) <= HISTORY_ROWS,
            moments=_moments(connection),
        )
        found = dict(self.filter(pk__in=[check.pk for check in timeline.shown]).values_list("pk", "steps_json"))
        for check in timeline.shown:
            check.steps_json = found.get(check.pk, [])
        return timeline

    def under_way(self) -> "CheckQuerySet":
        """Keep those that wait or run; one whose process was killed does neither."""
        lost = timezone.now() - timedelta(seconds=LOST_AFTER_SECONDS)
        return self.filter(finished_at=None).exclude(started_at__lt=lost)

    def claim(self) -> "Check | None":
        """Take the check that has waited longest, so that nobody else runs it; None where none waits."""
        while check := self.waiting().first():
            if self.filter(pk=check.pk, started_at=None).update(started_at=timezone.now()):
                return self.select_related("connection__team").get(pk=check.pk)
            # Somebody else was faster. By now others may wait, whom nobody else would look for: look again.
        return None


class Check(models.Model):
    """One examination."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="checks")
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="checks")
    host = models.CharField(max_length=260)
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True, choices=[(o.value, said_later(o.label)) for o in Outcome])
    steps_json = models.JSONField(default=list)

    objects = CheckQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at"]
        indexes = [models.Index(fields=["connection", "-queued_at"]), models.Index(fields=["finished_at", "queued_at"])]

    def __str__(self) -> str:
        return gettext("check of {host}").format(host=self.host)

    # Running ---------------------------------------------------------------------------------------------------------

    @staticmethod
    def enter(job: Callable[[], None]) -> "Future[None] | None":
        """
        Let a thread of this process run a job, if there is a free place; return its future, or None.

        Whatever found this place taken meanwhile is run after it, since nobody else would.
        """

        def then_what_waits() -> None:
            job()
            Check.run_waiting()

        return bulkhead().enter(then_what_waits)

    @staticmethod
    def run_queued() -> "Future[None] | None":
        """Let a thread of this process run what waits, if there is a free place; return its future, or None."""
        return bulkhead().enter(Check.run_waiting)

    @staticmethod
    def run_waiting() -> None:
        """Run what waits, one after the other, until nothing does."""
        while check := Check.objects.claim():
            check.run()

    @classmethod
    def try_out(cls, registry: Flavor, *, team: Team, by: User, **details: Any) -> "tuple[Check, Future[None] | None]":
        """
        Examine what is only typed, in this process, since nothing of it is stored.

        Returns the check, and its future or None where it may not be started or every place was taken: such a check has
        ended, and says so.
        """
        cls.objects.drop_old(team)
        if refusal := cls.objects.refusal(team, registry.host):
            return cls.objects.refused(refusal, team=team, by=by, host=registry.host), None
        check = cls.objects.begin(registry.host, team=team, by=by)
        future = cls.enter(lambda: check.finish(examine(registry, check, **details)))
        if future is None:
            fact = say("Other tests are running, and this one did not fit in.")
            check.finish(not_run(Step.DNS, fact, say("Test again in a moment.")))
        return check, future

    def run(self) -> None:
        """Examine the stored connection, with its stored secrets and settings and no others."""
        connection = self.connection
        assert connection is not None  # noqa: S101  # Only stored connections are queued.
        unknown, opened = Fingerprint.objects.unknown_revision(connection), {}
        try:
            registry = connection.open()
            opened = registry.secrets()
        except sealing.Locked:
            fix = say("An operator can put the key back. Or type the secret again, which heals it.")
            mends = to_replace_the_secret(connection.flavor_class.without_secrets(connection.settings))
            fact = say("The stored secret cannot be opened: its sealing key is missing.")
            finding = not_run(Step.SIGN_IN, fact, fix, mends)
        else:
            finding = examine(
                registry,
                self,
                purpose=connection.purpose,
                test_image=connection.test_image,
                ca_certificate=connection.ca_certificate,
                token_hosts=connection.token_origins,
                login=lambda http: connection.login(registry, http),
            )
            if finding.outcome == Outcome.SIGN_IN_REFUSED:
                connection.forget_login()
            if finding.outcome == Outcome.SIGN_IN_REFUSED and connection.ended:
                finding = replace(finding, outcome=Outcome.ENDED)
        self.finish(finding)
        connection.take(finding, self)
        if opened and unknown:
            Fingerprint.objects.fill_in(connection, unknown, opened)

    def report(self, steps: tuple[StepResult, ...]) -> None:
        """Write the steps as they stand."""
        Check.objects.filter(pk=self.pk).update(steps_json=steps_as_json(steps))

    def finish(self, finding: Finding) -> None:
        """Write how it ended, unless it was given up meanwhile."""
        self.outcome, self.steps_json, self.finished_at = finding.outcome, steps_as_json(finding.steps), timezone.now()
        Check.objects.filter(pk=self.pk, finished_at=None).update(
            outcome=self.outcome, steps_json=self.steps_json, finished_at=self.finished_at
        )

    def give_up_if_lost(self) -> bool:
        """End a check whose process was killed, and tell whether it was one."""
        since = timezone.now() - timedelta(seconds=LOST_AFTER_SECONDS)
        if self.finished_at is None and self.started_at is not None and self.started_at < since:
            fact = say("The test was cut off: the process that ran it ended.")
            finding = not_run(Step.DNS, fact, say("Run it again."))
            self.finish(finding)
            if self.connection is not None:
                self.connection.take(finding, self)
            return True
        return False

    # Showing ---------------------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        if self.finished_at is not None:
            return "done"
        return "queued" if self.started_at is None else "running"

    @property
    def steps(self) -> tuple[StepResult, ...]:
        """All five steps as they stand, also before the first one has run."""
        return steps_from_json(self.steps_json) or BEFORE_A_CHECK

    @property
    def token_host(self) -> str:
        """The origin of a token service at which it ended and that may be approved, "" where it ended otherwise."""
        return next((step.token_host for step in self.steps if step.token_host), "") if self.state == "done" else ""

    @property
    def mends(self) -> tuple[Mend, ...]:
        """Where in the connection's form that is mended which decided the outcome."""
        deciding = Finding(outcome=Outcome(self.outcome), steps=self.steps).deciding if self.outcome else None
        return deciding.mends if deciding else ()

    @property
    def ms(self) -> int:
        return sum(step.ms or 0 for step in self.steps)

    @property
    def status_kind(self) -> str:
        """How it is coloured: `ok`, `warn`, `bad` or `wait`."""
        if self.state != "done":
            return "wait"
        if self.outcome == Outcome.CONNECTED:
            return "warn" if any(step.state == State.WARNED for step in self.steps) else "ok"
        return "warn" if Outcome(self.outcome).is_temporary else "bad"

    @property
    def summary(self) -> str:
        """One line for the head of the panel: `All 5 steps passed`, `Failed at Pull`, `Signing in…`."""
        if self.state == "queued":
            return say("Waiting for a free place")
        if self.state == "running":
            running = (RUNNING_WORDS[step.step] for step in self.steps if step.state == State.RUNNING)
            return next(running, say("Starting…"))
        labels = {state: [step.step.label for step in self.steps if step.state == state] for state in State}
        if self.outcome != Outcome.CONNECTED:
            at = (labels[State.FAILED] or labels[State.WARNED] or [say("the start")])[0]
            stopped, failed = say("Stopped at {step}", step=at), say("Failed at {step}", step=at)
            return stopped if Outcome(self.outcome).is_temporary else failed
        if labels[State.WARNED]:
            warned = reduce(lambda one, other: say("{one} and {other}", one=one, other=other), labels[State.WARNED])
            return say("Connected, with a warning at {step}", step=warned)
        if labels[State.SKIPPED]:
            return say("Signed in; a pull was not tried")
        passed = len(labels[State.PASSED])
        return say("All {count} steps passed", count=passed)


def _moments(connection: Connection) -> list[Moment]:
    """
    Return what happened to a connection, as far as its own rows tell: that its secret was replaced, the last time.

    The team's events tell of connections by name only, and a name may have been another connection's before.
    """
    saved_at = connection.secret_saved_at
    if saved_at is None or saved_at - connection.created_at < SEALED_WITHIN:
        return []
    words = say("The secret was replaced")
    if by := connection.secret_saved_by:
        words = say("The secret was replaced by {name}", name=by)
    return [Moment(at=saved_at, words=words)]


def not_run(at: Step, fact: str, fix: str, mends: tuple[Mend, ...] = ()) -> Finding:
    """Return the finding of a check that could not be made: one step says why, those after it were skipped."""
    order = list(Step)
    steps = tuple(
        StepResult(step=step, state=State.FAILED, fact=fact, fix=fix, mends=mends)
        if step == at
        else StepResult(step=step, state=State.SKIPPED, fact=say("Skipped, because the test did not run."))
        for step in order
    )
    return Finding(outcome=Outcome.COULD_NOT_CHECK, steps=steps)
