"""
A visit: one registry is asked for some images, with the login of a stored connection or with none. It counts as a test.

It leaves a row as a test does, because the limits count rows: whose team, which host, who, when, and how it ended. The row
names no image and no connection and has no steps, since what stands in a workload file is stored nowhere.

In the ledger it leaves none, as a test leaves none. The ledger tells who was given a login, and here nobody is: the login
goes where it is sealed for and nowhere else, and what comes back is what the registry says of an image. Sources: product
page, sections 5, 7 and 8; security page, S25.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError

from console.models import Team, User
from console.sentences import say
from registries import sealing
from registries.distribution import Reference
from registries.egress import Policy, Way
from registries.flavors import ANYWHERE
from registries.flavors.base import Flavor
from registries.health import LONGEST_SECONDS, OWN_FAULT, Sight, look_at
from registries.models.check import Check
from registries.models.connection import Connection
from registries.outcomes import Finding, Outcome, State, Step, StepResult
from registries.pasted.image import Found
from registries.pasted.once import NOWHERE, registry_of

log = logging.getLogger("berth")

Tell = Callable[[Reference, Sight], None]


@dataclass(frozen=True)
class Visit:
    """
    Images that one registry is asked for; `connection` has their login, and is None where anybody may read them.

    With `public_only` the networks that the operator allows are not let through: nothing but public addresses is asked.
    """

    images: tuple[Reference, ...]
    connection: Connection | None
    public_only: bool = False

    def make(self, *, team: Team, by: User | None, seconds: float, tell: Tell) -> None:
        """
        Ask for each image, within so many seconds, and tell what was learned of it as soon as that is known.

        `by` is who had it asked, None for a machine. Raises nothing.
        """
        waiting = list(self.images)
        outcome = Outcome.COULD_NOT_CHECK

        def told(image: Reference, sight: Sight) -> None:
            nonlocal outcome
            outcome = sight.outcome if outcome != Outcome.CONNECTED else outcome
            waiting.remove(image)
            tell(image, sight)

        check = None
        try:
            registry = self._open()
            if isinstance(registry, str):
                stopped = _not_asked(registry)
            elif refusal := Check.objects.refusal(team, registry.host):
                stopped = Sight(refusal.outcome, refusal.steps[0])
            else:
                check = Check.objects.begin(registry.host, team=team, by=by)
                self._ask(registry, min(seconds, LONGEST_SECONDS), told)
                stopped = _not_asked(OWN_FAULT)
        except Exception as error:  # noqa: BLE001  # Whatever it was, somebody waits for an answer.
            # The words of the fault could quote a registry or hold the login, so only its kind is logged.
            log.error("a look-up ended in a fault of ours: %s", type(error).__name__)
            stopped = _not_asked(OWN_FAULT)
        for image in list(waiting):
            told(image, stopped)
        if check:
            check.finish(Finding(outcome=outcome, steps=()))

    def _open(self) -> Flavor | str:
        """Return the registry with its login, or a sentence that says why it cannot be asked."""
        if self.connection is None:
            try:
                # It fills in nothing but the host, since no login was typed.
                return registry_of(Found(flavor=ANYWHERE, reference=self.images[0], filled={}), "", None)
            except ValidationError:
                return NOWHERE
        try:
            registry = self.connection.open()
        except sealing.Locked:
            return say("The login of {name} cannot be opened with the keys in Berth’s key ring.", name=self.connection.name)
        if registry.host != self.connection.host:  # A column that was changed by itself must not lead the login elsewhere.
            return say("The login of {name} is for another host than its images are at.", name=self.connection.name)
        return registry

    def _ask(self, registry: Flavor, seconds: float, tell: Tell) -> None:
        ca_pem = self.connection.ca_certificate if self.connection else ""
        policy = Policy.from_settings()
        if self.public_only:
            policy = replace(policy, allow=())
        with Way(registry.origin, policy=policy, ca_pem=ca_pem, deadline_seconds=seconds) as way:
            if (connection := self.connection) is None:
                sights = look_at(registry, way, self.images)
            else:
                has_login = registry.mints or registry.credential() is not None
                sights = look_at(
                    registry,
                    way,
                    self.images,
                    login=(lambda http: connection.login(registry, http)) if has_login else None,
                    token_hosts=connection.token_origins,
                )
            for image, sight in sights:
                if connection and sight.outcome == Outcome.SIGN_IN_REFUSED:
                    connection.forget_login()
                tell(image, sight)


def _not_asked(sentence: str) -> Sight:
    return Sight(Outcome.COULD_NOT_CHECK, StepResult(step=Step.DNS, state=State.FAILED, fact=sentence))
