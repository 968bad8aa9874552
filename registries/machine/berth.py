#!/usr/bin/env python3
"""
The machine client of Berth: how Docker, Podman, Skopeo, the kubelet and scripts get the registry logins of a team.

One file, the standard library of Python 3.9 or newer. What it does follows from the name it is called by:

    docker-credential-berth     Docker's and Podman's credential helper (also `berth docker-credential`)
    berth-credential-provider   the kubelet's image credential provider (also `berth credential-provider`)
    berth                       for people and scripts; `berth --help` lists its commands

Settings, all from the environment:

    BERTH_URL         the address of Berth, such as https://berth.example.com; plain http only on this machine itself
    BERTH_TOKEN       a machine token, or
    BERTH_TOKEN_FILE  a file that holds one
    BERTH_CA_FILE     certificate authorities in PEM that are trusted beside those of the system

Exit codes of `berth`: 0 it is done; 1 Berth says no, since there is no such login, or it is paused, or two would fit;
2 Berth could not be asked: it is not reached, a setting or the token is wrong, or the command is. Of `berth check`: 0 all
is well, 1 something was found, 2 a file could not be checked. Docker's protocol and the kubelet's know 0 and 1 alone.

The token goes to BERTH_URL in the header `Authorization` and nowhere else: no redirect is followed, no proxy of the
environment is used, TLS is always checked. No other program is started.

Sources: reference pages, registries.md 4.1 to 4.5 (formats and protocols), components.md 3 (what clients really send).
"""

# ruff: noqa: UP017  # datetime.UTC came with Python 3.11.

from __future__ import annotations

import argparse
import base64
import http.client
import ipaddress
import json
import math
import os
import random
import re
import shlex
import shutil
import socket
import ssl
import stat
import sys
import tempfile
import threading
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Protocol, TextIO
from urllib.parse import quote, urlencode, urlsplit

if sys.platform != "win32":
    import fcntl

VERSION = "0.1.0"

BERTH, DOCKER, KUBELET = "berth", "docker-credential-berth", "berth-credential-provider"

ANSWER_LIMIT_BYTES = 1024 * 1024
VERDICT_LIMIT_BYTES = 4 * 1024 * 1024  # of a workload file, which may have 500 images
DOCKER_SECONDS = 10.0  # Docker waits without a limit, and asks several times for one pull.
KUBELET_SECONDS = 30.0  # The kubelet ends its providers after a minute.
COMMAND_SECONDS = 30.0
CHECK_SECONDS = 75.0  # for each file: a token that asked too often is heard again within a minute, which is waited for
CONNECT_SECONDS = 4.0  # for each address of a name, so that one that is silent leaves time for the next
PAUSES_SECONDS = (0.25, 0.5, 1.0, 2.0)


# How it can fail --------------------------------------------------------------------------------------------------------
#
# Problem
# ├── Refused        Berth was asked and says no (exit code 1)
# │   └── NotFound   there is no login for this; whoever pulls goes on without one
# └── CouldNot       Berth could not be asked, or could not answer (exit code 2)
#     ├── Passing    the same, but another attempt may well go better
#     └── Unchecked  one workload file could not be checked; another one may well be


class Problem(Exception):
    """What is wrong and what to do, in sentences that hold no secret."""

    code = 2


class Refused(Problem):
    """Berth says no."""

    code = 1


class NotFound(Refused):
    """There is no login for what was asked."""


class CouldNot(Problem):
    """Berth could not be asked, or could not answer."""


class Passing(CouldNot):
    """A fault that may be gone in a moment."""


class Unchecked(CouldNot):
    """A workload file that cannot be checked: `rule` says why, and `line` and `column` where, or are 0."""

    def __init__(self, sentence: str, *, rule: str, line: int = 0, column: int = 0) -> None:
        super().__init__(sentence)
        self.rule, self.line, self.column = rule, line, column


def plain(text: str) -> str:
    """Return words of elsewhere as one line that cannot steer a terminal, at most 800 characters."""
    line = " ".join(text.split())
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)[:800]


# Settings ---------------------------------------------------------------------------------------------------------------

_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
_TOKEN = re.compile(r"(berth_[0-9A-Za-z]{8}_[0-9A-Za-z]{32})([0-9A-Za-z]{6})", re.ASCII)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Address:
    """Where Berth is: `https`, `berth.example.com`, 443, and a path in front of its own, mostly empty."""

    scheme: str
    host: str
    port: int
    path: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        standard = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{host}" + ("" if standard else f":{self.port}") + self.path


@dataclass(frozen=True)
class Settings:
    """What the environment says, judged."""

    address: Address
    token: str = field(repr=False)
    ca_file: str = ""


def read_settings(environ: Mapping[str, str], warn: Callable[[str], None]) -> Settings:
    """Read the settings, and `warn` of a token file that everyone can read. Raises `CouldNot`."""
    address = read_address(environ.get("BERTH_URL", "").strip())
    return Settings(address, read_token(environ, warn), environ.get("BERTH_CA_FILE", "").strip())


