"""
A registry with a token service in one origin, as Harbor puts both behind one nginx.

Berth sends a login only to the registry's own origin or to a known token service, so the two stand behind one front:
it answers `/token` itself and hands everything under `/v2/` on to a registry that trusts its signature.

Sources: the distribution project's "Token Authentication Specification" and "Token Authentication Implementation":
ES256 with the signer's certificate in `x5c`, a raw `r||s` signature, `aud` a single string.
"""

import base64
import http.client
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from tests.lab.certificates import Authority, Pair
from tests.lab.registry import Registry, start_registry

ISSUER = "lab-issuer"
SERVICE = "lab-registry"
LIFE_SECONDS = 300

# These belong to one connection and are not handed on, RFC 9110, section 7.6.1. The body is always sent whole.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "content-length"}


@dataclass(frozen=True, kw_only=True)
class User:
    """
    Somebody the token service knows: a password, and what they may do (repository to actions such as `pull`).

    Whoever is kept under the name "" is everybody: what they may do, all may, with a login or without.
    """

    password: str
    rights: Mapping[str, frozenset[str]]


class Signer:
    """Signs tokens with a key whose certificate the registry was told to trust."""

    def __init__(self, folder: Path) -> None:
        authority = Authority()
        key = serialization.load_pem_private_key(authority.key_pem, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key
        certificate = x509.load_pem_x509_certificate(authority.pem.encode())
        self._chain = [base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode("ascii")]
        folder.mkdir(parents=True, exist_ok=True)
        self.bundle = folder / "signer.crt"
        self.bundle.write_text(authority.pem)

    def sign(self, claims: Mapping[str, Any]) -> str:
        head = {"typ": "JWT", "alg": "ES256", "x5c": self._chain}
        message = f"{_b64(json.dumps(head).encode())}.{_b64(json.dumps(claims).encode())}"
        r, s = utils.decode_dss_signature(self._key.sign(message.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{message}.{_b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def token(self, username: str, access: list[dict[str, Any]], *, audience: str = SERVICE, age_seconds: int = 0) -> str:
        """Sign a token that lives five minutes from `age_seconds` ago, so an old one can be had without waiting."""
        now = int(time.time()) - age_seconds
        return self.sign(
            {
                "iss": ISSUER,
                "sub": username,
                "aud": audience,
                "iat": now,
                "nbf": now - 5,
                "exp": now + LIFE_SECONDS,
                "jti": secrets.token_hex(8),
                "access": access,
            }
        )


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


class Front(ThreadingHTTPServer):
    """The one origin: the token service, and the way to the registry behind it."""

    daemon_threads = True

    def __init__(self, users: Mapping[str, User], signer: Signer, tls: Pair | None, *, issues: bool) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.users = users
        self.issues = issues
        self.signer = signer
        self.scheme = "https" if tls else "http"
        self.upstream = ""
        if tls:
            # The handshake happens at the first read, in the request's own thread: a client that never shakes hands
            # must not keep the others waiting.
            self.socket = tls.server_context().wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that break off, or refuse our certificate, are what the tests are about."""


class Handler(BaseHTTPRequestHandler):
    """One request: `/token` is answered here, everything else by the registry."""

    server: Front
    protocol_version = "HTTP/1.1"
    timeout = 10
    # Head and body leave in two pieces, and without this the second waits for the first to be acknowledged.
    disable_nagle_algorithm = True

    def log_message(self, *args: Any) -> None:
        """Keep the terminal for the tests."""

    def answer(self) -> None:
        if urlsplit(self.path).path == "/token":
            self._issue()
        else:
            self._hand_on()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def _issue(self) -> None:
        if not self.server.issues:
            self._reply(502, [("Content-Type", "text/html")], b"<h1>502 Bad Gateway</h1>")
            return
        asked = parse_qs(urlsplit(self.path).query)
        everybody = self.server.users.get("")
        username, rights = "", dict(everybody.rights) if everybody else {}
        if login := self._login():
            username, password = login
            user = self.server.users.get(username)
            if user is None or not secrets.compare_digest(user.password.encode(), password.encode()):
                refusal = {"errors": [{"code": "UNAUTHORIZED", "message": "incorrect username or password"}]}
                self._reply(401, [("WWW-Authenticate", 'Basic realm="lab"')], json.dumps(refusal).encode())
                return
            rights |= user.rights
        token = self.server.signer.token(username, granted(asked.get("scope", []), rights))
        body = {"token": token, "access_token": token, "expires_in": LIFE_SECONDS}
        self._reply(200, [("Content-Type", "application/json")], json.dumps(body).encode())

    def _login(self) -> tuple[str, str] | None:
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        username, _, password = base64.b64decode(value).decode().partition(":")
        return username, password

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # The registry writes absolute addresses into `Location`, from this and the host. A header that is there several
        # times, as Go programs send `Accept`, is one in the end, RFC 9110, section 5.3.
        headers = {name: ", ".join(self.headers.get_all(name, [])) for name in self.headers}
        headers["X-Forwarded-Proto"] = self.server.scheme
        connection = http.client.HTTPConnection(self.server.upstream, timeout=10)
        try:
            connection.request(self.command, self.path, body=body or None, headers=headers)
            there = connection.getresponse()
            data = there.read()
            # An answer to HEAD has the length of what it would have held, by which a cache learns it.
            self._reply(there.status, there.getheaders(), data, length=there.getheader("Content-Length", str(len(data))))
        finally:
            connection.close()

    def _reply(self, status: int, headers: list[tuple[str, str]], body: bytes, *, length: str = "") -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP | {"date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def granted(scopes: list[str], rights: Mapping[str, frozenset[str]]) -> list[dict[str, Any]]:
    """
    Return the access that `rights` leave of the `scopes` asked for (`repository:NAME:pull,push`, or several in one).

    Rights that fall short make a token with fewer actions, as the specification wants it, and not a refusal.
    """
    access = []
    for scope in (one for several in scopes for one in several.split()):
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        allowed = sorted(set(actions.split(",")) & rights.get(name, frozenset()))
        if allowed:
            access.append({"type": kind, "name": name, "actions": allowed})
    return access


@dataclass(frozen=True, kw_only=True)
class TokenRegistry(Registry):
    """A registry behind its token service; `signer` makes tokens that the service itself would never give."""

    signer: Signer


@contextmanager
def start_token_registry(
    folder: Path, users: Mapping[str, User], *, tls: Pair | None = None, issues: bool = True
) -> Iterator[TokenRegistry]:
    """
    Run a registry and its token service behind one origin, and end both with the block.

    Where it does not issue, the service is down: the front answers for it, as nginx does, with a fault.
    """
    signer = Signer(folder)
    front = Front(users, signer, tls, issues=issues)
    origin = f"{front.scheme}://{front.host}"
    token = {
        "realm": f"{origin}/token",
        "service": SERVICE,
        "issuer": ISSUER,
        "rootcertbundle": str(signer.bundle),
    }
    thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    with start_registry(folder, auth={"token": token}) as registry:
        front.upstream = registry.host
        thread.start()
        try:
            yield TokenRegistry(host=front.host, scheme=front.scheme, signer=signer)
        finally:
            front.shutdown()
            thread.join()
            front.server_close()
