"""
The words for how a check goes and ends: its five steps, their states, the outcomes, and the finding that holds them.

Source: product page, section 5. A finding is a value: it is stored as JSON with each check and shown as it is.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from console.sentences import as_json, from_json, say


class Step(StrEnum):
    """The five steps, in the order in which they are climbed and shown."""

    DNS = "dns"
    TLS = "tls"
    SIGN_IN = "sign_in"
    PULL = "pull"
    PUSH = "push"

    @property
    def label(self) -> str:
        return STEP_LABELS[self]


STEP_LABELS: Mapping[Step, str] = {
    Step.DNS: say("DNS"),
    Step.TLS: say("TLS"),
    Step.SIGN_IN: say("Sign in"),
    Step.PULL: say("Pull"),
    Step.PUSH: say("Push"),
}


class State(StrEnum):
    """Where one step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    SKIPPED = "skipped"
    NOT_ASKED = "not_asked"


class Outcome(StrEnum):
    """How a check ends."""

    CONNECTED = "connected"
    SIGN_IN_REFUSED = "sign_in_refused"
    NO_PULL_ACCESS = "no_pull_access"
    NO_PUSH_ACCESS = "no_push_access"
    IMAGE_NOT_FOUND = "image_not_found"
    NOT_TRUSTED = "not_trusted"
    UNREACHABLE = "unreachable"
    NOT_A_REGISTRY = "not_a_registry"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate_limited"
    ENDED = "ended"
    COULD_NOT_CHECK = "could_not_check"

    @property
    def label(self) -> str:
        return OUTCOME_LABELS[self]

    @property
    def is_temporary(self) -> bool:
        """Whether it says nothing of the login, and may be another one in a while."""
        return self in (Outcome.COULD_NOT_CHECK, Outcome.RATE_LIMITED)


OUTCOME_LABELS: Mapping[Outcome, str] = {
    Outcome.CONNECTED: say("Connected"),
    Outcome.SIGN_IN_REFUSED: say("Sign-in refused"),
    Outcome.NO_PULL_ACCESS: say("No pull access"),
    Outcome.NO_PUSH_ACCESS: say("No push access"),
    Outcome.IMAGE_NOT_FOUND: say("Image not found"),
    Outcome.NOT_TRUSTED: say("Not trusted"),
    Outcome.UNREACHABLE: say("Unreachable"),
    Outcome.NOT_A_REGISTRY: say("Not a registry"),
    Outcome.BLOCKED: say("Blocked by policy"),
    Outcome.RATE_LIMITED: say("Rate limited"),
    Outcome.ENDED: say("Ended"),
    Outcome.COULD_NOT_CHECK: say("Could not check"),
}


@dataclass(frozen=True)
class Mend:
    """A control of the connection's form that a fix is about: the words of the link to it, and its id there."""

    words: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """
    One step: `fact` is one sentence of what is so, `fix` what to do where it failed, `mends` where in the form that is
    done, `said` what the registry itself said (its status and code), `token_host` the origin it sends logins to, where
    somebody may approve that, `ms` how long it took (None where it did not run).
    """

    step: Step
    state: State
    fact: str = ""
    fix: str = ""
    mends: tuple[Mend, ...] = ()
    said: str = ""
    token_host: str = ""
    ms: int | None = None


TO_COME: Mapping[Step, str] = {
    Step.DNS: say("Look up the host."),
    Step.TLS: say("Open a secure connection and check the certificate."),
    Step.SIGN_IN: say("Offer the credentials to the registry."),
    Step.PULL: say("Read the manifest of the test image."),
    Step.PUSH: say("Start an upload and cancel it. Nothing is stored."),
}
"""What each step will do, for those that have not run yet."""

BEFORE_A_CHECK = (
    *(StepResult(step=step, state=State.WAITING, fact=TO_COME[step]) for step in Step if step != Step.PUSH),
    StepResult(step=Step.PUSH, state=State.NOT_ASKED, fact=say("Only if the team needs it.")),
)
"""All five steps as they stand before anything was tested."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """
    How a check ended: its outcome, and all five steps in order.

    `ends_at` is when the login ends, aware UTC, where the check could learn it; it has no part in the outcome.
    """

    outcome: Outcome
    steps: tuple[StepResult, ...]
    ends_at: datetime | None = None

    @property
    def deciding(self) -> StepResult | None:
        """The step that decided the outcome: the first that failed, else the first that warned, else None."""
        for state in (State.FAILED, State.WARNED):
            for step in self.steps:
                if step.state == state:
                    return step
        return None


def steps_as_json(steps: tuple[StepResult, ...]) -> list[dict[str, Any]]:
    """Return the steps as plain lists and dicts, in order."""
    return [
        asdict(replace(step, mends=()))
        | {"fact": as_json(step.fact), "fix": as_json(step.fix)}
        | {"mends": [{"words": as_json(mend.words), "anchor": mend.anchor} for mend in step.mends]}
        for step in steps
    ]


def steps_from_json(rows: list[dict[str, Any]]) -> tuple[StepResult, ...]:
    """Read what `steps_as_json` wrote. Keys that this version does not know are passed over."""
    known = StepResult.__dataclass_fields__
    return tuple(
        StepResult(
            **{key: value for key, value in row.items() if key in known}
            | {"step": Step(row["step"]), "state": State(row["state"])}
            | {key: from_json(row.get(key, "")) for key in ("fact", "fix")}
            | {"mends": tuple(Mend(from_json(mend["words"]), mend["anchor"]) for mend in row.get("mends", ()))}
        )
        for row in rows
    )