def read_address(text: str) -> Address:
    """Read BERTH_URL. Raises `CouldNot` where it is no address that a token may be sent to."""
    if not text:
        raise CouldNot("BERTH_URL is not set. Set it to the address of Berth, such as https://berth.example.com.")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise CouldNot("BERTH_URL holds characters that no address has. Copy it again.")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise CouldNot("BERTH_URL is not an address. Write it like https://berth.example.com.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise CouldNot("BERTH_URL is not a whole address. Write it with https:// in front.")
    if "@" in parts.netloc:
        raise CouldNot("BERTH_URL holds a user name. Leave it out: Berth takes the machine token alone.")
    if parts.query or parts.fragment:
        raise CouldNot("BERTH_URL holds more than an address. Leave out what begins with ? or #.")
    if parts.scheme == "http" and not is_loopback(host):
        raise CouldNot("BERTH_URL is plain http, and would show the token to the network. Write https://.")
    path = quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~")
    return Address(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine itself: 127.0.0.0/8, ::1 or localhost."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _LOOPBACK)


def read_token(environ: Mapping[str, str], warn: Callable[[str], None]) -> str:
    """Return the machine token. Raises `CouldNot` where there is none, or what there is cannot be one."""
    given, file = environ.get("BERTH_TOKEN", "").strip(), environ.get("BERTH_TOKEN_FILE", "").strip()
    if given and file:
        raise CouldNot("BERTH_TOKEN and BERTH_TOKEN_FILE are both set. Set one of them.")
    if not given and not file:
        raise CouldNot(
            "No machine token is set. Make one on the page Machine tokens of the team, "
            "and name a file that holds it in BERTH_TOKEN_FILE, or set BERTH_TOKEN."
        )
    source = "BERTH_TOKEN_FILE" if file else "BERTH_TOKEN"
    token = _read_token_file(file, warn).strip() if file else given
    if not token:
        raise CouldNot(f"The file in {source} is empty. Put the machine token into it.")
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise CouldNot(f"{source} holds no machine token: one begins with berth_ and has 53 characters. Copy it whole.")
    if _checksum(match[1]) != match[2]:
        raise CouldNot(f"The machine token in {source} is mistyped: its last 6 characters do not fit. Copy it again.")
    return token


def _read_token_file(path: str, warn: Callable[[str], None]) -> str:
    try:
        # Without waiting, since a pipe that nobody writes to would hold a pull for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            status = os.fstat(descriptor)
            content = os.read(descriptor, 4096) if stat.S_ISREG(status.st_mode) else None
        finally:
            os.close(descriptor)
    except OSError as error:
        raise CouldNot(
            f"BERTH_TOKEN_FILE names {plain(path)}, which cannot be read: {error.strerror}. "
            "Correct the path, or let the user who runs this read the file."
        ) from None
    if content is None:
        raise CouldNot(
            f"BERTH_TOKEN_FILE names {plain(path)}, which is not a regular file, and a pipe such as <(…) makes or a folder "
            "is not read. Put the machine token into a regular file, or set BERTH_TOKEN."
        )
    if os.name == "posix" and status.st_mode & (stat.S_IROTH | stat.S_IWOTH):
        warn(f"Everyone on this machine can read the machine token. Run: chmod 600 {plain(shlex.quote(path))}")
    return content.decode("ascii", "replace")


def _checksum(body: str) -> str:
    number, characters = zlib.crc32(body.encode("ascii")), ""
    for _ in range(6):
        number, rest = divmod(number, len(_DIGITS))
        characters = _DIGITS[rest] + characters
    return characters


# One exchange -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the media type, the body, and two headers that say what to do next."""

    status: int
    kind: str
    body: bytes = field(repr=False)
    retry_after: str = ""
    location: str = ""

    def document(self, *kinds: str) -> dict[str, Any] | None:
        """Return the JSON object of the body, or None where it is none, or of another media type."""
        if self.kind not in kinds:
            return None
        try:
            document = read_json(self.body, number=_finite)
        except ValueError:
            return None
        return document if isinstance(document, dict) else None


class Twice(ValueError):
    """An object of JSON that has a key twice, of which readers take the first, or the last, or neither."""


def read_json(content: bytes, *, number: Callable[[str], float] = float) -> Any:
    """Read JSON in UTF-8 of which all readers understand the same; `number` reads fractions. Raises ValueError, `Twice`."""
    try:
        return json.loads(
            content.decode("utf-8"), parse_float=number, parse_constant=_no_constant, object_pairs_hook=_each_once
        )
    except RecursionError:
        raise ValueError("nested too deep") from None


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):  # 1e999, which would be written as Infinity.
        raise ValueError("too great a number")
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            raise Twice(key)
        read[key] = value
    return read


class Exchange(Protocol):
    """Ask for a path with headers, within so many seconds; with a body by POST. Raises `Problem`s alone."""

    def __call__(self, path: str, headers: Mapping[str, str], seconds: float, body: bytes | None = None) -> Answer: ...


class Wire:
    """The way to Berth over the network: one connection for each question, bounded in bytes and in time as a whole."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.address
        self._ca_file = settings.ca_file
        self._trust = _trust(settings.ca_file) if settings.address.scheme == "https" else None

    def __call__(self, path: str, headers: Mapping[str, str], seconds: float, body: bytes | None = None) -> Answer:
        connection = self._connection(min(seconds, CONNECT_SECONDS))
        outcome: list[Answer | Exception] = []

        def work() -> None:
            try:
                outcome.append(_exchange(connection, self._address.path + path, headers, seconds, body))
            except Exception as error:  # noqa: BLE001  # It is judged below, by whoever waits for this thread.
                outcome.append(error)
            finally:
                connection.close()

        # A thread, since a look-up has no time limit of its own, and the limit of a socket starts again with every byte.
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(seconds)
        if not outcome:
            _hang_up(connection)
            raise Passing(_LATE.format(address=self._address))
        if isinstance(outcome[0], Exception):
            raise self._explained(outcome[0])
        return outcome[0]

    def _connection(self, seconds: float) -> http.client.HTTPConnection:
        host, port = self._address.host, self._address.port
        if self._trust is None:
            return http.client.HTTPConnection(host, port, timeout=seconds)
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=self._trust)

    def _explained(self, error: Exception) -> Problem:
        address = self._address
        if isinstance(error, ssl.SSLCertVerificationError):
            return CouldNot(_distrust(error, address.host, self._ca_file))
        if isinstance(error, socket.gaierror):
            # Only "no such name" is certain; a look-up that failed may go better in a moment.
            kind = CouldNot if error.errno == socket.EAI_NONAME else Passing
            return kind(f"{address.host} is not found in DNS. Check the spelling of BERTH_URL.")
        for fault, kind, sentence in _FAULTS:
            if isinstance(error, fault):
                return kind(sentence.format(address=address, reason=getattr(error, "strerror", None) or "it broke off"))
        return CouldNot(f"This program ran into a fault of its own ({type(error).__name__}).")


_NOT_BERTH = "What answers at {address} is not Berth, or not as this program knows it. Check BERTH_URL."
_BROKE_OFF = "Berth at {address} broke off the connection. Try again later."
_LATE = "Berth at {address} did not answer in time. Try again later."
_FAULTS: tuple[tuple[type[Exception], type[CouldNot], str], ...] = (
    (ssl.SSLEOFError, Passing, _BROKE_OFF),
    (ssl.SSLZeroReturnError, Passing, _BROKE_OFF),
    (ssl.SSLError, CouldNot, "What answers at {address} speaks no TLS that this machine accepts. Check BERTH_URL."),
    (
        ConnectionRefusedError,
        Passing,
        "Nothing answers at {address}: Berth is stopped there, or BERTH_URL is the address of something else.",
    ),
    (ConnectionResetError, Passing, _BROKE_OFF),
    (socket.timeout, Passing, _LATE),  # It is no TimeoutError before Python 3.10.
    (TimeoutError, Passing, _LATE),
    (OSError, Passing, "Berth at {address} is not reached: {reason}."),
    (http.client.IncompleteRead, Passing, _BROKE_OFF),
    (http.client.HTTPException, CouldNot, _NOT_BERTH),
    (ValueError, CouldNot, _NOT_BERTH),
)
"""What a fault of the network is called, the narrower ones first."""


def _exchange(
    connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str], seconds: float, body: bytes | None
) -> Answer:
    connection.connect()
    connection.sock.settimeout(seconds)
    # Who refuses a long body may answer before it is sent whole, and that answer is read.
    with suppress(BrokenPipeError):
        connection.request("GET" if body is None else "POST", path, body=body, headers=dict(headers))
    with connection.getresponse() as response:
        expected = response.length
        limit = ANSWER_LIMIT_BYTES if body is None else VERDICT_LIMIT_BYTES
        content = response.read(limit + 1)
        if len(content) > limit:
            raise ValueError("The answer is longer than any of Berth.")
        if expected is not None and len(content) < expected:
            raise http.client.IncompleteRead(b"")
        return Answer(
            response.status,
            response.headers.get_content_type(),
            content,
            response.headers.get("Retry-After", ""),
            response.headers.get("Location", ""),
        )


def _hang_up(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _trust(ca_file: str) -> ssl.SSLContext:
    # Made by hand: `create_default_context` would write the keys of the connection where SSLKEYLOGFILE says.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except ssl.SSLError:
            raise CouldNot(f"BERTH_CA_FILE names {plain(ca_file)}, which holds no certificate in PEM.") from None
        except OSError as error:
            raise CouldNot(f"BERTH_CA_FILE names {plain(ca_file)}, which cannot be read: {error.strerror}.") from None
    return context


def _distrust(error: ssl.SSLCertVerificationError, host: str, ca_file: str) -> str:
    reason = error.verify_message.lower()
    if "hostname mismatch" in reason or "ip address mismatch" in reason:
        return f"The certificate that answers is not for {host}. Set BERTH_URL to the name that is in the certificate."
    if "expired" in reason or "not yet valid" in reason:
        return (
            f"The certificate of {host} is out of date, or the clock of this machine is wrong. Its owner has to renew it."
        )
    if ca_file:
        return (
            f"The certificate of {host} comes from an authority that neither this machine knows nor {plain(ca_file)} "
            "holds. Put the right authority into the file that BERTH_CA_FILE names."
        )
    return (
        f"The certificate of {host} comes from an authority that this machine does not know. "
        "Put that authority into a file, in PEM, and name the file in BERTH_CA_FILE."
    )


def not_berth(address: Address) -> CouldNot:
    return CouldNot(_NOT_BERTH.format(address=address))


# Questions --------------------------------------------------------------------------------------------------------------

_AGAIN = (429, 502, 503, 504)
_NOT_FOUND_CODES = ("not_found", "no_login")
_FOR_DOCKER = "Docker names hosts alone: limit the machine token to one of them, or use docker-config --format containers."
_FOR_FILES = "Or use --format containers, which keeps several logins for one host."


class Console:
    """Berth, as a machine asks it: questions of the API, asked again within the deadline where that may help."""

    def __init__(
        self,
        settings: Settings,
        *,
        program: str = BERTH,
        seconds: float = COMMAND_SECONDS,
        exchange: Exchange | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._address, self._token = settings.address, settings.token
        self._token_as_said = _spelt(settings.token)
        self._exchange = exchange or Wire(settings)
        self._program, self._seconds = program, seconds
        self._clock, self._sleep = clock, sleep

    def login(self, *, image: str = "", registry: str = "", server: str = "") -> Login:
        """Ask for the login of an image (perhaps of one registry), of a registry or of a server. Raises `NotFound` too."""
        question = [("image", image), ("registry", registry), ("server", server)]
        named = [(name, value) for name, value in question if value]
        try:
            return Login.read(self._document("/credentials", named, advice={"ambiguous": _FOR_DOCKER} if server else {}))
        except (KeyError, TypeError, ValueError):
            raise not_berth(self._address) from None

    def registries(self) -> list[Registry]:
        """Ask for the registries that the token may use, without any secret."""
        try:
            return [Registry.read(row) for row in self._document("/registries", [])["registries"]]
        except (KeyError, TypeError, ValueError):
            raise not_berth(self._address) from None

    def docker_config(self, names: Sequence[str], form: str) -> dict[str, Any]:
        """Ask for the logins (`auths`) of the named registries, or of all; `form` is docker or containers."""
        question = [*(("registry", name) for name in names), ("format", form)]
        advice = {"shared_host": _FOR_FILES} if form == "docker" else {}
        try:
            return _auths(self._document("/docker-config", question, advice=advice))
        except TypeError:
            raise not_berth(self._address) from None

    def pull_secret(self, names: Sequence[str], *, name: str, namespace: str) -> dict[str, Any]:
        """Ask for a Secret of Kubernetes, and return it. Without a name it is called after its registry, else `berth`."""
        metadata = {"name": name or secret_name(names), **({"namespace": namespace} if namespace else {})}
        question = [*(("registry", one) for one in names), *metadata.items(), ("format", "json")]
        try:
            return read_pull_secret(self._document("/pull-secret", question), metadata)
        except (KeyError, TypeError, ValueError):
            raise not_berth(self._address) from None

    def check(self, text: str, *, look_up: bool = False, needed_until: str = "") -> Verdict:
        """Ask what is to be said of a workload file. Raises `Unchecked` where it is the file that cannot be read."""
        question = {"spec": text, "look_up": look_up, **({"needed_until": needed_until} if needed_until else {})}
        body = json.dumps(question, ensure_ascii=False).encode("utf-8")
        answer = self._ask("/spec-checks", [], body=body, patient=True)
        try:
            return Verdict.read(answer.document("application/json") or {})
        except (KeyError, TypeError, ValueError):
            raise not_berth(self._address) from None

    def _document(
        self, path: str, question: Sequence[tuple[str, str]], *, advice: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        document = self._ask(path, question, advice=advice or {}).document("application/json")
        if document is None:
            raise not_berth(self._address)
        return document

    def _ask(
        self,
        path: str,
        question: Sequence[tuple[str, str]],
        *,
        advice: Mapping[str, str] | None = None,
        body: bytes | None = None,
        patient: bool = False,
    ) -> Answer:
        """
        Return the answer to a question. `advice` says more to people about a refusal, by its code.

        `patient` comes again as often as Berth says when to, and not only a few times.
        """
        target = f"/api/v1{path}" + (f"?{urlencode(question)}" if question else "")
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/json, application/problem+json",
            "User-Agent": f"{self._program}/{VERSION}",
            "Connection": "close",
            **({} if body is None else {"Content-Type": "application/json"}),
        }
        until = self._clock() + self._seconds
        pauses = iter(PAUSES_SECONDS)
        while True:
            hint = 0.0
            try:
                answer = self._exchange(target, headers, max(until - self._clock(), 0.01), body)
                if answer.status == 200:
                    return answer
                problem = self._problem(answer, advice or {})
                if answer.status not in _AGAIN:
                    raise problem
                hint = float(answer.retry_after) if re.fullmatch(r"[0-9]{1,6}", answer.retry_after) else 0.0
            except Passing as passing:
                problem = passing
            pause = hint if patient and hint else next(pauses, None)
            if pause is None:
                raise problem
            # Spread, so that a hundred machines that met the same restart do not come back at the same moment.
            wait = max(hint, pause) * random.uniform(1, 1.25)  # noqa: S311
            if self._clock() + wait >= until:
                raise problem
            self._sleep(wait)

    def _problem(self, answer: Answer, advice: Mapping[str, str]) -> Problem:
        said = answer.document("application/problem+json")
        if said is None or not isinstance(said.get("code"), str):
            return self._not_from_berth(answer)
        code, detail = said["code"], said.get("detail")
        sentence = self._said(detail if isinstance(detail, str) and detail else f"Berth answers {answer.status} ({code}).")
        if answer.status == 401:
            return CouldNot(
                "Berth does not accept this machine token: it has ended, or was revoked, or belongs to another Berth than "
                f"{self._address}. Make a new one on the page Machine tokens of the team."
            )
        if answer.status == 404 and code in _NOT_FOUND_CODES:
            return NotFound(sentence)
        if answer.status == 409:
            return Refused(f"{sentence} {advice[code]}" if code in advice else sentence)
        if code in ("unreadable_spec", "too_large"):
            return Unchecked(sentence, rule=code, line=_count(said.get("line", 0)), column=_count(said.get("column", 0)))
        again = answer.status in _AGAIN and re.fullmatch(r"[0-9]{1,6}", answer.retry_after)
        return CouldNot(f"{sentence} Try again in {answer.retry_after} s." if again else sentence)

    def _said(self, words: str) -> str:
        """Return words of elsewhere as people may read them, and without the token."""
        return plain(self._token_as_said.sub("berth_…", words))  # It is masked first: what is cut off may be its end.

    def _not_from_berth(self, answer: Answer) -> Problem:
        if 300 <= answer.status < 400:
            match = re.match(r"https?://[A-Za-z0-9.:\[\]-]{1,255}", answer.location)
            elsewhere = self._said(match[0]) if match else "another address"
            return CouldNot(
                f"{self._address} sends on to {elsewhere}, where the token is not taken. "
                "Set BERTH_URL to the address where Berth itself answers."
            )
        if answer.status in (401, 403, 407):
            return CouldNot(f"Something in front of Berth at {self._address} refuses this machine ({answer.status}).")
        if answer.status == 413:
            return Unchecked(f"Something in front of Berth at {self._address} takes no file this long.", rule="too_large")
        if answer.status == 429:
            return CouldNot(f"{self._address} takes no more questions for now. Try again later.")
        if answer.status in _AGAIN:
            return CouldNot(
                f"{self._address} answers {answer.status}, as a proxy does where Berth behind it is stopped. "
                "Try again later."
            )
        return not_berth(self._address)


def _spelt(token: str) -> re.Pattern[str]:
    """
    Match the token in a text, whatever stands between its letters and digits: white space of any kind, dashes, nothing.

    It keeps the token out of logs where a server repeats what it was sent. One that spells it in another way has it anyway.
    """
    return re.compile(r"[\W_]*".join(character for character in token if character.isalnum()), re.ASCII)


@dataclass(frozen=True)
class Login:
    """A login, as Berth hands it out. At some registries the user name is the secret as well, so neither is shown."""

    registry: str
    server: str
    prefix: str
    username: str = field(repr=False)
    password: str = field(repr=False)
    path_key: str
    expires_at: datetime | None

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Login:
        """Read it from Berth's answer. Raises KeyError, TypeError and ValueError where that is none."""
        names = ("registry", "server", "prefix", "username", "password", "path_key")
        texts = {name: _text(document[name]) for name in names}
        # A line break in one of these could become a line of its own in what somebody else reads (CVE-2020-5260).
        if not all(value.isprintable() for name, value in texts.items() if name != "password"):
            raise ValueError("a control character")
        if "\0" in texts["password"]:
            raise ValueError("a NUL")
        end = document["expires_at"]
        return cls(**texts, expires_at=None if end is None else _moment(_text(end)))


@dataclass(frozen=True)
class Registry:
    """A registry of the team, as far as machines see it without a secret."""

    name: str
    host: str
    prefix: str
    username: str
    paused: bool
    health: str
    ends_at: str
    docker_config_key: str

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Registry:
        """Read it from Berth's answer. Raises KeyError, TypeError and ValueError where that is none."""
        texts = {name: _text(document[name]) for name in ("name", "host", "prefix", "health", "docker_config_key")}
        blank = {name: _text(document[name] or "") for name in ("username", "ends_at")}
        return cls(**texts, **blank, paused=document["paused"] is True)

    @property
    def address(self) -> str:
        return f"{self.host}/{self.prefix}" if self.prefix else self.host


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _rows(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return value


def _count(value: object) -> int:
    """Return a line, a column or a number of things; 0 for what is none."""
    return value if type(value) is int and 0 <= value < 1_000_000_000 else 0


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(re.sub("[Zz]$", "+00:00", text))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


# What the program stands in ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Surroundings:
    """The environment and the streams, handed in so that a test can be the world; and how to reach Berth."""

    environ: Mapping[str, str]
    stdin: BinaryIO
    stdout: TextIO
    stderr: TextIO
    exchange: Exchange | None = None
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)

    def console(self, program: str, seconds: float) -> Console:
        settings = read_settings(self.environ, self.warn)
        return Console(settings, program=program, seconds=seconds, exchange=self.exchange)

    def say(self, text: str) -> None:
        self.stdout.write(text + "\n")

    def warn(self, sentence: str) -> None:
        self.stderr.write(sentence + "\n")


# Docker's credential helper (registries.md 4.3) -------------------------------------------------------------------------

CREDENTIALS_NOT_FOUND = "credentials not found in native keychain"  # Docker and Podman compare it word for word.
NO_SERVER = "no credentials server URL"
_HELPER_USAGE = "Usage: {name} <store|get|erase|list|version>"
_QUESTION_LIMIT_BYTES = 64 * 1024
_OWN_TOKENS = re.compile(r"/v1/(access|refresh)-token/?$")


def docker_credential(arguments: Sequence[str], world: Surroundings, name: str = DOCKER) -> int:
    """Act as Docker's credential helper. Return 0, or 1 with the reason on standard output, where clients read it."""
    if len(arguments) != 1:
        world.say(_HELPER_USAGE.format(name=name))
        return 1
    action = arguments[0]
    try:
        if action in ("--help", "-h"):
            world.say(_HELPER_USAGE.format(name=name))
        elif action in ("version", "--version", "-v"):
            world.say(f"{DOCKER} (berth) {VERSION}")
        elif action == "get":
            world.say(json.dumps(_helper_get(world)))
        elif action == "list":
            world.stdin.read(_QUESTION_LIMIT_BYTES)
            world.say(json.dumps(_helper_list(world.console(DOCKER, DOCKER_SECONDS).registries())))
        elif action in ("store", "erase"):
            world.stdin.read(ANSWER_LIMIT_BYTES)
            raise Refused(_HELPER_REFUSES[action])
        else:
            raise Refused(f"{name}: unknown action: {plain(action)}")
    except NotFound:
        world.say(CREDENTIALS_NOT_FOUND)
        return 1
    except Problem as problem:
        world.say(str(problem))
        if action == "get":
            # Docker drops what it reads on standard output, and only says "no basic auth credentials".
            world.warn(f"{name}: {problem}")
        return 1
    return 0


_HELPER_REFUSES = {
    "store": "Berth keeps the logins of a team, and takes none from a machine. An admin adds them in the console.",
    "erase": "Berth keeps the logins of a team, and removes none for a machine. An admin deletes them in the console.",
}


def _helper_get(world: Surroundings) -> dict[str, str]:
    server = read_server(world.stdin.read(_QUESTION_LIMIT_BYTES + 1))
    login = world.console(DOCKER, DOCKER_SECONDS).login(server=server)
    return {"ServerURL": server, "Username": login.username, "Secret": login.password}


def read_server(asked: bytes) -> str:
    """
    Return the server that a client names on standard input, without the white space around it.

    What a host is, Berth says; here only that is refused which must not even be asked. Raises `Refused`; `NotFound`
    where Docker looks for the tokens of its own sign-in, which it keeps beside the login of Docker Hub.
    """
    if len(asked) > _QUESTION_LIMIT_BYTES:
        raise Refused("The server on standard input is too long.")
    try:
        server = asked.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise Refused("The server on standard input is not UTF-8 text.") from None
    if not server:
        raise Refused(NO_SERVER)
    if not server.isprintable():
        raise Refused("A server has no line breaks or control characters, so nothing was asked.")
    _, mark, rest = server.partition("://")
    host, _, path = (rest if mark else server).partition("/")
    if not host:
        raise Refused(NO_SERVER)
    if "@" in server:
        raise Refused("A server is asked for without a user name, so nothing was asked.")
    if _OWN_TOKENS.search(f"/{path}"):
        raise NotFound("Docker keeps tokens of its own under this address.")
    return server


def _helper_list(registries: Iterable[Registry]) -> dict[str, str]:
    """
    Return the user name for each key that `get` would answer: the whole host's, else the only one's.

    It is blank where Berth does not keep it in the clear; `get` has it.
    """
    at: dict[str, list[Registry]] = {}
    for registry in registries:
        if not registry.paused:
            at.setdefault(registry.docker_config_key, []).append(registry)
    listed = {}
    for key, there in sorted(at.items()):
        best = [registry for registry in there if not registry.prefix] or there
        if len(best) == 1:
            listed[key] = best[0].username
    return listed


# The kubelet's image credential provider (registries.md 4.4) ------------------------------------------------------------

KUBELET_API = "credentialprovider.kubelet.k8s.io/v1"
CACHE_SECONDS = 300.0  # so that a revoked token or a new password is noticed within five minutes
CACHE_NOTHING_SECONDS = 60.0  # so that a registry that is added now is found soon
CACHE_MARGIN_SECONDS = 60.0  # A login that is taken from the cache has to last for the pull that follows.


def credential_provider(arguments: Sequence[str], world: Surroundings) -> int:
    """Act as the kubelet's credential provider. Return 0, or 1 with the reason on standard error."""
    if arguments in (["version"], ["--version"]):
        world.say(f"{KUBELET} {VERSION}")
        return 0
    try:
        if list(arguments) not in ([], ["get-credentials"]):
            raise CouldNot(f"{KUBELET} takes no arguments but get-credentials. It reads a request from standard input.")
        image = read_kubelet_request(world.stdin.read(ANSWER_LIMIT_BYTES + 1))
        try:
            login = world.console(KUBELET, KUBELET_SECONDS).login(image=image)
        except NotFound:
            login = None
        world.say(json.dumps(kubelet_response(login, image, world.now())))
    except Problem as problem:
        world.warn(str(problem))
        return 1
    return 0


def read_kubelet_request(asked: bytes) -> str:
    """Return the image of a CredentialProviderRequest. Raises `CouldNot`; what else the request holds goes nowhere."""
    if len(asked) > ANSWER_LIMIT_BYTES:
        raise CouldNot("The request on standard input is too long.")
    try:
        request = json.loads(asked.decode("utf-8"))
    except (ValueError, RecursionError):
        raise CouldNot(
            "The request on standard input is not JSON. The kubelet calls this program; people use berth."
        ) from None
    if not isinstance(request, dict):
        raise CouldNot("The request on standard input is not an object.")
    if request.get("apiVersion") != KUBELET_API:
        raise CouldNot(f"The request is not of apiVersion {KUBELET_API}. Say so in the CredentialProviderConfig.")
    if request.get("kind") != "CredentialProviderRequest":
        raise CouldNot("The request is not of kind CredentialProviderRequest.")
    image = request.get("image")
    if not isinstance(image, str) or not image:
        raise CouldNot("The request names no image.")
    if not image.isprintable():
        raise CouldNot("The image in the request holds control characters, so nothing was asked.")
    return image


def kubelet_response(login: Login | None, image: str, now: datetime) -> dict[str, Any]:
    """
    Return a CredentialProviderResponse: the login under the path that it is for, or none.

    The path begins with the host as the image writes it, since the kubelet compares the two and knows no other name of it.

    It is kept by image, always: the kubelet gives an answer that it keeps by registry to every other image of the host, and
    a team may have a login for ghcr.io/acme, another for ghcr.io/acme/ml, and a third for all the rest. "No login" is kept
    too, and kept by registry it would hide the login of a private image behind a public one.
    """
    auth = None if login is None else {_pattern(login, image): {"username": login.username, "password": login.password}}
    seconds = CACHE_NOTHING_SECONDS if login is None else CACHE_SECONDS
    if login is not None and login.expires_at is not None:
        seconds = min(seconds, (login.expires_at - now).total_seconds() - CACHE_MARGIN_SECONDS)
    return {
        "apiVersion": KUBELET_API,
        "kind": "CredentialProviderResponse",
        "cacheKeyType": "Image",
        "cacheDuration": go_duration(seconds),
        "auth": auth,
    }


def _pattern(login: Login, image: str) -> str:
    host, slash, _ = image.partition("/")
    written = bool(slash) and (host == "localhost" or "." in host or ":" in host)
    return host + login.path_key[len(login.server) :] if written else login.path_key


def go_duration(seconds: float) -> str:
    """Return whole seconds as Go writes a duration, `4m30s`; what is negative is `0s`, which means "not at all"."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


# Secrets of Kubernetes (registries.md 4.5) ------------------------------------------------------------------------------
#
# They go into `kubectl apply`, which does all that a text says and may do much in a cluster. So of what Berth answers only
# the logins are taken, and the text around them is written here.

_PULL_SECRET = "kubernetes.io/dockerconfigjson"  # noqa: S105  # a type, not a secret
_CONFIG_KEY = ".dockerconfigjson"
_LONGEST_NAME = 253
# YAML takes some words for a truth or for nothing, and what begins with a digit for a number or a date.
_PLAIN_IN_YAML = re.compile(r"(?!(?:true|false|null|yes|no|on|off|y|n)\Z)[a-z][a-z0-9./+=-]*", re.ASCII | re.IGNORECASE)


def read_pull_secret(document: Mapping[str, Any], metadata: Mapping[str, str]) -> dict[str, Any]:
    """Return the Secret with these metadata. Raises KeyError, TypeError and ValueError where it is another, or none."""
    packed = _text(document["data"][_CONFIG_KEY])
    config = base64.b64decode(packed, validate=True)
    _auths(read_json(config))
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": dict(metadata),
        "type": _PULL_SECRET,
        "data": {_CONFIG_KEY: base64.b64encode(config).decode("ascii")},
    }
    if document != secret:
        raise ValueError("more than this Secret, or another one")
    return secret


def _auths(config: object) -> dict[str, Any]:
    """Return the logins of a configuration of Docker. Raises TypeError where it is none."""
    auths = config.get("auths") if isinstance(config, dict) else None
    if not isinstance(auths, dict) or not all(isinstance(entry, dict) for entry in auths.values()):
        raise TypeError("no logins")
    for entry in auths.values():
        for text in entry.values():  # Docker and the kubelet know nothing else in there.
            _text(text)
    return auths


def secret_name(names: Sequence[str]) -> str:
    """Return how a Secret is called that was given no name: `my-example.ghcr-1` for My-Example.GHCR_1 alone, else berth."""
    if len(names) != 1:
        return "berth"
    labels = (re.sub(r"[^a-z0-9-]", "-", label).strip("-") for label in names[0].lower().split("."))
    return ".".join(filter(None, labels))[:_LONGEST_NAME].rstrip("-.") or "registry"


def in_yaml(document: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """Yield the lines of a document of texts and objects. Its keys are plain; what need be of its texts is quoted."""
    for key, value in document.items():
        if isinstance(value, dict):
            yield f"{indent}{key}:\n"
            yield from in_yaml(value, indent + "  ")
        else:
            yield f"{indent}{key}: {value if _PLAIN_IN_YAML.fullmatch(value) else json.dumps(value)}\n"


# Files ------------------------------------------------------------------------------------------------------------------

_FILE_LIMIT_BYTES = 8 * 1024 * 1024
_TURN_SECONDS = 5.0
# What somebody put into the place of the file meanwhile is not followed, and a pipe is not waited for.
_TO_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Target:
    """A file that is to be written: where its links lead to, and what it was when it was read (None: not there)."""

    path: Path
    shown: str
    status: os.stat_result | None

    @classmethod
    def find(cls, shown: str) -> Target:
        """Follow the links of a path. Raises `CouldNot` where they, or the file, are not for us to write."""
        path, status = _followed(shown)
        if status is None:
            return cls(path, shown, None)
        if not stat.S_ISREG(status.st_mode):
            raise CouldNot(f"{plain(shown)} is not a file.")
        # Root is no exception: in a folder for all, whoever made the file first would be handed what is written into it.
        if _user() != status.st_uid:
            raise CouldNot(f"{plain(shown)} belongs to another user. Run this as that user.")
        return cls(path, shown, status)

    def read(self) -> bytes:
        """Return what the file holds, nothing where it is not there."""
        if self.status is None:
            return b""
        try:
            with os.fdopen(os.open(self.path, _TO_READ), "rb") as file:
                now = os.fstat(file.fileno())
                content = file.read(_FILE_LIMIT_BYTES + 1)
        except OSError as error:
            raise CouldNot(f"{plain(self.shown)} cannot be read: {error.strerror}.") from None
        if (now.st_dev, now.st_ino) != (self.status.st_dev, self.status.st_ino):
            raise CouldNot(f"{plain(self.shown)} was replaced just now, and was left as it is. Try again.")
        if len(content) > _FILE_LIMIT_BYTES:
            raise CouldNot(f"{plain(self.shown)} is too long for what it should be, and was left as it is.")
        return content

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no other berth merge into this folder meanwhile, where the system has such locks. Raises `CouldNot`."""
        if sys.platform == "win32":
            yield
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = os.open(self.path.parent, os.O_RDONLY)  # A lock on the folder leaves no file behind.
        except OSError as error:
            raise _unwritable(self.shown, error) from None
        try:
            if not _took_turn(folder):
                raise CouldNot(f"Another program holds the folder of {plain(self.shown)}. Try again later.")
            yield
        finally:
            os.close(folder)

    def unchanged(self) -> bool:
        """Say whether the file is still what it was when it was found."""
        try:
            now = self.path.lstat()
        except FileNotFoundError:
            return self.status is None
        then = self.status
        return then is not None and (now.st_ino, now.st_size, now.st_mtime_ns) == (
            then.st_ino,
            then.st_size,
            then.st_mtime_ns,
        )

    def write(self, content: bytes) -> None:
        """Put a file that only its owner can read in the place of the old one, whole or not at all."""
        folder, temporary = self.path.parent, None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, made = tempfile.mkstemp(prefix=".berth-", dir=folder)  # It is made with mode 0600.
            temporary = Path(made)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            temporary.replace(self.path)
            temporary = None
        except OSError as error:
            raise _unwritable(self.shown, error) from None
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)


