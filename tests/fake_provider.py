"""
An OpenID Connect provider on loopback, which signs a person in at once, or misbehaves as a test asks it to.

It is as strict as a real one about what Berth sends: the redirect address, the client and its secret, PKCE, a code only
once. What it answers is the test's to spoil.
"""

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "berth", "CANARY-5e77-client-secret"
CODE, ACCESS_TOKEN = "CANARY-5e77-code", "CANARY-5e77-access-token"

Claims = dict[str, Any]


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


KEY, OTHER_KEY = new_key(), new_key()


class FakeProvider:
    """What it says of whom. A test changes its fields; `asked` is what it was asked, by path, in order."""

    def __init__(self, origin: str) -> None:
        self.issuer = f"{origin}/realm"
        self.claims: Claims = {
            "sub": "sub-of-nina", "email": "nina@northwind.example", "email_verified": True, "name": "Nina New",
        }  # fmt: skip
        self.signed_in_ago_seconds = 0.0
        """How long before the answer the person signed in; a fresh sign-in only where it is asked for."""
        self.spoil: Callable[[Claims], Claims] = lambda claims: claims
        self.about: Claims | None = None
        """What the userinfo endpoint says; without it, what the ID token says."""
        self.thin = False
        """Whether the ID token is without an address."""
        self.key, self.kid, self.algorithm = KEY, "first", "RS256"
        self.published: dict[str, rsa.RSAPrivateKey] = {"first": KEY}
        self.configuration: Claims = {}
        self.error = ""
        self.faults: dict[str, Callable[[Handler], None]] = {}
        """What a path does in place of its job."""
        self.hop = False
        """Whether people are led on to another origin first."""
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.codes: dict[str, dict[str, str]] = {}

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def last(self, path: str) -> dict[str, str]:
        return next(params for asked, params in reversed(self.asked) if asked == path)

    def discovery(self) -> Claims:
        names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        addresses = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in names.items()}
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return {"issuer": self.issuer, **addresses, **methods, "jwks_uri": f"{self.issuer}/keys", **self.configuration}

    def keys(self) -> Claims:
        algorithm = jwt.algorithms.RSAAlgorithm
        keys = {kid: json.loads(algorithm.to_jwk(key.public_key())) for kid, key in self.published.items()}
        return {"keys": [{**key, "kid": kid, "use": "sig", "alg": "RS256"} for kid, key in keys.items()]}

    def answer_to(self, asked: dict[str, str]) -> str:
        """Return where a person who has signed in is led."""
        back = {"state": asked.get("state", "")}
        if self.error:
            return f"{asked['redirect_uri']}?{urlencode({**back, 'error': self.error, 'error_description': '<b>no</b>'})}"
        code = f"{CODE}-{secrets.token_hex(4)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({**back, 'code': code})}"

    def tokens(self, sent: dict[str, str]) -> tuple[int, Claims]:
        asked = self.codes.pop(sent.get("code", ""), None)
        if asked is None or sent.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if (sent.get("client_id"), sent.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if asked.get("code_challenge_method") != "S256" or challenge.decode() != asked.get("code_challenge"):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": self.id_token(asked)}

    def id_token(self, asked: dict[str, str]) -> str:
        now = time.time()
        mine = {name: value for name, value in self.claims.items() if not (self.thin and name.startswith("email"))}
        about = {"iss": self.issuer, "aud": CLIENT, "iat": int(now), "exp": int(now) + 300, "nonce": asked.get("nonce")}
        claims = self.spoil({**mine, **about, "auth_time": int(now - self.signed_in_ago_seconds)})
        key: Any = SECRET.ljust(64) if self.algorithm == "HS256" else None if self.algorithm == "none" else self.key
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": self.kid})


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for a provider."""

    provider: FakeProvider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.take(parts.path.removeprefix("/realm"), dict(parse_qsl(parts.query)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.take(self.path.removeprefix("/realm"), {name: values[0] for name, values in parse_qs(body).items()})

    def take(self, path: str, params: dict[str, str]) -> None:
        provider = self.provider
        provider.asked.append((path, params))
        if path in provider.faults:
            provider.faults[path](self)
        elif path == "/.well-known/openid-configuration":
            self.say(provider.discovery())
        elif path == "/keys":
            self.say(provider.keys())
        elif path == "/token":
            status, body = provider.tokens(params)
            self.say(body, status)
        elif path == "/userinfo":
            allowed = self.headers["Authorization"] == f"Bearer {ACCESS_TOKEN}"
            self.say(provider.about or provider.claims if allowed else {}, 200 if allowed else 401)
        elif path == "/authorize" and provider.hop:
            self.lead(f"http://localhost:{urlsplit(provider.issuer).port}/realm/elsewhere?{urlencode(params)}")
        elif path in ("/authorize", "/elsewhere"):
            self.lead(provider.answer_to(params))
        else:
            self.say({}, 404)

    def say(self, body: object, status: int = 200) -> None:
        self.send(json.dumps(body).encode(), status)

    def send(self, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def lead(self, to: str) -> None:
        self.send_response(302)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing on the terminal."""


@contextmanager
def fake_provider(tls: ssl.SSLContext | None = None) -> Iterator[FakeProvider]:
    """Run a provider for as long as the block, on https where it is given a certificate."""
    handler = type("Handler", (Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        scheme = "https" if tls else "http"
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        handler.provider = provider = FakeProvider(f"{scheme}://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield provider
        server.shutdown()
