"""What pages say of a connection's health: a state, a word, a colour, and where its repair begins."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from console.sentences import say
from registries.outcomes import Mend, Outcome
from registries.repairs import to_replace_the_secret

if TYPE_CHECKING:
    from registries.flavors.base import Flavor
    from registries.models.check import Check

_CLOSE = timedelta(minutes=1)  # in which an end is counted, and the secret saved that it is the end of
_NAMED = {
    "paused": say("Paused"),
    "locked": say("Locked"),
    "checking": say("Checking…"),
    "unchecked": say("Not checked yet"),
}
SECRET_AT_FAULT = (Outcome.SIGN_IN_REFUSED, Outcome.ENDED)


class Status:
    """A connection's status in words; mixed into the model, from whose columns all of it follows."""

    if TYPE_CHECKING:
        paused: bool
        outcome: str
        reason: str
        checking_since: datetime | None
        check_began_at: datetime | None
        secret_saved_at: datetime | None
        settings: Mapping[str, str]
        ends_on: date | None
        ends_at: datetime | None
        last_check: Check | None

        @property
        def flavor_class(self) -> type[Flavor]: ...

        @property
        def locked(self) -> bool: ...

        @property
        def ended(self) -> bool: ...

        @property
        def ends_soon(self) -> bool: ...

    @property
    def state(self) -> str:
        """One of `paused`, `locked`, `checking`, `unchecked`, or the outcome of the last check."""
        if self.paused:
            return "paused"
        if self.locked:
            return "locked"
        return "checking" if self.checking_since else self.outcome or "unchecked"

    @property
    def ask_again_ms(self) -> int:
        """
        How long a row of a list waits, in milliseconds, before it asks how its check goes.

        Many rows may ask at once. One whose check has begun asks soon; one that waits for its turn asks seldom; and both
        ask the less often the longer it takes.
        """
        began, now = self.check_began_at, timezone.now()
        waited_ms = (now - (began or self.checking_since or now)) / timedelta(milliseconds=1)
        return round(min(max(waited_ms / 5, 700), 3_000) if began else min(max(waited_ms / 2, 2_000), 10_000))

    @property
    def status_label(self) -> str:
        return _NAMED.get(self.state) or Outcome(self.outcome).label

    @property
    def status_kind(self) -> str:
        """How the status is coloured: `ok`, `warn`, `bad`, `wait` or `none`."""
        named = {"paused": "none", "locked": "bad", "checking": "wait", "unchecked": "none", Outcome.CONNECTED: "ok"}
        return named.get(self.state) or ("warn" if Outcome(self.outcome).is_temporary else "bad")

    @property
    def ends_kind(self) -> str:
        """How the date on which the login ends is coloured: `bad` once it has passed, `warn` when it is near, else ""."""
        return "bad" if self.ended else "warn" if self.ends_soon else ""

    @property
    def ends_source(self) -> str:
        """Where it is known from when the login ends."""
        if self.ends_at is None:
            return say("As entered") if self.ends_on else say("Not known")
        hours = self.flavor_class.without_secrets(self.settings).ends_after_hours
        if hours and self.secret_saved_at and abs(self.ends_at - self.secret_saved_at - timedelta(hours=hours)) < _CLOSE:
            return say("Counted from when it was saved")
        return say("Read from the registry")

    @property
    def trouble(self) -> str:
        """Why it needs somebody, in one sentence; "" where nothing is wrong."""
        if self.locked:
            return say("Its secret cannot be opened: the sealing key is missing.")
        if self.paused:
            return ""
        if self.outcome not in ("", Outcome.CONNECTED):
            return self.reason
        return say("Its login has ended.") if self.ended else say("Its login ends soon.") if self.ends_soon else ""

    @property
    def repair(self) -> tuple[str, str]:
        """The words for the way to mend it, and the id of the field that it leads to; "Edit" where no field is at fault."""
        mends: tuple[Mend, ...] = ()
        if self.locked or self.ends_soon or self.outcome in SECRET_AT_FAULT:
            mends = to_replace_the_secret(self.flavor_class.without_secrets(self.settings))
        elif self.outcome not in ("", Outcome.CONNECTED) and self.last_check and self.last_check.outcome == self.outcome:
            mends = self.last_check.mends
        return (mends[0].words, mends[0].anchor) if mends else (say("Edit"), "id_name")