def _followed(shown: str) -> tuple[Path, os.stat_result | None]:
    """Return where a path leads, without any link in it, and what is there (None: nothing). Raises `CouldNot`."""
    path, left, links = Path(), _parts(Path(shown)), 0
    status: os.stat_result | None = None
    try:
        while left:
            part = left.pop(0)
            # No part of `path` is a link, so that its parent is the folder above.
            step = path.parent if part == os.pardir and path.name not in ("", os.pardir) else path / part
            try:
                status = step.lstat()
            except FileNotFoundError:
                status = None
            if status is None or not stat.S_ISLNK(status.st_mode):
                path = step
                continue
            # Somebody else's link in a folder for all could have us write into any file of ours.
            if status.st_uid not in (_user(), 0):
                raise CouldNot(_LINK_OF_ANOTHER[bool(left)].format(shown=plain(shown), link=plain(str(step))))
            links += 1
            if links > _MOST_LINKS:
                raise CouldNot(f"{plain(shown)} is a link that leads back to itself.")
            left[:0] = _parts(step.readlink())
    except OSError as error:
        raise _unwritable(shown, error) from None
    return path, status


_MOST_LINKS = 40  # as many as Linux follows
_LINK_OF_ANOTHER = (
    "{shown} is a link of another user, and is not followed. Name the file itself.",
    "{shown} leads through {link}, a link of another user, which is not followed. Name the folder itself.",
)


