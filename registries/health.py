"""
The check: five steps up to a registry, in their order, and what each of them proved.

Source: product page, section 5; the words are those of the design's section 5. A registry's fault is a finding and
never an exception. No sentence holds words of a registry's own, but for the host of a token service it should not have.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from registries.distribution import (
    Client,
    Credential,
    Http,
    InvalidReference,
    Manifest,
    Reference,
    RegistryError,
    SignIn,
)
from registries.distribution.origin import host_of
from registries.explanations import Asked, explain, short
from registries.flavors.base import Flavor
from registries.outcomes import TO_COME, Finding, Outcome, State, Step, StepResult

log = logging.getLogger("berth")

USUAL_PLATFORM = "linux/amd64"
LONGEST_SECONDS = 20  # what a check may take, as its way to the registry does
NEAR = timedelta(hours=48)  # from where on the hour of an end counts

RUNNING = {
    Step.DNS: "Looking up the host.",
    Step.TLS: "Opening a secure connection and checking the certificate.",
    Step.SIGN_IN: "Offering the credentials to the registry.",
    Step.PULL: "Reading the manifest of the test image.",
    Step.PUSH: "Starting an upload and cancelling it. Nothing is stored.",
}
SKIPPED = {
    Step.DNS: "Skipped, because the host cannot be reached.",
    Step.TLS: "Skipped, because the host cannot be reached.",
    Step.SIGN_IN: "Skipped, because signing in failed.",
    Step.PULL: "Skipped, because the pull failed.",
}
NOT_ASKED = StepResult(step=Step.PUSH, state=State.NOT_ASKED, fact="Not asked for.")

_Told = tuple[State, str, str]  # where a step stands, the fact, and what to do


class TLS(Protocol):
    """What a trusted connection says of itself."""

    @property
    def version(self) -> str: ...
    @property
    def not_after(self) -> datetime: ...


class Way(Http, Protocol):
    """The way to one registry, as `egress.Way` is."""

    def look_up(self) -> tuple[str, ...]: ...
    def handshake(self) -> TLS | None: ...


def examine(
    registry: Flavor,
    way: Way,
    *,
    purpose: str,
    test_image: str,
    login: Callable[[Http], Credential | None] | None = None,
    on_step: Callable[[tuple[StepResult, ...]], None] = lambda steps: None,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Finding:
    """
    Climb the five steps and return what was found, always with all five.

    `purpose` is `pull` or `push`, `test_image` a reference with or without its host, or "". `login` gives the login, which
    is the registry's own where nothing else is said. `on_step` is told all five steps at every change: when one begins,
    and when it ends. Once the last step is taken, whoever knows is asked when an accepted login ends, if there is time.
    """
    began = clock()
    climb = _Climb(registry, way, test_image, login or registry.login)
    steps = {step: StepResult(step=step, state=State.WAITING, fact=TO_COME[step]) for step in Step}
    asked = [step for step in Step if step != Step.PUSH or purpose == "push"]
    if Step.PUSH not in asked:
        steps[Step.PUSH] = NOT_ASKED

    def tell(*results: StepResult) -> None:
        steps.update({result.step: result for result in results})
        on_step(tuple(steps.values()))

    for step in asked:
        tell(StepResult(step=step, state=State.RUNNING, fact=RUNNING[step]))
        started = clock()
        outcome, result = climb.take(step)
        result = replace(result, ms=round((clock() - started) * 1000))
        if outcome != Outcome.CONNECTED:
            later = asked[asked.index(step) + 1 :]
            tell(result, *(StepResult(step=skipped, state=State.SKIPPED, fact=SKIPPED[step]) for skipped in later))
            break
        tell(result)
    ends_at = climb.read_end(now()) if clock() - began < LONGEST_SECONDS else None
    if ends_at is not None:
        signed_in = steps[Step.SIGN_IN]
        tell(replace(signed_in, fact=f"{signed_in.fact} {_end(ends_at, now())}"))
    return Finding(outcome=outcome, steps=tuple(steps.values()), ends_at=ends_at)


class _Climb:
    """One examination under way: what a step learned that the next ones stand on."""

    def __init__(self, registry: Flavor, way: Way, test_image: str, login: Callable[[Http], Credential | None]) -> None:
        self._registry = registry
        self._way = way
        self._test_image = test_image
        self._login = login
        self._has_login = False
        self._sign_in = SignIn.OPEN
        self._image: Reference | None = None

    def take(self, step: Step) -> tuple[Outcome, StepResult]:
        """Take one step; the outcome is CONNECTED where nothing stands in the way of the next."""
        takes = {
            Step.DNS: self._look_up,
            Step.TLS: self._secure,
            Step.SIGN_IN: self._sign,
            Step.PULL: self._pull,
            Step.PUSH: self._push,
        }
        try:
            state, fact, fix = takes[step]()
        except RegistryError as error:
            asked = Asked(registry=self._registry, step=step, has_login=self._has_login, image=self._image)
            return explain(error, asked)
        except InvalidReference:
            fact, fix = "The test image is not an image reference.", "Check the test image."
            return Outcome.IMAGE_NOT_FOUND, StepResult(step=step, state=State.FAILED, fact=fact, fix=fix)
        except Exception as error:  # noqa: BLE001 - whatever it is, the check ends in a finding
            # The text of an error may quote what a registry sent, so only its kind is logged.
            log.error("A check met an unexpected %s at %s.", type(error).__name__, step)
            fact, fix = "Berth ran into a fault of its own.", "Its log names the kind. The registry may be fine."
            return Outcome.COULD_NOT_CHECK, StepResult(step=step, state=State.FAILED, fact=fact, fix=fix)
        return Outcome.CONNECTED, StepResult(step=step, state=state, fact=fact, fix=fix)

    def read_end(self, now: datetime) -> datetime | None:
        """Return when the login ends, if it was accepted and anything tells; not to know it is no fault of the login."""
        if self._sign_in not in (SignIn.BASIC, SignIn.TOKEN):
            return None
        told = None
        try:
            told = self._registry.read_end(self._way)
        except RegistryError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, the check has its finding already
            # The text of an error may quote what a provider sent, so only its kind is logged.
            log.error("A check met an unexpected %s when it asked for the end of a login.", type(error).__name__)
        ends_at = told or self._registry.ends_at
        # What was accepted just now has not ended, whatever anybody tells of it.
        return ends_at if ends_at and ends_at > now else None

    def _look_up(self) -> _Told:
        first, *more = self._way.look_up()
        host, others = host_of(self._registry.origin), f" and {len(more)} more" if more else ""
        fact = f"{host} is {first}{others}." if host != first else f"{host} is an address, with nothing to look up."
        return State.PASSED, fact, ""

    def _secure(self) -> _Told:
        tls = self._way.handshake()
        if tls is None:
            return State.PASSED, "Plain http, which an operator allowed for this network.", ""
        day = f"{tls.not_after.day} {tls.not_after:%b %Y}"
        return State.PASSED, f"{tls.version.replace('TLSv', 'TLS ')}. Certificate valid until {day}.", ""

    def _sign(self) -> _Told:
        credential = self._login(self._way)
        gave = self._gave(credential)
        self._has_login = credential is not None
        self._client = Client(self._registry.origin, self._way, credential=credential, realms=self._registry.realms)
        self._sign_in = self._client.sign_in()
        if self._sign_in == SignIn.ANONYMOUS:
            return State.PASSED, "No login is stored, so none was offered.", ""
        if self._sign_in == SignIn.OPEN and not self._has_login:
            return State.PASSED, "The registry lets anybody in.", ""
        if self._sign_in == SignIn.OPEN:
            fix = "Name a test image that is private: reading it proves the login."
            return State.WARNED, f"{gave}The registry lets anybody in, so the login is not proved.", fix
        account = self._registry.account
        return State.PASSED, gave + (f"Accepted as {account}." if account else "The login was accepted."), ""

    def _gave(self, credential: Credential | None) -> str:
        """Say that the login was minted, and until when it holds; "" where it is the one that is stored."""
        if not self._registry.mints or credential is None or credential.expires_at is None:
            return ""
        return f"{self._registry.name} gave a password that ends at {credential.expires_at.astimezone(UTC):%H:%M} UTC. "

    def _pull(self) -> _Told:
        if not self._test_image:
            return self._pull_anything()
        self._image = _image(self._test_image, self._registry)
        manifest = self._client.manifest(self._image.repository, self._image.target)
        name = short(self._image)
        if manifest.platforms and USUAL_PLATFORM not in manifest.platforms:
            fix = f"Most machines cannot run it. Build it for {USUAL_PLATFORM} too."
            return State.WARNED, f"{name} is for {_list(manifest.platforms)}, not for {USUAL_PLATFORM}.", fix
        return State.PASSED, ", ".join([name, *_measures(manifest)]) + ".", ""

    def _pull_anything(self) -> _Told:
        """Read what the catalog offers. It is not named, since a catalog could have been written to show our login."""
        try:
            manifest = self._found_in_catalog()
        except RegistryError:
            manifest = None
        if manifest is not None:
            measures = ", ".join(_measures(manifest))
            return State.PASSED, f"No test image is named. One from the catalog was read: {measures}.", ""
        proved = " Signing in is." if self._sign_in in (SignIn.BASIC, SignIn.TOKEN) else ""
        return State.SKIPPED, f"No test image is named, so a pull is not proved.{proved}", ""

    def _found_in_catalog(self) -> Manifest | None:
        prefix = self._registry.prefix
        for repository in self._client.catalog():
            if not prefix or repository == prefix or repository.startswith(f"{prefix}/"):
                tags = self._client.tags(repository, limit=1)
                return self._client.manifest(repository, tags[0]) if tags else None
        return None

    def _push(self) -> _Told:
        if self._image is None:
            fact = "No test image is named, so Berth does not know where to try an upload."
            return State.WARNED, fact, "Name a test image."
        self._client.try_push(self._image.repository)
        return State.PASSED, "An upload was started and cancelled.", ""


def _image(text: str, registry: Flavor) -> Reference:
    """Read a test image, whose host may be left out; short names of Docker Hub are spelt out."""
    as_written = Reference.parse(text)
    return as_written if registry.is_at(as_written.host) else Reference.parse(f"{registry.host}/{text}")


def _end(ends_at: datetime, now: datetime) -> str:
    """Say when a login ends: the day, and where that is near the time of day too."""
    at = f" at {ends_at:%H:%M} UTC" if ends_at - now <= NEAR else ""
    return f"It ends on {ends_at.day} {ends_at:%b %Y}{at}."


def _measures(manifest: Manifest) -> list[str]:
    size = [_size(manifest.size_bytes)] if manifest.size_bytes is not None else []
    return [*size, *manifest.platforms]


def _size(count: int) -> str:
    """Write a number of bytes as people do: `1.9 GB`."""
    size, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:.1f} {unit}"


def _list(words: tuple[str, ...]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
