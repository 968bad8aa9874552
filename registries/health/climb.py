"""
One examination under way: how each of the five steps is taken, and what it learned that the next ones stand on.

Source: product page, section 5; reference page, sections 2.1, 2.5 and 2.6.
"""

import logging
from collections.abc import Callable, Collection
from datetime import UTC

from console.sentences import say, together
from registries.distribution import (
    Client,
    Credential,
    Http,
    InvalidReference,
    Reference,
    RegistryError,
    SignIn,
)
from registries.distribution.origin import host_of
from registries.distribution.token_host import may_be_approved
from registries.explanations import Asked, explain
from registries.flavors.base import Flavor
from registries.health import pulling
from registries.health.pulling import Told
from registries.health.way import Way
from registries.outcomes import Outcome, State, Step, StepResult
from registries.repairs import TO_CHANGE_THE_IMAGE, TO_NAME_AN_IMAGE

log = logging.getLogger("berth")


class Climb:
    """
    One examination of one registry.

    `client` is None until the login is there, `has_login` whether there is one to be proved, `image` the test image once
    it is asked for, `read` what a manifest was read of, whether or not somebody named it.
    """

    def __init__(
        self,
        registry: Flavor,
        way: Way,
        test_image: str,
        login: Callable[[Http], Credential | None],
        token_hosts: Collection[str] = (),
    ) -> None:
        self.registry = registry
        self.way = way
        self.test_image = test_image
        self.client: Client | None = None
        self.has_login = registry.mints
        self.sign_in = SignIn.OPEN
        self.image: Reference | None = None
        self.read: Reference | None = None
        self._login = login
        # Whatever is stored as approved: what nobody may approve gets no login.
        self._realms = (*registry.realms, *filter(may_be_approved, token_hosts))

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
            told = takes[step]()
        except RegistryError as error:
            asked = Asked(registry=self.registry, step=step, has_login=self.has_login, image=self.image)
            return explain(error, asked)
        except InvalidReference:
            fact, fix = say("The test image is not an image reference."), say("Check the test image.")
            failed = StepResult(step=step, state=State.FAILED, fact=fact, fix=fix, mends=(TO_CHANGE_THE_IMAGE,))
            return Outcome.IMAGE_NOT_FOUND, failed
        except Exception as error:  # noqa: BLE001 - whatever it is, the check ends in a finding
            # The text of an error may quote what a registry sent, so only its kind is logged.
            log.error("A check met an unexpected %s at %s.", type(error).__name__, step)
            fact = say("Berth ran into a fault of its own.")
            fix = say("Its log names the kind. The registry may be fine.")
            return Outcome.COULD_NOT_CHECK, StepResult(step=step, state=State.FAILED, fact=fact, fix=fix)
        return Outcome.CONNECTED, StepResult(step=step, **told._asdict())

    @property
    def named_image(self) -> Reference:
        """The test image, whose host may be left out; raises `InvalidReference` where it is none."""
        as_written = Reference.parse(self.test_image)
        if self.registry.is_at(as_written.host):
            return as_written
        return Reference.parse(f"{self.registry.host}/{self.test_image}")  # Spells out short names of Docker Hub.

    def asking(self, credential: Credential | None) -> Client:
        """Return a client of this registry that has this login, or none."""
        return Client(self.registry.origin, self.way, credential=credential, realms=self._realms)

    # The steps -------------------------------------------------------------------------------------------------------

    def _look_up(self) -> Told:
        first, *more = self.way.look_up()
        host = host_of(self.registry.origin)
        if host == first:
            return Told(State.PASSED, say("{host} is an address, with nothing to look up.", host=host))
        if not more:
            return Told(State.PASSED, say("{host} is {address}.", host=host, address=first))
        return Told(State.PASSED, say("{host} is {address} and {count} more.", host=host, address=first, count=len(more)))

    def _secure(self) -> Told:
        tls = self.way.handshake()
        if tls is None:
            return Told(State.PASSED, say("Plain http, which an operator allowed for this network."))
        version, day = tls.version.replace("TLSv", "TLS "), tls.not_after.date()
        fact = say("{version}. Certificate valid until {day}.", version=version, day=day)
        if tls.proxy:
            fact = say(
                "{version}, through the proxy {proxy}. Certificate valid until {day}.",
                version=version, proxy=tls.proxy, day=day,
            )  # fmt: skip
        return Told(State.PASSED, fact)

    def _sign(self) -> Told:
        credential = self._login(self.way)
        gave = self._gave(credential)
        self.has_login = credential is not None
        self.client = self.asking(credential)
        self.sign_in = self.client.sign_in()
        if self.sign_in == SignIn.ANONYMOUS:
            return Told(State.PASSED, say("No login is given, so none was offered."))
        if self.sign_in == SignIn.OPEN and not self.has_login:
            return Told(State.PASSED, say("The registry lets anybody in."))
        if self.sign_in == SignIn.OPEN:
            fix = say("Name a test image that is private: reading it proves the login.")
            fact = together(gave, say("The registry lets anybody in, so the login is not proved."))
            return Told(State.WARNED, fact, fix, (TO_CHANGE_THE_IMAGE if self.test_image else TO_NAME_AN_IMAGE,))
        account = self.registry.account
        accepted = say("Accepted as {account}.", account=account) if account else say("The login was accepted.")
        return Told(State.PASSED, together(gave, accepted))

    def _gave(self, credential: Credential | None) -> str:
        """Say that the login was minted, and until when it holds; "" where it is the one that is stored."""
        if not self.registry.mints or credential is None or credential.expires_at is None:
            return ""
        return say(
            "{provider} gave a password that ends at {time} UTC.",
            provider=self.registry.name, time=f"{credential.expires_at.astimezone(UTC):%H:%M}",
        )  # fmt: skip

    def _pull(self) -> Told:
        client = self._signed_in()
        if not self.test_image:
            told, self.read = pulling.anything(client, self.registry, self.sign_in)
            return told
        self.image = self.named_image
        manifest = client.manifest(self.image.repository, self.image.target)
        self.read = self.image
        return pulling.told(self.image, manifest)

    def _push(self) -> Told:
        if self.image is None:
            fact = say("No test image is named, so Berth does not know where to try an upload.")
            return Told(State.WARNED, fact, say("Name a test image."), (TO_NAME_AN_IMAGE,))
        self._signed_in().try_push(self.image.repository)
        return Told(State.PASSED, say("An upload was started and cancelled."))

    def _signed_in(self) -> Client:
        assert self.client is not None  # noqa: S101 - the steps are taken in their order
        return self.client