def _parts(path: Path) -> list[str]:
    """Return where a path begins ("": where one is), and its parts from there."""
    return [path.anchor, *path.parts[bool(path.anchor) :]]


def _took_turn(folder: int) -> bool:
    until = time.monotonic() + _TURN_SECONDS
    while time.monotonic() < until:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        except OSError:
            return True  # This file system knows no locks.
        else:
            return True
    return False


def _user() -> int:
    return os.geteuid() if hasattr(os, "geteuid") else 0


def _unwritable(shown: str, error: OSError) -> CouldNot:
    return CouldNot(f"{plain(shown)} cannot be written: {error.strerror}. It was left as it is.")


def merge_into(shown: str, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """
    Merge sections (`auths`, `credHelpers`) into a JSON file, keeping all else in it, and return what it holds now.

    Where somebody else changed the file meanwhile, theirs is read again. Raises `CouldNot`, and the file is as it was.
    """
    refusal = f"{plain(shown)} would hold a number that JSON has not, and was left as it is."
    with Target.find(shown).held():
        for _ in range(5):
            target = Target.find(shown)
            merged = merged_config(target.read(), entries, shown)
            if target.unchanged():
                target.write(_as_json(merged, refusal))
                return merged
    raise CouldNot(f"{plain(shown)} keeps changing. Try again when nobody else writes it.")


def merged_config(old: bytes, entries: Mapping[str, Mapping[str, Any]], shown: str = "The file") -> dict[str, Any]:
    """Return a configuration with entries added to its sections. Raises `CouldNot` where the old one is broken."""
    try:
        config = read_json(old) if old.strip() else {}
    except Twice as twice:
        raise CouldNot(
            f"{plain(shown)} has {plain(str(twice))} twice in one place, and was left as it is. Leave one of the two in it."
        ) from None
    except ValueError:
        raise CouldNot(f"{plain(shown)} is not JSON, and was left as it is. Mend it, or move it away.") from None
    if not isinstance(config, dict):
        raise CouldNot(f"{plain(shown)} is not a configuration of Docker, and was left as it is.")
    for section, added in entries.items():
        there = config.get(section)
        if there is not None and not isinstance(there, dict):
            raise CouldNot(f"{section} in {plain(shown)} is not an object, so the file was left as it is.")
        config[section] = {**(there or {}), **added}
    return config


def _as_json(config: Mapping[str, Any], refusal: str, *, indent: str | int = "\t") -> bytes:
    """Return JSON as files and standard output have it. Raises `CouldNot` with the refusal where it cannot be JSON."""
    try:
        return (json.dumps(config, indent=indent, allow_nan=False) + "\n").encode("ascii")
    except (ValueError, RecursionError):  # 1e999 becomes what no JSON can say, and Docker would read none of the file.
        raise CouldNot(refusal) from None


def hidden_by_helpers(config: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    """Return which of the entries Docker will not look at, since the file names a helper for them."""
    helpers = config.get("credHelpers")
    if config.get("credsStore"):
        return sorted(keys)
    return sorted(key for key in keys if isinstance(helpers, dict) and key in helpers)


# Workload files: what Berth says of them --------------------------------------------------------------------------------

SPEC_LIMIT_BYTES = 256 * 1024
STANDARD_INPUT = "-"
LEVELS = ("error", "warning", "ok")
RULES: Mapping[str, str] = {
    "resolves": "A registry that works holds the image",
    "public": "The image is public and needs no registry",
    "catalogued": "The image is one of the preconfigured containers",
    "found": "The registry has the image",
    "not_named": "A registry holds the image, and the step names none",
    "no_registry": "The image looks private, and no registry holds it",
    "no_tag": "The image has no tag",
    "latest": "The image has the tag latest",
    "variable": "The image is known only when the file is run",
    "former_name": "The registry has another name now",
    "unchecked": "The registry was not tested, or could not be tested",
    "ends_before": "The login ends before it is needed",
    "no_pull_secret": "The pod names no pull secret",
    "other_pull_secret": "The pod names a pull secret of another name",
    "no_platform": "The image is not built for linux/amd64",
    "not_looked_up": "The image was not looked up",
    "unknown_name": "No registry has this name",
    "wrong_host": "The registry is for another host",
    "wrong_prefix": "The registry is for another path",
    "paused": "The registry is paused",
    "ambiguous": "More than one registry fits",
    "failing": "The registry failed its last test",
    "ended": "The login has ended",
    "malformed": "The image is no image reference",
    "not_found": "The registry has no such image",
    "refused": "The registry does not let the login have the image",
    "unreadable_spec": "The file cannot be read as a workload file",
    "unreadable_file": "The file cannot be opened, or is no text",
    "too_large": "The file is too long",
}
"""What a finding can be about, in a few words; Berth says it in full. The last three are said of a file that has none."""


@dataclass(frozen=True)
class Span:
    """A place in a file: lines and columns count from 1, in characters, and the end is not included. Line 0: no place."""

    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    @classmethod
    def read(cls, line: object, column: object, end_line: object, end_column: object) -> Span:
        """Read a place. Raises ValueError where it is none."""
        span = cls(_count(line), _count(column), _count(end_line), _count(end_column))
        if not (span.line and span.column) or (span.end_line, span.end_column) < (span.line, span.column):
            raise ValueError("no place")
        return span


@dataclass(frozen=True)
class Fix:
    """A change that mends a finding: `edits` are places, and what replaces them."""

    title: str
    edits: tuple[tuple[Span, str], ...]

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Fix:
        """Read it from Berth's answer. Raises KeyError, TypeError and ValueError where that is none."""
        sides = ("start_line", "start_column", "end_line", "end_column")
        edits = tuple((Span.read(*(edit[side] for side in sides)), _text(edit["text"])) for edit in _rows(row["edits"]))
        return cls(_text(row["title"]), edits)


@dataclass(frozen=True)
class Finding:
    """What is said of one image, or why the file has no verdict."""

    level: str
    rule: str
    message: str
    span: Span = Span()
    owner: str = ""
    fixes: tuple[Fix, ...] = ()

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Finding:
        """Read it from Berth's answer. Raises KeyError, TypeError and ValueError where that is none."""
        level, rule = _text(row["level"]), _text(row["rule"])
        if level not in LEVELS or not re.fullmatch("[a-z0-9_]{1,64}", rule):
            raise ValueError("no finding")
        span = Span.read(row["line"], row["column"], row["end_line"], row["end_column"])
        fixes = tuple(map(Fix.read, _rows(row["fixes"])))
        return cls(level, rule, plain(_text(row["message"])), span, plain(_text(row["owner"])), fixes)


@dataclass(frozen=True)
class Verdict:
    """What Berth says of a file: a finding for each image, compared with so many registries; and its answer as it came."""

    findings: tuple[Finding, ...]
    registries: int
    document: Mapping[str, Any]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Verdict:
        """Read it from Berth's answer. Raises KeyError, TypeError and ValueError where that is none."""
        return cls(tuple(map(Finding.read, _rows(document["findings"]))), _count(document["registries"]), document)


@dataclass(frozen=True)
class Checked:
    """What came of one file, by the name that the command gave it: a verdict, or why there is none."""

    name: str
    text: str = ""
    verdict: Verdict | None = None
    problem: Unchecked | None = None

    @property
    def shown(self) -> str:
        if self.name == STANDARD_INPUT:
            return "<stdin>"
        name = plain(self.name)
        # A line that begins with two colons is a command to GitHub, and a pull request may call its files as it likes.
        return f"./{name}" if name.startswith("::") else name

    @property
    def findings(self) -> tuple[Finding, ...]:
        if self.problem:
            where = (self.problem.line, self.problem.column or 1)
            span = Span(*where, *where) if self.problem.line else Span()
            return (Finding("error", self.problem.rule, str(self.problem), span),)
        return self.verdict.findings if self.verdict else ()

    def path(self, base: str) -> str:
        """Return the path as it is from a folder, with slashes; as it was given where it does not lie in there."""
        if self.name == STANDARD_INPUT:
            return "stdin"
        try:
            path = os.path.relpath(self.name, base)
        except ValueError:  # It has no name, or lies on another drive.
            return self.name
        return Path(self.name if path.split(os.sep, 1)[0] == os.pardir else path).as_posix()


@dataclass
class Report:
    """What came of all files, so far. `stopped` says why the rest was left."""

    checked: list[Checked] = field(default_factory=list)
    left: int = 0
    stopped: str = ""

    def count(self, level: str) -> int:
        return sum(finding.level == level for one in self.checked if one.verdict for finding in one.findings)

    def exit_code(self, strict: bool) -> int:
        """Return 2 where something could not be checked, 1 where something was found, else 0."""
        if self.stopped or any(one.problem for one in self.checked):
            return 2
        return 1 if self.count("error") or (strict and self.count("warning")) else 0

    @property
    def summary(self) -> str:
        """Say in one line what was checked, and how it went."""
        read = [one.verdict for one in self.checked if one.verdict]
        missed = len(self.checked) - len(read) + self.left
        counts = {level: self.count(level) for level in LEVELS}
        told = [f"{count} ok" if level == "ok" else _many(count, level) for level, count in counts.items() if count]
        sentences = [f"{_many(missed, 'file')} could not be checked."] if missed else []
        if told:
            against = _many(max(one.registries for one in read), "registry")
            images = f"{_many(sum(counts.values()), 'image')} in {_many(len(read), 'file')}"
            sentences.insert(0, f"{images}, against {against}: {', '.join(told)}.")
        elif read:
            sentences.insert(0, f"No images in {_many(len(read), 'file')}.")
        return " ".join(sentences)


def _many(count: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"


def read_spec(name: str, stdin: BinaryIO) -> str:
    """Return the text of a workload file. Raises `Unchecked`."""
    try:
        if name == STANDARD_INPUT:
            content = stdin.read(SPEC_LIMIT_BYTES + 1)
        else:
            with open(name, "rb") as file:  # noqa: PTH123  # A path of bytes that are no text is opened as it is.
                content = file.read(SPEC_LIMIT_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path.
        reason = getattr(error, "strerror", None) or "no file is called so"
        raise Unchecked(f"It cannot be read: {reason}.", rule="unreadable_file") from None
    if len(content) > SPEC_LIMIT_BYTES:
        raise Unchecked(f"It is too long: Berth reads workload files of {SPEC_LIMIT_BYTES // 1024} KiB.", rule="too_large")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unchecked("It is not UTF-8 text. Save it as UTF-8.", rule="unreadable_file") from None


# Workload files: as people read it --------------------------------------------------------------------------------------

_GUTTER = 8  # what stands before a line of the file: "   25 | "
_TAB = 4
_LONGEST = 400  # characters of a line that are looked at on each side of a caret
_COLOURS = {"error": "1;31", "warning": "1;33", "ok": "1;32", "where": "1", "quiet": "2"}


def in_words(one: Checked, *, every: bool, paint: Callable[[str, str], str], width: int) -> Iterator[str]:
    """Yield the lines about a file: each finding, its line with a caret, and its fix. Ok ones only where `every` is."""
    lines = [*one.text.splitlines(), ""]  # as Berth counts them
    for finding in one.findings:
        if finding.level == "ok" and not every:
            continue
        span = finding.span
        where = f"{one.shown}:{span.line}:{span.column}:" if span.line else f"{one.shown}:"
        level, rule = paint(f"{finding.level}:", finding.level), paint(f"[{finding.rule}]", "quiet")
        yield f"{paint(where, 'where')} {level} {finding.message} {rule}"
        if finding.level == "ok" or not 0 < span.line <= len(lines):
            continue
        line = lines[span.line - 1]
        end = span.end_column if span.end_line == span.line else len(line) + 1
        shown, caret = excerpt(line, span.column - 1, end - 1, width - _GUTTER)
        yield f"{paint(f'{span.line:>5} |', 'quiet')} {shown}".rstrip()
        yield f"{paint('      |', 'quiet')} {paint(caret, finding.level)}"
        for fix in finding.fixes:
            yield f"  fix: {plain(fix.title)}"


def excerpt(line: str, start: int, end: int, width: int) -> tuple[str, str]:
    """
    Return the part of a line around a place as a terminal shows it, and the carets that go below it.

    `start` and `end` count characters from 0; the end is not included. What a line would do to a terminal it does not do:
    tabs are blanks, and control characters show as a mark. `width` is in cells, of which wide characters take two.
    """
    start = min(start, len(line))
    first = max(start - _LONGEST, 0)
    cells = list(_cells(line[first : start + _LONGEST]))
    at = [0]
    for _, size in cells:
        at.append(at[-1] + size)
    low, high, left, right = start - first, min(end - first, len(cells)), 0, len(cells)
    if first or start + _LONGEST < len(line) or at[-1] > width:
        # A third of what fits stands before the caret, and a mark on each side where something is left out.
        while left < low and at[low] - at[left] > width // 3:
            left += 1
        while right > low + 1 and at[right] - at[left] > width - 2:
            right -= 1
    before = "…" if first or left else ""
    after = "…" if first + right < len(line) else ""
    shown = before + "".join(text for text, _ in cells[left:right]) + after
    size = max(at[max(min(high, right), low)] - at[low], 1)
    return shown, " " * (len(before) + at[low] - at[left]) + "^" + "~" * (size - 1)


def _cells(text: str) -> Iterator[tuple[str, int]]:
    """Yield each character as it is shown, with the cells of a terminal that it takes."""
    column = marks = 0
    for character in text:
        if character == "\t":
            shown, size = " " * (_TAB - column % _TAB), _TAB - column % _TAB
        elif not character.isprintable():
            shown, size = "\N{REPLACEMENT CHARACTER}", 1
        elif unicodedata.category(character) in ("Mn", "Me"):
            marks += 1
            shown, size = character if marks <= 2 else "", 0
        else:
            shown, size = character, 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if size:
            marks = 0
        column += size
        yield shown, size


def painter(world: Surroundings) -> Callable[[str, str], str]:
    """Return what puts words into colour: nothing where no terminal shows them, or NO_COLOR is set."""
    plainly = not world.stdout.isatty() or world.environ.get("NO_COLOR") or world.environ.get("TERM") == "dumb"
    return lambda words, kind: words if plainly or not words else f"\x1b[{_COLOURS[kind]}m{words}\x1b[0m"


# Workload files: as programs read it ------------------------------------------------------------------------------------


def as_json(report: Report, *, strict: bool) -> str:
    """Return Berth's answers as one JSON document, with the names of the files, and what could not be checked."""
    files = [{**one.verdict.document, "name": one.name} for one in report.checked if one.verdict]
    problems = [
        {"name": one.name, "rule": finding.rule, "message": finding.message, "line": finding.span.line,
         "column": finding.span.column}
        for one in report.checked if one.problem for finding in one.findings
    ]  # fmt: skip
    if report.stopped:
        problems.append({"name": "", "rule": "stopped", "message": report.stopped, "line": 0, "column": 0})
    return json.dumps({"ok": not report.exit_code(strict), "files": files, "problems": problems}, indent=2)


def as_github(report: Report, base: str, *, every: bool) -> Iterator[str]:
    """Yield workflow commands of GitHub Actions, which show each finding at its line. Paths are from `base`."""
    for one in report.checked:
        for finding in one.findings:
            if finding.level == "ok" and not every:
                continue
            span = finding.span
            place = {"file": one.path(base)}
            if span.line:
                place |= {"line": str(span.line), "endLine": str(span.end_line), "col": str(span.column)}
            if span.line and span.line == span.end_line:  # Columns are of one line, or of none.
                place["endColumn"] = str(span.end_column)
            title = RULES.get(finding.rule, finding.rule)
            yield _workflow_command(finding.level, {**place, "title": title}, finding.message)
    if report.stopped:
        yield _workflow_command("error", {"title": "Berth could not be asked"}, report.stopped)


def _workflow_command(level: str, properties: Mapping[str, str], message: str) -> str:
    name = "notice" if level == "ok" else level
    told = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    return f"::{name} {told}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    printable = "".join(one if one.isprintable() or one in "\r\n" else "\N{REPLACEMENT CHARACTER}" for one in text)
    return "".join(f"%{ord(one):02X}" if one in "%\r\n" + more else one for one in printable)


def as_sarif(report: Report, base: str, *, every: bool, strict: bool) -> str:
    """Return a log of SARIF 2.1.0 (OASIS), as code scanning takes it. Paths are from `base`."""
    told = [(one, finding) for one in report.checked for finding in one.findings if every or finding.level != "ok"]
    rules = sorted({finding.rule for _, finding in told})
    code = report.exit_code(strict)
    stopped = [{"level": "error", "message": {"text": report.stopped}}] if report.stopped else []
    run = {
        "tool": {
            "driver": {
                "name": "Berth",
                "semanticVersion": VERSION,
                "rules": [{"id": rule, "shortDescription": {"text": RULES.get(rule, rule)}} for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {"executionSuccessful": code != 2, "exitCode": code, "toolExecutionNotifications": stopped},
        ],
        "results": [_sarif_result(one, finding, rules.index(finding.rule), base) for one, finding in told],
    }
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def _sarif_result(one: Checked, finding: Finding, rule: int, base: str) -> dict[str, Any]:
    path = Path(one.path(base))
    file = {"uri": quote(os.fsencode(path.as_posix()), safe="/!$&'()*+,;=@~"), "uriBaseId": "%SRCROOT%"}
    if path.is_absolute():
        file = {"uri": path.as_uri()}
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": file}}
    if finding.span.line:
        place["physicalLocation"]["region"] = _region(finding.span)
    if finding.owner:
        place["logicalLocations"] = [{"name": finding.owner}]
    ok = finding.level == "ok"
    result = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        **({"kind": "pass", "level": "none"} if ok else {"level": finding.level}),
        "message": {"text": finding.message},
        "locations": [place],
    }
    if finding.fixes:
        result["fixes"] = [_sarif_fix(fix, file) for fix in finding.fixes]
    return result


def _sarif_fix(fix: Fix, file: Mapping[str, str]) -> dict[str, Any]:
    replacements = [{"deletedRegion": _region(span), "insertedContent": {"text": text}} for span, text in fix.edits]
    return {
        "description": {"text": plain(fix.title)},
        "artifactChanges": [{"artifactLocation": file, "replacements": replacements}],
    }


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


# berth, for people and scripts ------------------------------------------------------------------------------------------


def berth(arguments: Sequence[str], world: Surroundings) -> int:
    """Run one of berth’s own commands. Return its exit code."""
    if arguments and arguments[0] == "docker-credential":
        return docker_credential(arguments[1:], world, "berth docker-credential")
    if arguments and arguments[0] == "credential-provider":
        return credential_provider(arguments[1:], world)
    parser = _parser()
    try:
        given = parser.parse_args(arguments)
    except SystemExit as end:  # argparse has said why.
        return end.code if isinstance(end.code, int) else 2
    if not given.command:
        parser.print_help(world.stderr)
        return 2
    try:
        _check_files(given)
        return _COMMANDS[given.command](given, world) or 0
    except Problem as problem:
        world.warn(str(problem))
        return problem.code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=BERTH,
        description="Fetch registry logins from Berth.",
        epilog="Settings: BERTH_URL; BERTH_TOKEN or BERTH_TOKEN_FILE; BERTH_CA_FILE for an authority of your own. "
        "Exit codes: 0 done, 1 Berth says no, 2 Berth could not be asked.",
    )
    parser.add_argument("--version", action="version", version=f"{BERTH} {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    one = commands.add_parser("docker-config", help="write logins as Docker or Podman read them")
    one.add_argument("names", nargs="*", metavar="NAME", help="a registry; all that the token may use where none is named")
    one.add_argument("--merge", metavar="FILE", help="merge into this file, and keep all else in it")
    one.add_argument("--format", choices=("docker", "containers"), default="docker", help="whose file it is (docker)")
    one.add_argument("--helper", action="store_true", help="name the credential helper for each host, and write no secret")
    _add_show(one)

    one = commands.add_parser("pull-secret", help="write a Secret of Kubernetes for pulling")
    one.add_argument("names", nargs="*", metavar="NAME", help="a registry; all that the token may use where none is named")
    one.add_argument("--name", default="", help="the name of the Secret")
    one.add_argument("--namespace", default="", metavar="NS", help="its namespace")
    one.add_argument("--format", choices=("yaml", "json"), default="yaml", help="how it is written (yaml)")
    one.add_argument("--output", metavar="FILE", help="write it into this file")
    _add_show(one)

    one = commands.add_parser("which", help="say which registry an image gets; recorded as a hand-out")
    one.add_argument("image", metavar="IMAGE")
    one.add_argument("--registry", default="", metavar="NAME", help="as if the workload named this one")

    one = commands.add_parser("credential", help="print a password or a user name, for docker login --password-stdin")
    one.add_argument("image", nargs="?", default="", metavar="IMAGE")
    one.add_argument("--server", default="", metavar="HOST", help="for a registry host instead of an image")
    one.add_argument("--registry", default="", metavar="NAME", help="of this registry; an image may be named beside it")
    what = one.add_mutually_exclusive_group(required=True)
    what.add_argument("--password", action="store_true", help="print the password alone")
    what.add_argument("--username", action="store_true", help="print the user name alone")
    _add_show(one)

    one = commands.add_parser(
        "check",
        help="say which registry each image of a workload file gets, and what is wrong",
        description="Say of each image in workload files which registry it gets, and what is wrong with that. Berth reads "
        "the files, and keeps nothing of them.",
        epilog="Exit codes: 0 all is well, 1 something was found, 2 something could not be checked. "
        "Warnings alone are 0, and 1 with --strict.",
    )
    one.add_argument("files", nargs="+", metavar="FILE", help="a YAML file; - is standard input")
    one.add_argument("--look-up", action="store_true", help="ask the registries whether the images are there")
    one.add_argument("--needed-until", type=_day, metavar="DATE", help="warn of logins that end before this day")
    one.add_argument("--format", choices=("text", "json", "github", "sarif"), default="text", help="how it is told (text)")
    one.add_argument("--all", action="store_true", help="tell of images that are well, too")
    one.add_argument("--strict", action="store_true", help="let warnings count as findings")

    commands.add_parser("registries", help="list the registries that the token may use")
    commands.add_parser("version", help="print the version")
    commands.add_parser("docker-credential", help="act as Docker's credential helper: get, list")
    commands.add_parser("credential-provider", help="act as the kubelet's image credential provider")
    return parser


def _day(text: str) -> str:
    """Return a day as Berth takes it. Raises what argparse tells people of."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError("write a day like 2026-12-31") from None


def _add_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--show", action="store_true", help="print secrets even if a person is watching the terminal")


def _check_files(given: argparse.Namespace) -> None:
    # As "$FILE" is where nobody has set FILE. Without a file these commands print secrets, and in CI that is into a log.
    for option in ("merge", "output"):
        file = getattr(given, option, None)
        if file is not None and not file.strip():
            raise CouldNot(f"--{option} names no file.")


def _keep_off_screens(given: argparse.Namespace, world: Surroundings) -> None:
    # Before anything is asked, so that nothing is recorded as handed out that nobody got.
    if world.stdout.isatty() and not given.show:
        raise CouldNot("This would print a secret on the terminal. Send it to a program or a file, or add --show.")


def _docker_config(given: argparse.Namespace, world: Surroundings) -> None:
    if not given.merge and not given.helper:
        _keep_off_screens(given, world)
    console = world.console(BERTH, COMMAND_SECONDS)
    if given.helper:
        entries = {"credHelpers": helper_entries(console.registries(), given.names, given.format)}
    else:
        entries = {"auths": console.docker_config(given.names, given.format)}
    if not given.merge:
        refusal = "What Berth answered has no form in JSON, so nothing was printed. Check BERTH_URL."
        world.stdout.write(_as_json(entries, refusal, indent=2).decode("ascii"))
        return
    config = merge_into(given.merge, entries)
    keys = [key for added in entries.values() for key in added]
    world.warn(f"{plain(given.merge)} now has: {plain(', '.join(keys) or 'nothing new')}.")
    if not given.helper and (hidden := hidden_by_helpers(config, keys)):
        world.warn(f"The file names a credential helper too, which Docker asks instead for: {plain(', '.join(hidden))}.")


def helper_entries(registries: Sequence[Registry], names: Sequence[str], form: str) -> dict[str, str]:
    """
    Return `credHelpers` for the named registries, or for all that are not paused.

    `form` docker writes Docker Hub as `https://index.docker.io/v1/`, containers as `docker.io`.
    Raises `Refused` where a name is not known.
    """
    chosen = [registry for registry in registries if not registry.paused]
    if names:
        by_name = {registry.name.lower(): registry for registry in registries}
        if unknown := [name for name in names if name.lower() not in by_name]:
            raise Refused(f"This machine token reads no registry called {plain(', '.join(unknown))}. See: berth registries")
        chosen = [by_name[name.lower()] for name in names]
    return {registry.docker_config_key if form == "docker" else registry.host: "berth" for registry in chosen}


def _pull_secret(given: argparse.Namespace, world: Surroundings) -> None:
    if not given.output:
        _keep_off_screens(given, world)
    console = world.console(BERTH, COMMAND_SECONDS)
    target = Target.find(given.output) if given.output else None
    secret = console.pull_secret(given.names, name=given.name, namespace=given.namespace)
    text = json.dumps(secret, indent=2) + "\n" if given.format == "json" else "".join(in_yaml(secret))
    if target:
        target.write(text.encode("ascii"))
        world.warn(f"{plain(given.output)} is written.")
    else:
        world.stdout.write(text)


def _which(given: argparse.Namespace, world: Surroundings) -> None:
    login = world.console(BERTH, COMMAND_SECONDS).login(image=given.image, registry=given.registry)
    world.say(f"registry: {login.registry}")
    world.say(f"server: {login.server}")
    # DigitalOcean and others take one token as both.
    secret = login.username == login.password
    world.say(f"username: {'(the secret itself)' if secret else login.username}")


def _credential(given: argparse.Namespace, world: Surroundings) -> None:
    if bool(given.image) + bool(given.server) + bool(given.registry and not given.image) != 1:
        raise CouldNot("Name an image, or a host with --server, or a registry with --registry.")
    _keep_off_screens(given, world)
    console = world.console(BERTH, COMMAND_SECONDS)
    login = console.login(image=given.image, registry=given.registry, server=given.server)
    world.say(login.password if given.password else login.username)


def _check(given: argparse.Namespace, world: Surroundings) -> int:
    console, report = world.console(BERTH, CHECK_SECONDS), Report()
    paint, width = painter(world), max(shutil.get_terminal_size((100, 24)).columns, 40) if world.stdout.isatty() else 100
    names = list(dict.fromkeys(given.files))
    for number, name in enumerate(names):
        try:
            one = _checked(console, name, given, world)
        except Problem as problem:  # It would be the same for the next file.
            report.stopped, report.left = str(problem), len(names) - number
            world.warn(report.stopped)
            break
        report.checked.append(one)
        if given.format == "text":
            for line in in_words(one, every=given.all, paint=paint, width=width):
                world.say(line)
        elif one.problem:
            world.warn(f"{one.shown}: {one.problem}")
    base = world.environ.get("GITHUB_WORKSPACE") or os.curdir
    if given.format == "text":
        world.say(report.summary)
    elif given.format == "json":
        world.say(as_json(report, strict=given.strict))
    elif given.format == "sarif":
        world.say(as_sarif(report, base, every=given.all, strict=given.strict))
    else:
        for line in as_github(report, base, every=given.all):
            world.say(line)
    return report.exit_code(given.strict)


def _checked(console: Console, name: str, given: argparse.Namespace, world: Surroundings) -> Checked:
    """Check one file. Raises `Problem` where the next one would fare alike."""
    text = ""
    try:
        text = read_spec(name, world.stdin)
        return Checked(name, text, console.check(text, look_up=given.look_up, needed_until=given.needed_until or ""))
    except Unchecked as problem:
        return Checked(name, text, problem=problem)


def _registries(given: argparse.Namespace, world: Surroundings) -> None:
    rows = [("NAME", "ADDRESS", "USER NAME", "HEALTH", "ENDS")]
    for registry in world.console(BERTH, COMMAND_SECONDS).registries():
        health = "paused" if registry.paused else registry.health
        rows.append((registry.name, registry.address, registry.username, health, registry.ends_at))
    shown = [[plain(cell) or "-" for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in shown) for column in range(len(shown[0]))]
    for row in shown:
        cells = [cell.ljust(widths[column]) for column, cell in enumerate(row)]
        world.say("  ".join(cells).rstrip())


def _version(given: argparse.Namespace, world: Surroundings) -> None:
    world.say(f"{BERTH} {VERSION}")


_COMMANDS: Mapping[str, Callable[[argparse.Namespace, Surroundings], int | None]] = {
    "check": _check,
    "credential": _credential,
    "docker-config": _docker_config,
    "pull-secret": _pull_secret,
    "registries": _registries,
    "version": _version,
    "which": _which,
}


# The program ------------------------------------------------------------------------------------------------------------


def called(path: str) -> str:
    """Return the program that a path calls: `/usr/bin/docker-credential-berth` is `docker-credential-berth`."""
    return re.sub(r"\.(py|exe)$", "", Path(path).name, flags=re.IGNORECASE)


def run(name: str, arguments: Sequence[str], world: Surroundings) -> int:
    """Act by the name, and return the exit code."""
    if name == DOCKER:
        return docker_credential(arguments, world)
    if name == KUBELET:
        return credential_provider(arguments, world)
    return berth(arguments, world)


def main() -> int:
    """Run as the program that was called. No traceback is ever shown: it could quote what must not be read."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    world = Surroundings(os.environ, sys.stdin.buffer, sys.stdout, sys.stderr)
    name = called(sys.argv[0])
    try:
        code = run(name, sys.argv[1:], world)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever was reading has gone; Python would say so once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1 if name in (DOCKER, KUBELET) else 2
    except Exception as error:  # noqa: BLE001  # The last resort of the program.
        fault = f"{name} ran into a fault of its own ({type(error).__name__}). Fetch it again from Berth."
        with suppress(OSError):
            world.say(fault) if name == DOCKER else world.warn(fault)
        return 1 if name in (DOCKER, KUBELET) else 2
    return code


if __name__ == "__main__":
    sys.exit(main())
