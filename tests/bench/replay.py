"""
The registry's own time: what a check said to a registry, said again by the barest client there is.

A `Recorder` stands between a check and its connections, and notes each connection, each TLS handshake and each request as
it was written. `Replay` then makes as many connections and handshakes, sends the same bytes and reads the answers, on
sockets of the standard library with the addresses known and the authority loaded. What this takes is the registry's: the
network, the handshakes and the answers. What a check takes beyond it is ours.
"""

import http.client
import re
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpcore

from registries.network import connect_tcp

_TARGET = re.compile(rb"^(DELETE) \S+ ")


@dataclass
class Talk:
    """One connection as it was: where to, the name that TLS was spoken with, the requests and how each was answered."""

    address: tuple[str, int]
    server_name: str | None = None
    requests: list[bytes] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)


class Recorder:
    """A connector for `egress.Way` that connects as always, and keeps the talks."""

    def __init__(self) -> None:
        self.talks: list[Talk] = []

    def __call__(self, address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        self.talks.append(Talk((address, port)))
        return _Heard(connect_tcp(address, port, seconds), self.talks[-1])


class _Heard(httpcore.NetworkStream):
    """A stream that notes what is written into it, until something is read, as one request."""

    def __init__(self, inner: httpcore.NetworkStream, talk: Talk) -> None:
        self._inner = inner
        self._talk = talk

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._inner.read(max_bytes, timeout)
        if len(self._talk.statuses) < len(self._talk.requests):
            self._talk.statuses.append(int(data.split(b" ", 2)[1]))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if len(self._talk.statuses) == len(self._talk.requests):
            self._talk.requests.append(b"")
        self._talk.requests[-1] += buffer
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._talk.server_name = server_hostname
        return _Heard(self._inner.start_tls(ssl_context, server_hostname, timeout), self._talk)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Replay:
    """Talks that can be had again. Calling it has them once."""

    def __init__(self, talks: Iterable[Talk], tls: ssl.SSLContext | None) -> None:
        self._talks = tuple(talks)
        self._tls = tls

    def __str__(self) -> str:
        requests = sum(len(talk.requests) for talk in self._talks)
        handshakes = sum(talk.server_name is not None for talk in self._talks)
        over_tls = f", {handshakes} TLS handshakes" if handshakes else ""
        return f"{requests} requests, {len(self._talks)} connections{over_tls}"

    def __call__(self) -> None:
        location = ""
        for talk in self._talks:
            with self._connected(talk) as there:
                for request, status in zip(talk.requests, talk.statuses, strict=True):
                    answer = _ask(there, _towards(location, request))
                    assert answer.status == status, f"HTTP {answer.status} where the check was answered {status}."
                    location = answer.getheader("Location") or location

    def _connected(self, talk: Talk) -> socket.socket:
        raw = socket.create_connection(talk.address, timeout=10)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if talk.server_name is None:
            return raw
        assert self._tls, "The talks were over TLS."
        return self._tls.wrap_socket(raw, server_hostname=talk.server_name)


def _ask(there: socket.socket, request: bytes) -> http.client.HTTPResponse:
    there.sendall(request)
    answer = http.client.HTTPResponse(there, method=request.split(b" ", 1)[0].decode())
    answer.begin()
    answer.read()
    return answer


def _towards(location: str, request: bytes) -> bytes:
    """Cancel the upload that was started just now, and not the one that the check had started."""
    there = urlsplit(location)
    return _TARGET.sub(lambda found: f"DELETE {there.path}?{there.query} ".encode(), request, count=1)
