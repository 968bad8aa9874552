"""
The single way out: every byte that Berth sends to a registry or a token service goes through here.

What holds for all of it, whatever the other side does:

- a name is looked up once, each of its addresses is judged, and those addresses are the ones connected to;
- an exchange has an end on the clock and a number of bytes, which no drip and no flood can stretch;
- no redirect is followed, no encoding undone, nothing retried in plain text, and no proxy taken from the environment:
  there is the operator's own, which is asked for what was judged, or none;
- whatever goes wrong is told as a `RegistryError`.

The web is spoken by httpcore; `network` is what it connects with, `proxy` leads it outside where an operator set one, and
`addresses` judges where to.
"""

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpcore

from console.sentences import say, together
from registries.addresses import LOOK_UP_SECONDS, Policy, Resolver, look_up
from registries.distribution import Answer, BlockedByPolicy, NameNotFound, NotARegistry, NotTrusted, RegistryError
from registries.distribution.origin import origin_of
from registries.network import Backend, Connector, Meter, Stream, connect_tcp, first_to_answer, in_our_words
from registries.proxy import Tunnels

__all__ = ["Connector", "Policy", "TLSInfo", "Way"]

HEAD_LIMIT_BYTES = 256 * 1024  # what may come on top of a body: headers, interim answers, the lengths of chunks
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL, for which Python has no name


@dataclass(frozen=True, kw_only=True)
class TLSInfo:
    """
    A trusted TLS connection: its version, such as `TLSv1.3`, and its certificate's end, aware UTC.

    `proxy` is the host and port of the proxy that it goes through, "" where it is direct.
    """

    version: str
    not_after: datetime
    proxy: str = ""


