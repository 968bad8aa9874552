"""What the browser complains of while a test looks elsewhere: nothing, unless the test expected it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Request, WebError

# The policy's violations stand on the console too. The event is heard in addition, since it names the directive.
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => console.error(
  `Content Security Policy: ${event.effectiveDirective} refused ${event.blockedURI} in ${event.sourceFile}`));
"""


class Lookout:
    """
    Hears errors on the console, faults of scripts, violations of the content security policy, dialogs of scripts, and
    requests to anybody but Berth.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._heard: list[str] = []
        self._expected: list[str] = []

    @contextmanager
    def watching(self, contexts: Collection[BrowserContext]) -> Iterator[None]:
        """Hear every page of the contexts, until the block ends."""
        hearing: Mapping[str, Callable[[Any], None]] = {
            "console": self._hear_console,
            "weberror": self._hear_fault,
            "dialog": self._hear_dialog,
            "request": self._hear_request,
        }
        for context in contexts:
            for event, hear in hearing.items():
                context.on(event, hear)  # type: ignore[call-overload]  # Playwright types each event by its literal name.
        yield
        for context in contexts:
            for event, hear in hearing.items():
                context.remove_listener(event, hear)

    def expect(self, words: str) -> None:
        """Let a complaint with these words pass. It has to come: one that does not fails the test as well."""
        self._expected.append(words)

    def expect_status(self, status: int) -> None:
        """Let an answer of this status pass, which the browser notes on its console."""
        self.expect(f"responded with a status of {status} ")

    @property
    def unexpected(self) -> list[str]:
        """What was heard and not expected."""
        return [heard for heard in self._heard if not any(words in heard for words in self._expected)]

    @property
    def missed(self) -> list[str]:
        """What was expected and not heard."""
        return [words for words in self._expected if not any(words in heard for heard in self._heard)]

    def _hear_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._heard.append(f"the console says: {message.text} ({message.location.get('url', '')})")

    def _hear_fault(self, fault: WebError) -> None:
        self._heard.append(f"a script failed: {fault.error}")

    def _hear_dialog(self, dialog: Dialog) -> None:
        self._heard.append(f"a dialog opened: {dialog.type} {dialog.message}")
        dialog.dismiss()

    def _hear_request(self, request: Request) -> None:
        if not request.url.startswith(f"{self._origin}/"):
            self._heard.append(f"a request left Berth: {request.url}")
