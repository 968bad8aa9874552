"""
The smallest images there are, and how they get into a registry: over the protocol, with the standard library.

Sources: OCI image specification (manifest, index, layout of a layer) and OCI distribution specification (pushing a blob
in one request, pushing a manifest). Berth's own client is not used, since it is what these images prove.
"""

import base64
import gzip
import hashlib
import http.client
import io
import json
import re
import ssl
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

OCI = "application/vnd.oci.image."
MANIFEST = OCI + "manifest.v1+json"
INDEX = OCI + "index.v1+json"


@dataclass(frozen=True, kw_only=True)
class Blob:
    """Bytes in a registry, and what a manifest says of them."""

    data: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.data).hexdigest()

    @property
    def descriptor(self) -> dict[str, object]:
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.data)}


@dataclass(frozen=True, kw_only=True)
class Image:
    """A manifest with the blobs it names; an image for several platforms has `variants`, and no blobs of its own."""

    manifest: Blob
    blobs: tuple[Blob, ...] = ()
    variants: tuple["Image", ...] = ()

    @property
    def digest(self) -> str:
        return self.manifest.digest

    @property
    def size_bytes(self) -> int:
        """How large the configuration and the layers are together."""
        return sum(len(blob.data) for blob in self.blobs)


def make_image(platform: str = "linux/amd64", text: str = "hi\n") -> Image:
    """Make an image of one layer that holds one file: the same bytes every time."""
    system, architecture = platform.split("/")
    tar = _tar("hello.txt", text.encode())
    layer = Blob(data=gzip.compress(tar, mtime=0), media_type=OCI + "layer.v1.tar+gzip")
    root = {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest()]}
    config = _json({"architecture": architecture, "os": system, "config": {}, "rootfs": root}, OCI + "config.v1+json")
    body = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config.descriptor, "layers": [layer.descriptor]}
    return Image(manifest=_json(body, MANIFEST), blobs=(config, layer))


def make_index(platforms: Sequence[str] = ("linux/amd64", "linux/arm64")) -> Image:
    """Make an image for several platforms: an index over one image each."""
    variants = tuple(make_image(platform, text=f"hi from {platform}\n") for platform in platforms)
    rows = [
        variant.manifest.descriptor | {"platform": dict(zip(("os", "architecture"), platform.split("/"), strict=True))}
        for platform, variant in zip(platforms, variants, strict=True)
    ]
    body = {"schemaVersion": 2, "mediaType": INDEX, "manifests": rows}
    return Image(manifest=_json(body, INDEX), variants=variants)


def _json(value: object, media_type: str) -> Blob:
    return Blob(data=json.dumps(value).encode(), media_type=media_type)


def _tar(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o644
        archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a server answered; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(kw_only=True)
class Session:
    """Somebody who speaks to one registry, with a login or without, and signs in by whichever way the registry asks."""

    origin: str
    username: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None

    def push(self, repository: str, tag: str, image: Image) -> None:
        """Push an image, and what it consists of. Raises RuntimeError where the registry refuses a part of it."""
        permission = self.permission(f"repository:{repository}:pull,push")
        for variant in image.variants:
            self._push_one(repository, variant.digest, variant, permission)
        self._push_one(repository, tag, image, permission)

    def permission(self, scope: str) -> dict[str, str]:
        """Return the headers that sign a request in: Basic where the registry asks for it, else a token for `scope`."""
        challenge = self.send("GET", "/v2/").headers.get("www-authenticate", "")
        if challenge.lower().startswith("bearer "):
            return {"Authorization": f"Bearer {self.token(scope, challenge)}"}
        return self.basic() if challenge else {}

    def token(self, scope: str, challenge: str) -> str:
        """Ask the token service that `challenge` names for a token with `scope` ("" asks for none in particular)."""
        named = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        asked = {"service": named["service"]} | ({"scope": scope} if scope else {})
        realm = urlsplit(named["realm"])
        answer = self.send("GET", f"{realm.path}?{urlencode(asked)}", headers=self.basic() if self.username else {})
        if answer.status != http.client.OK:
            raise RuntimeError(f"The token service answered HTTP {answer.status}.")
        return str(json.loads(answer.body)["token"])

    def send(self, method: str, path: str, *, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
        """Send one request to the registry's own origin, and read the whole answer."""
        there = urlsplit(self.origin)
        connection = (
            http.client.HTTPSConnection(there.netloc, timeout=10, context=self.tls)
            if there.scheme == "https"
            else http.client.HTTPConnection(there.netloc, timeout=10)
        )
        try:
            connection.request(method, path, body=body or None, headers=headers or {})
            answer = connection.getresponse()
            return Reply(
                status=answer.status,
                headers={name.lower(): value for name, value in answer.getheaders()},
                body=answer.read(),
            )
        finally:
            connection.close()

    def basic(self) -> dict[str, str]:
        pair = f"{self.username}:{self.password}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode("ascii")}

    def _push_one(self, repository: str, reference: str, image: Image, permission: dict[str, str]) -> None:
        for blob in image.blobs:
            start = self.send("POST", f"/v2/{repository}/blobs/uploads/", headers=permission)
            _expect(http.client.ACCEPTED, start)
            there = urlsplit(start.headers["location"])
            path = f"{there.path}?{there.query}&{urlencode({'digest': blob.digest})}".replace("?&", "?")
            octets = {"Content-Type": "application/octet-stream"}
            _expect(http.client.CREATED, self.send("PUT", path, body=blob.data, headers=permission | octets))
        typed = permission | {"Content-Type": image.manifest.media_type}
        path = f"/v2/{repository}/manifests/{reference}"
        _expect(http.client.CREATED, self.send("PUT", path, body=image.manifest.data, headers=typed))


def _expect(status: int, answer: Reply) -> None:
    if answer.status != status:
        raise RuntimeError(f"The registry answered HTTP {answer.status} where {status} was due: {answer.body!r}")