class Way:
    """
    The way to the registry at `origin`, such as `https://ghcr.io`, for one examination of `deadline_seconds` at most.

    `ca_pem` is a team's own authority, trusted beside the system's for the registry's own host and no other.
    """

    def __init__(
        self,
        origin: str,
        *,
        policy: Policy,
        ca_pem: str = "",
        deadline_seconds: float = 20,
        exchange_seconds: float = 10,
        resolver: Resolver = socket.getaddrinfo,
        connector: Connector = connect_tcp,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not origin_of(origin):
            raise ValueError("A way leads to an origin: http or https, a host and perhaps a port.")
        self._origin = httpcore.URL(origin).origin
        self._policy = policy
        self._ca_pem = ca_pem
        self._exchange_seconds = exchange_seconds
        self._resolver = resolver
        self._connector = connector
        self._meter = Meter(clock, deadline_seconds)
        proxy = policy.proxy
        self._tunnels = Tunnels(proxy, resolver=resolver, connector=connector, clock=clock) if proxy else None
        self._addresses: dict[str, tuple[str, ...]] = {}
        self._pools: dict[str, httpcore.ConnectionPool] = {}
        self._trusting_own_ca: ssl.SSLContext | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    def look_up(self) -> tuple[str, ...]:
        """Return the addresses of the registry's host, all of which the policy lets through."""
        self._meter.begin(self._exchange_seconds, 0)
        return self._judged(_host(self._origin), self._origin.port)

    def handshake(self) -> TLSInfo | None:
        """Connect, and return what the certificate says; None where the origin is http, which has none."""
        self._meter.begin(self._exchange_seconds, HEAD_LIMIT_BYTES)
        host = _host(self._origin)
        self._admit(self._origin)
        if self._origin.scheme == b"http":
            with in_our_words(self._meter, host):
                self._connect(host, self._origin.port).close()
            return None
        context = self._context(host)
        try:
            certificate, version = self._certificate(host, context)
        except NotTrusted as error:
            raise self._explained(error, host) from None
        return TLSInfo(version=version, not_after=_not_after(certificate), proxy=self._proxy_to(host))

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer:
        """Send one request and return its answer, whatever its status; a body above `limit_bytes` is `NotARegistry`."""
        if not origin_of(url):
            raise BlockedByPolicy(say("Berth speaks http and https to hosts, and to nothing else."))
        target = httpcore.URL(url)
        host = _host(target.origin)
        self._meter.begin(self._exchange_seconds, limit_bytes + HEAD_LIMIT_BYTES)
        self._admit(target.origin)
        pool = self._pool(host)
        named = [("Host", _authority(target.origin)), ("Accept-Encoding", "identity"), *headers.items()]
        content = body if method == "POST" else None
        with in_our_words(self._meter, host), pool.stream(method, target, headers=named, content=content) as response:
            received = bytearray()
            for chunk in response.iter_stream():
                received += chunk
                if len(received) > limit_bytes:
                    detail = say("{host} answers with more than Berth reads.", host=host)
                    raise NotARegistry(detail, host=host, status=response.status)
            pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers]
            return Answer(response.status, pairs, bytes(received))

    # Connecting ------------------------------------------------------------------------------------------------------

    def _judged(self, host: str, port: int) -> tuple[str, ...]:
        """Return a host's addresses as they were when it was first looked up; one that is refused refuses all."""
        if host not in self._addresses:
            seconds = min(LOOK_UP_SECONDS, self._meter.seconds_left(host))
            try:
                self._addresses[host] = look_up(host, port, resolver=self._resolver, seconds=seconds)
            except NameNotFound:
                if self._tunnels is None:
                    raise
                # The proxy might know it. But where an unknown name leads cannot be judged.
                detail = say(
                    "{host} does not exist in the DNS of Berth’s own server, where names are looked up and judged.",
                    host=host,
                )
                raise NameNotFound(detail, host=host) from None
        for address in self._addresses[host]:
            self._policy.judge(address, port, host=host)
        return self._addresses[host]

    def _admit(self, origin: httpcore.Origin) -> None:
        host = _host(origin)
        for address in self._judged(host, origin.port):
            if origin.scheme == b"http":
                self._policy.judge_plain(address, host=host)

    def _connect(self, host: str, port: int) -> Stream:
        """Connect to the first of the judged addresses that answers, directly or through the proxy."""
        addresses = self._judged(host, port)
        if self._policy.by_name:
            # To a proxy that is asked for the name, all the addresses it stands for are one.
            proxied = [address for address in addresses if not self._policy.is_direct(address)]
            addresses = tuple(address for address in addresses if address not in proxied[1:])

        def reach(address: str, seconds: float) -> httpcore.NetworkStream:
            if self._tunnels is None or self._policy.is_direct(address):
                return self._connector(address, port, seconds)
            target = host if self._policy.by_name else address
            told = host if target == host else f"{host}, {address}"
            return self._tunnels.open(target, port, told=told, seconds=seconds)

        return Stream(first_to_answer(addresses, reach, self._meter, host), self._meter, host)

    def _proxy_to(self, host: str) -> str:
        """Return the proxy that leads to this host, once it was looked up; "" where it is reached directly."""
        proxy = self._policy.proxy
        addresses = self._addresses.get(host, ())
        return proxy.address if proxy and not all(map(self._policy.is_direct, addresses)) else ""

    def _pool(self, host: str) -> httpcore.ConnectionPool:
        if host not in self._pools:
            pool = httpcore.ConnectionPool(
                ssl_context=self._context(host), network_backend=Backend(self._connect), http2=False, retries=0
            )
            self._pools[host] = self._open.enter_context(pool)
        return self._pools[host]

    # Trusting --------------------------------------------------------------------------------------------------------

    def _own_ca(self, host: str) -> str:
        return self._ca_pem if host == _host(self._origin) else ""

    def _context(self, host: str) -> ssl.SSLContext:
        """Return what everybody trusts, or with a team's own authority what this way alone does. Nobody changes either."""
        if not self._own_ca(host):
            return _trusting_the_system()
        if self._trusting_own_ca is None:
            self._trusting_own_ca = _trusting(self._ca_pem)
        return self._trusting_own_ca

    def _certificate(self, host: str, context: ssl.SSLContext) -> tuple[Mapping[str, Any], str]:
        """Make a TLS connection only to look at it; return its certificate's fields and the version of TLS."""
        with (
            in_our_words(self._meter, host),
            closing(self._connect(host, self._origin.port)) as stream,
            closing(stream.start_tls(context, server_hostname=host)) as secured,
        ):
            tls = secured.get_extra_info("ssl_object")
            return tls.getpeercert() or {}, tls.version() or ""

    def _explained(self, error: NotTrusted, host: str) -> NotTrusted:
        """
        Say what is wrong with a certificate, by reading it once more with its end and its names let pass.

        The authority is not let pass: a certificate from an unknown one could say anything. Nothing is sent.
        """
        if error.reason == "unknown_authority" and (proxy := self._proxy_to(host)):
            # Many a proxy of a company opens TLS and signs anew, and then its authority is the one to add.
            origin = say("The proxy {proxy} may have put it in the place of the registry’s own.", proxy=proxy)
            return NotTrusted(together(error.detail, origin), host=host, reason=error.reason)
        if error.reason not in ("expired", "wrong_host"):
            return error
        context = _trusting(self._own_ca(host))  # One of its own, since it trusts more than the others may.
        context.check_hostname = False
        context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
        try:
            certificate, _ = self._certificate(host, context)
        except RegistryError:
            return error
        detail = say("The certificate expired on {day}.", day=_not_after(certificate).date())
        if error.reason == "wrong_host":
            # Which one is not said: whoever made the certificate could have written our login into the name.
            detail = say("The certificate is for another host, not for {host}.", host=host)
        return NotTrusted(detail, host=host, reason=error.reason)


def _trusting(ca_pem: str) -> ssl.SSLContext:
    """Make a context that trusts the system's authorities, which takes 20 ms or more to read, and a team's own, if any."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_pem:
        context.load_verify_locations(cadata=ca_pem)
        # A team may trust an intermediate authority alone, as it may with Docker.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _trusting_the_system() -> ssl.SSLContext:
    """Return what trusts the system's authorities alone: the same for all, until the system's are others."""
    places = ssl.get_default_verify_paths()
    return _read_once(*((place, Path(place).stat().st_mtime_ns) for place in (places.cafile, places.capath) if place))


@lru_cache(maxsize=1)
def _read_once(*store: tuple[str, int]) -> ssl.SSLContext:
    return _trusting("")


def _host(origin: httpcore.Origin) -> str:
    return origin.host.decode("ascii")


def _authority(origin: httpcore.Origin) -> str:
    """Return what the header `Host` says; httpcore leaves the brackets of an IPv6 address out of its own."""
    host = f"[{_host(origin)}]" if b":" in origin.host else _host(origin)
    default = {b"http": 80, b"https": 443}[origin.scheme]
    return host if origin.port == default else f"{host}:{origin.port}"


def _not_after(certificate: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
