"""A team's registries in every state that a page can show, as if they had been tested a while ago. Nobody is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from console.models import Team, User
from console.sentences import say, together
from registries.health import SKIPPED
from registries.models import Check, Connection, Sealed
from registries.outcomes import Finding, Mend, Outcome, State, Step, StepResult, steps_as_json
from registries.repairs import TO_ADD_THE_AUTHORITY
from tests.registries.flavor_table import AZURE, GCP, GITHUB, HUB, OTHER, made


@dataclass(frozen=True, kw_only=True)
class Examination:
    """How a test went: `failed` is the step it stopped at, None where all passed; `facts` are what the steps say.

    `mend` is where in the form the fix is done.
    """

    outcome: Outcome = Outcome.CONNECTED
    failed: Step | None = None
    facts: Mapping[Step, str]
    fix: str = ""
    mend: Mend | None = None
    said: str = ""
    minutes_ago: int = 4

    @property
    def finding(self) -> Finding:
        *climb, push = Step
        stop = climb.index(self.failed) if self.failed else len(climb)
        steps = [
            StepResult(step=step, state=State.PASSED, fact=self.facts[step], ms=12 + 41 * climb.index(step))
            for step in climb[:stop]
        ]
        if self.failed:
            fact = self.facts[self.failed]
            mends = (self.mend,) if self.mend else ()
            steps.append(
                StepResult(
                    step=self.failed, state=State.FAILED, fact=fact, fix=self.fix, mends=mends, said=self.said, ms=214
                )
            )
            steps += [StepResult(step=step, state=State.SKIPPED, fact=SKIPPED[self.failed]) for step in climb[stop + 1 :]]
        steps.append(StepResult(step=push, state=State.NOT_ASKED, fact=say("Not asked for.")))
        return Finding(outcome=self.outcome, steps=tuple(steps))


def examined(connection: Connection, how: Examination) -> Connection:
    """Give a connection a check that has ended, and take what it found."""
    ended = timezone.now() - timedelta(minutes=how.minutes_ago)
    check = Check.objects.create(
        team=connection.team, connection=connection, host=connection.host, version=connection.version,
        by=connection.created_by, queued_at=ended, started_at=ended,
    )  # fmt: skip
    check.finish(how.finding)
    Check.objects.filter(pk=check.pk).update(finished_at=ended)
    connection.take(how.finding, check)
    return connection


def with_a_past(connection: Connection, *, refused_hours_ago: tuple[int, int], saved_hours_ago: int) -> Connection:
    """Give a connection a week of tests: it worked, was refused for these hours, and once the registry had a fault."""
    now, (first, last) = timezone.now(), refused_hours_ago
    added = now - timedelta(hours=7 * 24)
    Connection.objects.filter(pk=connection.pk).update(created_at=added)
    Sealed.objects.filter(connection=connection).update(created_at=now - timedelta(hours=saved_hours_ago))
    good = works("registry.example", "203.0.113.4", "northwind-ci", "team/app:1.4").finding
    for hours in range(6, 7 * 24, 6):
        bad = UNANSWERED if hours == 18 else REFUSED if last <= hours <= first else None
        finding, ended = bad.finding if bad else good, now - timedelta(hours=hours)
        Check.objects.create(
            team=connection.team, connection=connection, host=connection.host, version=connection.version,
            by=connection.created_by if hours % 5 == 0 else None, queued_at=ended, started_at=ended, finished_at=ended,
            outcome=finding.outcome, steps_json=steps_as_json(finding.steps),
        )  # fmt: skip
    return connection


def being_tested(connection: Connection) -> Connection:
    """Leave a check of a connection under way."""
    begun = timezone.now() - timedelta(seconds=4)
    first, *others = Step
    steps = (
        StepResult(step=first, state=State.RUNNING),
        *(StepResult(step=step, state=State.WAITING) for step in others),
    )
    Check.objects.create(
        team=connection.team, connection=connection, host=connection.host, version=connection.version,
        by=connection.created_by, queued_at=begun, started_at=begun, steps_json=steps_as_json(steps),
    )  # fmt: skip
    return connection


def looked_up(host: str, address: str) -> str:
    return say("{host} is {address}.", host=host, address=address)


def secured(day: date) -> str:
    return say("{version}. Certificate valid until {day}.", version="TLS 1.3", day=day)


def works(host: str, address: str, account: str, image: str, minutes_ago: int = 4) -> Examination:
    """Return a test that passed."""
    facts = {
        Step.DNS: looked_up(host, address),
        Step.TLS: secured(date(2027, 1, 21)),
        Step.SIGN_IN: say("Accepted as {account}.", account=account),
        Step.PULL: f"{image}, 1.9 GB, linux/amd64.",
    }
    return Examination(facts=facts, minutes_ago=minutes_ago)


REFUSED = Examination(
    outcome=Outcome.ENDED,
    failed=Step.SIGN_IN,
    facts={
        Step.DNS: looked_up("northwindvision.azurecr.io", "203.0.113.20"),
        Step.TLS: secured(date(2027, 3, 4)),
        Step.SIGN_IN: say("The registry refused the login."),
    },
    fix=say("A client secret most likely ended: replace it, by its value and not its ID."),
    mend=Mend(say("Replace the secret"), "id_password"),
    said="HTTP 401 UNAUTHORIZED",
    minutes_ago=8,
)
UNANSWERED = Examination(
    outcome=Outcome.COULD_NOT_CHECK,
    failed=Step.PULL,
    facts={
        **REFUSED.facts,
        Step.SIGN_IN: say("The login was accepted."),
        Step.PULL: say("The registry answered with a fault."),
    },
    fix=together(say("Try again later."), say("The login is not at fault.")),
    said="HTTP 503",
)
NOT_TRUSTED = Examination(
    outcome=Outcome.NOT_TRUSTED,
    failed=Step.TLS,
    facts={
        Step.DNS: looked_up("harbor.northwind.example", "198.51.100.7"),
        Step.TLS: say("The certificate comes from an authority Berth does not know."),
    },
    fix=say("Add the CA certificate to this registry."),
    mend=TO_ADD_THE_AUTHORITY,
    minutes_ago=26,
)


class Scene:
    """Northwind's registries, called as they are in the design."""

    def __init__(self, team: Team, by: User) -> None:
        self.team, self.by, self.today = team, by, timezone.localdate()

    def connect(
        self, slug: str, name: str, typed: Mapping[str, str], days: int | None = None, **details: Any
    ) -> Connection:
        if days is not None:
            details["ends_on"] = self.today + timedelta(days=days)
        return self.team.connections.connect(name, made(slug, typed), by=self.by, **details)

    def six(self) -> None:
        """Make the six connections of the first screen: two that work, one that ends soon, one under way, two that fail."""
        self.failed()
        digitalocean = self.connect("digitalocean", "do-registry-prod", {"registry": "northwind", "token": "dop_v1_x"}, 6)
        examined(digitalocean, works("registry.digitalocean.com", "203.0.113.81", "API token", "northwind/api:2.3", 26))
        hub = self.connect("dockerhub", "dockerhub-northwind", {**HUB, "namespace": "northwind"})
        examined(hub, works("registry-1.docker.io", "203.0.113.5", "acmeci", "northwind/etl:1.4", 26))
        being_tested(self.connect("gcp", "gar-training", {**GCP, "project": "northwind-ml", "repository": "training"}, 74))
        self.connected()
        self.not_trusted()

    def every_state(self) -> None:
        """Make a connection in every state: connected, ending, failed, not trusted, paused, locked, not checked yet."""
        self.failed()
        self.connected()
        self.not_trusted()
        ending = self.connect("digitalocean", "do-registry-prod", {"registry": "northwind", "token": "dop_v1_x"}, 6)
        examined(ending, works("registry.digitalocean.com", "203.0.113.81", "API token", "northwind/api:2.3", 26))
        self.connect("other", "lab-registry", OTHER, description="The registry beside the racks.", purpose="push")
        self.connect("dockerhub", "old-hub", HUB).pause(True, by=self.by)
        self.locked()

    def of_the_example(self) -> None:
        """Make eight registries, those that the spec checker's example is about among them: one that is refused."""
        self.connected()
        self.not_trusted()
        refused = replace(REFUSED, outcome=Outcome.SIGN_IN_REFUSED)
        examined(self.connect("azure", "acr-vision", {**AZURE, "namespace": "vision"}), refused)
        training = self.connect("gcp", "gar-training", {**GCP, "project": "northwind-ml", "repository": "training"}, 74)
        examined(training, works("us-west1-docker.pkg.dev", "203.0.113.40", "northwind-ci", "training/ranker:2.4"))
        digitalocean = self.connect("digitalocean", "do-registry-prod", {"registry": "northwind", "token": "dop_v1_x"}, 60)
        examined(digitalocean, works("registry.digitalocean.com", "203.0.113.81", "API token", "northwind/api:2.3", 26))
        for name, namespace in (("hub-etl", "northwind-etl"), ("hub-web", "northwind-web"), ("hub-ops", "northwind-ops")):
            self.connect("dockerhub", name, {**HUB, "namespace": namespace})

    def failed(self) -> Connection:
        azure = self.connect("azure", "acr-vision", {**AZURE, "namespace": "vision"}, -2)
        return examined(with_a_past(azure, refused_hours_ago=(48, 0), saved_hours_ago=7 * 24), REFUSED)

    def connected(self) -> Connection:
        image = "ghcr.io/northwind-labs/streamlit-app:1.9"
        github = self.connect("github", "ghcr-northwind", {**GITHUB, "namespace": "northwind-labs"}, 74, test_image=image)
        with_a_past(github, refused_hours_ago=(72, 40), saved_hours_ago=37)
        return examined(github, works("ghcr.io", "203.0.113.33", "octo@example.com", image.removeprefix("ghcr.io/")))

    def not_trusted(self) -> Connection:
        typed = {**OTHER, "url": "https://harbor.northwind.example/ml", "username": "robot$berth"}
        return examined(self.connect("other", "harbor-onprem", typed, 211), NOT_TRUSTED)

    def locked(self) -> Connection:
        lost = self.connect("other", "sealed-elsewhere", {**OTHER, "username": "somebody"})
        Sealed.objects.filter(connection=lost).update(key_id="lost")
        return lost
