"""
A registry on loopback that does everything right but for what a test has it do wrong, in one place or everywhere.

It asks for a token, gives one to the canary, and has one image in it. Each of its pages can be replaced by another page,
or by a behaviour of `tests.hostile` that takes the whole connection. Whatever it writes of its own accord holds `MARK`, so
that a test sees where its words come through.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.hostile import Behaviour, Connection

USERNAME, PASSWORD = "canary-user-5e11ad", "canary-password-0b57ac"
MARK = "says-the-registry"
HOST = "registry.example"
IMAGE_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"

_BASIC = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
_TOKEN, _ANYBODY = f"{MARK}-token", f"{MARK}-anybody"

Page = Callable[[bytes], bytes]  # from a request's head to a whole answer


def reply(status: int, body: object = None, **headers: str) -> bytes:
    """Write an answer; a body that is not bytes becomes JSON, and `_` in a header's name a hyphen."""
    content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    named = {"Content-Type": "application/json", "X-Said": MARK}
    named |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} {MARK}\r\n{lines}Content-Length: {len(content)}\r\n\r\n".encode("latin-1") + content


def always(status: int, body: object = None, **headers: str) -> Page:
    """Return a page that is the same for all."""
    given = reply(status, body, **headers)
    return lambda head: given


def refusal(status: int, code: str = "DENIED", **headers: str) -> bytes:
    return reply(status, {"errors": [{"code": code, "message": MARK}]}, **headers)


def digest_of(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()


def said_in(head: bytes) -> tuple[str, str]:
    """Return the text of a request's `Authorization` as it came, and with a Basic login in plain; "" where none is."""
    for line in head.decode("latin-1").split("\r\n"):
        if line.lower().startswith("authorization: "):
            value = line.partition(": ")[2]
            kind, _, rest = value.partition(" ")
            return value, base64.b64decode(rest).decode() if kind == "Basic" else rest
    return "", ""


CONFIG = json.dumps({"os": "linux", "architecture": "amd64", "author": MARK}).encode()
MANIFEST: dict[str, Any] = {
    "mediaType": IMAGE_TYPE,
    "config": {"digest": digest_of(CONFIG), "size": len(CONFIG)},
    "layers": [{"size": 1000}],
    "annotations": {MARK: MARK},
}


def bearer(realm: str = f"https://{HOST}/token") -> str:
    return f'Bearer realm="{realm}",service="{MARK}"'


class Registry:
    """
    The registry as a behaviour of a server.

    `pages` and `worst` replace what is at the paths that begin with their keys (or are `/v2/`, since all begin so); the
    longest key counts. `challenge` is what it asks for a login with.
    """

    def __init__(
        self,
        pages: Mapping[str, Page] | None = None,
        worst: Mapping[str, Behaviour] | None = None,
        *,
        challenge: str = bearer(),
    ) -> None:
        self._pages = dict(pages or {})
        self._worst = dict(worst or {})
        self._challenge = challenge

    def __call__(self, connection: Connection) -> None:
        while head := connection.hear():
            method, path = head.decode("latin-1").split(" ")[:2]
            keys = [key for key in (*self._pages, *self._worst) if path == key or (key != "/v2/" and path.startswith(key))]
            key = max(keys, key=len, default="")
            if key in self._worst:
                connection.unhear(head)
                self._worst[key](connection)
                return
            given = self._pages[key](head) if key else self._good(method, path, head)
            connection.say(given if method != "HEAD" else given.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")

    def _good(self, method: str, path: str, head: bytes) -> bytes:
        value, _ = said_in(head)
        if path.startswith("/token"):
            return reply(200, {"token": _TOKEN if value == f"Basic {_BASIC}" else _ANYBODY})
        if value not in (f"Bearer {_TOKEN}", f"Basic {_BASIC}"):
            return refusal(401, "UNAUTHORIZED", www_authenticate=self._challenge)
        if method == "DELETE":
            return reply(204)
        if path.startswith("/v2/team/app/blobs/uploads/"):
            return reply(202, location="/v2/team/app/blobs/uploads/1")
        return _KNOWN.get(path.partition("?")[0]) or refusal(404, "MANIFEST_UNKNOWN")


_KNOWN = {
    "/v2/": reply(200, docker_distribution_api_version="registry/2.0"),
    "/v2/team/app/manifests/1": reply(200, MANIFEST, content_type=IMAGE_TYPE),
    f"/v2/team/app/blobs/{digest_of(CONFIG)}": reply(200, CONFIG),
    "/v2/team/app/tags/list": reply(200, {"tags": ["1"]}),
    "/v2/_catalog": reply(200, {"repositories": ["team/app"]}),
}
