"""
A registry in memory, given to the client in place of the network; also a hostile one.

It speaks the protocol as the large registries do: open, with Basic, or with a token service; it knows users and their
rights to each repository. `answers` overrides what it says to any request, and `echoing` puts the login it was sent
into every answer. It keeps all that it received, so that a test can say where a login went.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from registries.distribution import Answer, RegistryError

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    method: str
    url: str
    headers: Mapping[str, str]

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def login(self) -> tuple[str, str] | None:
        """The user name and password of a Basic header, else None."""
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic":
            return None
        username, _, password = base64.b64decode(value).decode().partition(":")
        return username, password

    @property
    def token(self) -> str:
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        return value if scheme == "Bearer" else ""


Reply = Answer | RegistryError | Exception | Callable[[Received], Answer]


def answer(status: int = 200, body: Any = b"", **headers: str) -> Answer:
    """Make an answer; a body that is not bytes is sent as JSON, and `content_type=` is the header `content-type`."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, [(name.replace("_", "-"), value) for name, value in headers.items()], raw)


def refusal(status: int, code: str, **headers: str) -> Answer:
    """Make an error answer as the specification has it."""
    return answer(status, {"errors": [{"code": code, "message": "said by the registry"}]}, **headers)


def digest_of(given: Answer) -> str:
    """The digest of a manifest, as whoever reads it computes it."""
    return "sha256:" + hashlib.sha256(given.body).hexdigest()


