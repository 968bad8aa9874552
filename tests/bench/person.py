"""Somebody at a browser, without the browser: who signs in, reads pages and presses buttons, and how fast that goes."""

import http.client
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.bench.figures import milliseconds, within

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Person:
    """Somebody who keeps cookies, and makes a new connection for each request."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in by the form. Raises AssertionError where it is not let in."""
        self.post("/accounts/login/", token=self.token("/accounts/login/"), login=email, password=password)
        assert "berth-session" in self.cookies, "The sign-in was refused."

    def get(self, path: str) -> str:
        """Return a page."""
        status, body = self.send("GET", path)
        assert status == 200, f"{path} answered HTTP {status}."
        return body

    def token(self, page: str) -> str:
        """Return what a form of a page has to carry."""
        found = _TOKEN.search(self.get(page))
        assert found, f"There is no form on {page}."
        return found[1]

    def post(self, path: str, *, token: str, **fields: str) -> None:
        """Send a form, as its button does."""
        status, _ = self.send("POST", path, urlencode({**fields, "csrfmiddlewaretoken": token}))
        assert status == 302, f"{path} answered HTTP {status}."

    def send(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """Send one request, and return its status and its page."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        for said in answer.headers.get_all("Set-Cookie", []):
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(said).items()})
        return answer.status, page


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast a page was answered: requests per second, and the milliseconds that 95 % of the answers stayed within."""

    per_second: float
    slow_ms: float


def pace(person: Person, path: str, *, clients: int, seconds: float) -> Pace:
    """Have `clients` threads ask for a page, each as soon as it has its answer, and return how fast that went."""
    started = time.monotonic()

    def ask_again_and_again(_: int) -> list[float]:
        taken = []
        while time.monotonic() < started + seconds:
            taken.append(milliseconds(lambda: person.get(path)))
        return taken

    with ThreadPoolExecutor(clients) as threads:
        taken = [one for each in threads.map(ask_again_and_again, range(clients)) for one in each]
    return Pace(per_second=len(taken) / (time.monotonic() - started), slow_ms=within(taken))
