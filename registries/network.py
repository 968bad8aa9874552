"""
What httpcore connects with: connections that keep to a limit of time and of bytes, and the words for what goes wrong.

Only `egress` and `proxy` use it. httpcore's own timeouts are for each read, so that a server which sends one byte a second
is never late; the meter's are for the whole exchange.
"""

import logging
import math
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import httpcore

from console.sentences import say
from registries.distribution import (
    ConnectionRefused,
    DeadlinePassed,
    NotARegistry,
    NotTrusted,
    RegistryError,
    Unreachable,
)

NetworkStream = httpcore.NetworkStream
Connector = Callable[[str, int, float], httpcore.NetworkStream]

connect_tcp: Connector = httpcore.SyncBackend().connect_tcp

_T = TypeVar("_T")
_READ_BYTES = 16 * 1024
_WRITE_BYTES = 4096  # little enough to be sent in one piece, since a deadline is looked at between pieces
_UNKNOWN_AUTHORITY, _EXPIRED, _WRONG_HOST = {18, 19, 20, 21}, {10}, {62, 64}  # X509_V_ERR_... of OpenSSL

# At the level DEBUG httpcore logs what it received, and a hostile registry can send our login back.
logging.getLogger("httpcore").setLevel(logging.WARNING)


class Meter:
    """What is left of an examination, and of the exchange that is under way in it: seconds and bytes."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._seconds = self._exchange_seconds = seconds
        self._end = self._exchange_end = clock() + seconds
        self._limit_bytes = 0
        self.received_bytes = 0

    def begin(self, seconds: float, limit_bytes: int) -> None:
        """Start an exchange."""
        self._exchange_seconds = seconds
        self._exchange_end = self._clock() + seconds
        self._limit_bytes = limit_bytes
        self.received_bytes = 0

    def seconds_left(self, host: str) -> float:
        """Return the seconds until the nearer of the two ends; raise `DeadlinePassed` where there are none."""
        left = min(self._end, self._exchange_end) - self._clock()
        if left <= 0:
            raise self.late(host)
        return left

    def receive(self, count: int, host: str) -> None:
        """Count received bytes; raise `NotARegistry` where there are more than the exchange may have."""
        self.received_bytes += count
        if self.received_bytes > self._limit_bytes:
            raise NotARegistry(say("{host} answers with more than Berth reads.", host=host), host=host)

    def late(self, host: str) -> DeadlinePassed:
        """Return the error that says which end was passed."""
        if self._end <= self._exchange_end:
            return DeadlinePassed(say("The check was ended after {seconds} s.", seconds=round(self._seconds)), host=host)
        seconds = math.ceil(self._exchange_seconds)
        return DeadlinePassed(say("{host} did not answer within {seconds} s.", host=host, seconds=seconds), host=host)


class Backend(httpcore.NetworkBackend):
    """What httpcore connects with: our way of connecting, and nothing beside it."""

    def __init__(self, connect: Callable[[str, int], httpcore.NetworkStream]) -> None:
        self._connect = connect

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return self._connect(host, port)


class Stream(httpcore.NetworkStream):
    """A connection that keeps to the meter: its own timeouts count, and not those of each read."""

    def __init__(self, inner: httpcore.NetworkStream, meter: Meter, host: str) -> None:
        self._inner = inner
        self._meter = meter
        self._host = host

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._inner.read(max_bytes, timeout=self._meter.seconds_left(self._host))
        self._meter.receive(len(data), self._host)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITE_BYTES):
            self._inner.write(buffer[start : start + _WRITE_BYTES], timeout=self._meter.seconds_left(self._host))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "Stream":
        secured: NetworkStream
        try:
            if isinstance(self._inner.get_extra_info("socket"), ssl.SSLSocket):
                secured = TLSInTLS(self._inner, ssl_context, server_hostname, lambda: self._meter.seconds_left(self._host))
            else:
                secured = self._inner.start_tls(ssl_context, server_hostname, timeout=self._meter.seconds_left(self._host))
        except BaseException:
            self.close()  # Whoever asked for it has not got anything yet that could be closed.
            raise
        return Stream(secured, self._meter, self._host)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class TLSInTLS(httpcore.NetworkStream):
    """
    TLS within the TLS of a proxy. Each read and write takes the seconds that are left, whatever it is told.

    httpcore has one of its own, which begins its time anew with each piece that arrives, and so can be dripped upon.
    """

    def __init__(
        self,
        outer: httpcore.NetworkStream,
        context: ssl.SSLContext,
        server_hostname: str | None,
        seconds_left: Callable[[], float],
    ) -> None:
        self._outer = outer
        self._seconds_left = seconds_left
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname)
        try:
            self._take(self._tls.do_handshake)
        except ssl.SSLError as error:
            raise httpcore.ConnectError(error) from error

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._take(lambda: self._tls.read(max_bytes))
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""
        except ssl.SSLError as error:
            raise httpcore.ReadError(error) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._take(lambda: self._tls.write(buffer))
        except ssl.SSLError as error:
            raise httpcore.WriteError(error) from error

    def close(self) -> None:
        self._outer.close()

    def get_extra_info(self, info: str) -> Any:
        return self._tls if info == "ssl_object" else self._outer.get_extra_info(info)

    def _take(self, step: Callable[[], _T]) -> _T:
        """Take one step of TLS, carrying to and fro what it wants to send and to hear."""
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                self._send()
                heard = self._outer.read(_READ_BYTES, timeout=self._seconds_left())
                self._incoming.write(heard) if heard else self._incoming.write_eof()
            else:
                self._send()
                return done

    def _send(self) -> None:
        if waiting := self._outgoing.read():
            self._outer.write(waiting, timeout=self._seconds_left())


def first_to_answer(
    addresses: Sequence[str], reach: Callable[[str, float], NetworkStream], meter: Meter, host: str
) -> NetworkStream:
    """Return the first connection that comes about; each address gets its share of the seconds that are left."""
    for tried, address in enumerate(addresses):
        share = meter.seconds_left(host) / (len(addresses) - tried)
        try:
            return reach(address, share)
        except (httpcore.ConnectError, httpcore.ConnectTimeout, Unreachable) as error:
            failure = error
    raise failure


@contextmanager
def in_our_words(meter: Meter, host: str) -> Iterator[None]:
    """Turn whatever httpcore raises into a `RegistryError`."""
    try:
        yield
    except httpcore.TimeoutException:
        raise meter.late(host) from None
    except httpcore.NetworkError as error:
        # The pool clears the cause of what passes through it, but not the context.
        raise registry_error(error.__context__, host) from None
    except httpcore.ProtocolError:
        if not meter.received_bytes:
            raise ConnectionRefused(say("{host} dropped the connection.", host=host), host=host) from None
        raise NotARegistry(say("{host} answers, but not in HTTP.", host=host), host=host) from None


def registry_error(cause: BaseException | None, host: str) -> RegistryError:
    """Say what an error of the socket or of TLS means."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _not_trusted(cause.verify_code, host)
    if isinstance(cause, ConnectionRefusedError):
        return ConnectionRefused(say("{host} refused the connection.", host=host), host=host)
    if isinstance(cause, ConnectionError | ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return ConnectionRefused(say("{host} dropped the connection.", host=host), host=host)
    if isinstance(cause, ssl.SSLError):
        return NotTrusted(say("{host} does not speak TLS 1.2 or newer on this port.", host=host), host=host)
    return Unreachable(say("There is no way to {host}.", host=host), host=host)


def _not_trusted(verify_code: int, host: str) -> NotTrusted:
    if verify_code in _UNKNOWN_AUTHORITY:
        detail, reason = say("The certificate comes from an authority Berth does not know."), "unknown_authority"
    elif verify_code in _EXPIRED:
        detail, reason = say("The certificate expired."), "expired"
    elif verify_code in _WRONG_HOST:
        detail, reason = say("The certificate is not for {host}.", host=host), "wrong_host"
    else:
        detail, reason = say("The certificate is not valid."), "other"
    return NotTrusted(detail, host=host, reason=reason)