@dataclass
class FakeRegistry:
    """
    A registry at `origin`, with `auth` one of `open`, `basic` and `bearer`.

    `users` are names and passwords, `rights` what each may do in each repository (the user "" is everybody).
    `images` are manifests by repository and tag.
    """

    origin: str = "https://registry.example"
    auth: str = "bearer"
    realm: str = ""
    users: dict[str, str] = field(default_factory=lambda: {"puller": "right"})
    rights: dict[tuple[str, str], set[str]] = field(default_factory=lambda: {("puller", "team/app"): {"pull"}})
    images: dict[str, dict[str, Answer]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    answers: dict[tuple[str, str], Reply] = field(default_factory=dict)
    echoing: bool = False
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.realm = self.realm or f"{self.origin}/token"
        self.images = self.images or {"team/app": {"1": self.image("linux", "amd64")}}

    # What a client sees ----------------------------------------------------------------------------------------------

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer:
        request = Received(method, url, dict(headers))
        self.received.append(request)
        reply = self.answers.get((method, request.path)) or self.answers.get((method, url)) or self._reply
        if isinstance(reply, Exception):
            raise reply
        given = reply(request) if callable(reply) else reply
        if method == "HEAD":
            given = Answer(given.status, given.headers, b"")
        return self._with_login_inside(given, request) if self.echoing else given

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order, as `GET /v2/`."""
        return [f"{request.method} {request.path}" for request in self.received]

    @property
    def login_went_to(self) -> set[str]:
        """The origins that were sent the password or a token."""
        return {request.origin for request in self.received if "Authorization" in request.headers}

    # What is in it ---------------------------------------------------------------------------------------------------

    def image(self, system: str, architecture: str, *, size: int = 1_900_000_000) -> Answer:
        """Make a manifest of one image, and keep its configuration as a blob."""
        config = json.dumps({"os": system, "architecture": architecture}).encode()
        digest = "sha256:" + hashlib.sha256(config).hexdigest()
        self.blobs[digest] = config
        layers = [{"digest": digest, "size": size - len(config)}]
        manifest = {"schemaVersion": 2, "config": {"digest": digest, "size": len(config)}, "layers": layers}
        return answer(200, manifest, content_type=OCI_IMAGE)

    @staticmethod
    def index(*platforms: str, digests: Sequence[str] = ()) -> Answer:
        """
        Make a manifest of several platforms, each written `os/architecture` or `os/architecture/variant`.

        `digests` are those of their images, in the same order; without them the index leads nowhere.
        """
        keys = ("os", "architecture", "variant")
        entries = [{"platform": dict(zip(keys, name.split("/"), strict=False))} for name in platforms]
        named = [{**entry, "digest": digest} for entry, digest in zip(entries, digests, strict=False)]
        return answer(200, {"schemaVersion": 2, "manifests": named or entries}, content_type=OCI_INDEX)

    def many(self, repository: str, tag: str, sizes: Mapping[str, int]) -> None:
        """Keep an image for several platforms: an index over one image each, whose sizes are given."""
        kept = self.images.setdefault(repository, {})
        made = {name: self.image(*name.split("/")[:2], size=size) for name, size in sizes.items()}
        kept.update({digest_of(image): image for image in made.values()})
        kept[tag] = self.index(*sizes, digests=[digest_of(image) for image in made.values()])

    # How it answers --------------------------------------------------------------------------------------------------

    def _reply(self, request: Received) -> Answer:
        if request.url.partition("?")[0] == self.realm:
            return self._token(request)
        if request.origin != self.origin or not request.path.startswith("/v2/"):
            return answer(404, b"<html>not found</html>", content_type="text/html")
        user = self._user(request)
        if user is None:
            return self._challenge(request)
        path = request.path.removeprefix("/v2/")
        if not path:
            return answer(200, {}, docker_distribution_api_version="registry/2.0")
        if path == "_catalog":
            return refusal(401, "UNAUTHORIZED")
        return self._about_repository(request, path, user)

    def _about_repository(self, request: Received, path: str, user: str) -> Answer:
        repository, part, name = self._parse(path)
        action = "push" if request.method in ("POST", "DELETE") else "pull"
        allowed = self.rights.get((user, repository), set()) | self.rights.get(("", repository), set())
        if self.auth == "open":
            allowed = {"pull", "push"}
        if action not in allowed or (self.auth == "bearer" and f"repository:{repository}:" not in request.token):
            return refusal(403 if self.auth == "basic" else 401, "DENIED")
        uploads = {"POST": answer(202, location=f"/v2/{repository}/blobs/uploads/1?state=x"), "DELETE": answer(204)}
        return uploads.get(request.method) or self._read(repository, part, name)

    def _read(self, repository: str, part: str, name: str) -> Answer:
        if part == "tags":
            return answer(200, {"name": repository, "tags": list(self.images.get(repository, {}))})
        if part == "blobs":
            return answer(200, self.blobs[name]) if name in self.blobs else refusal(404, "BLOB_UNKNOWN")
        if repository not in self.images:
            return refusal(404, "NAME_UNKNOWN")
        return self.images[repository].get(name) or refusal(404, "MANIFEST_UNKNOWN")

    @staticmethod
    def _parse(path: str) -> tuple[str, str, str]:
        for part in ("manifests", "tags", "blobs"):
            if f"/{part}/" in path:
                repository, _, name = path.partition(f"/{part}/")
                return repository, part, name
        return path, "", ""

    def _user(self, request: Received) -> str | None:
        if self.auth == "open":
            return ""
        if self.auth == "basic" and request.login is None and self._lets_anybody_read(request):
            return ""
        if self.auth == "basic":
            return request.login[0] if request.login and self._knows(request.login) else None
        return request.token.split("|")[0] if request.token.count("|") == 1 else None

    def _lets_anybody_read(self, request: Received) -> bool:
        return ("", self._parse(request.path.removeprefix("/v2/"))[0]) in self.rights

    def _knows(self, login: tuple[str, str]) -> bool:
        return self.users.get(login[0]) == login[1]

    def _challenge(self, request: Received) -> Answer:
        challenge = 'Basic realm="Registry"'
        if self.auth == "bearer":
            challenge = f'Bearer realm="{self.realm}",service="fake"'
        return refusal(401, "UNAUTHORIZED", www_authenticate=challenge)

    def _token(self, request: Received) -> Answer:
        if request.login is not None and not self._knows(request.login):
            return refusal(401, "UNAUTHORIZED")
        scope = parse_qs(urlsplit(request.url).query).get("scope", [""])[0]
        return answer(200, {"token": f"{request.login[0] if request.login else ''}|{scope}"})

    def _with_login_inside(self, given: Answer, request: Received) -> Answer:
        seen = [value for earlier in self.received for value in (earlier.login or (earlier.token,)) if value]
        text = " ".join(seen) or "nothing"
        host = next((value for value in reversed(seen) if value.isascii() and "|" not in value), "nothing")
        content = json.loads(given.body) if given.body.startswith(b"{") else {}
        body = {**content, "message": text, "errors": [{"code": host, "message": text, "detail": text}]}
        headers = [("x-echo", text), ("docker-content-digest", text), ("warning", f'299 - "{text}"')]
        return Answer(given.status, given.headers + headers, json.dumps(body).encode())


@dataclass(frozen=True)
class FakeTLS:
    version: str = "TLSv1.3"
    not_after: datetime = datetime(2027, 1, 18, tzinfo=UTC)
    proxy: str = ""


@dataclass
class FakeWay:
    """The way to a fake registry, as `health.examine` takes it; `dns` and `tls` may be the errors that stop it there."""

    registry: FakeRegistry
    dns: tuple[str, ...] | Exception = ("142.250.99.82",)
    tls: FakeTLS | Exception | None = field(default_factory=FakeTLS)

    def look_up(self) -> tuple[str, ...]:
        if isinstance(self.dns, Exception):
            raise self.dns
        return self.dns

    def handshake(self) -> FakeTLS | None:
        if isinstance(self.tls, Exception):
            raise self.tls
        return self.tls

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer:
        return self.registry.request(method, url, headers, body, limit_bytes=limit_bytes)
