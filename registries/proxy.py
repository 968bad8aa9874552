"""
The operator's proxy: how a way through it is asked for, and what it means where it gives none.

Source: RFC 9110, sections 9.3.6 (CONNECT) and 11.7 (the proxy's own login); security page, S5 and S22. TLS is spoken with
the registry, right through the proxy, which sees who is asked for and nothing of what is said. The proxy's own address is
the operator's, and is not judged.
"""

import math
import re
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property

from console.environment import Proxy
from console.sentences import Fill, Sentence, say, together
from registries.addresses import LOOK_UP_SECONDS, Resolver, look_up
from registries.distribution import DeadlinePassed, NotARegistry, RegistryError, Unreachable
from registries.network import Connector, Meter, NetworkStream, Stream, first_to_answer, in_our_words

ANSWER_BYTES = 16 * 1024
_HEAD_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.[01] ([2-5][0-9]{2})[ \r]")
_LOGIN_WANTED = 407


class ProxyFailed(RegistryError):
    """The operator's proxy gives no way out. It says nothing of the registry, which was not reached."""

    summary = say("The proxy gives no way out.")


class Tunnels:
    """Ways through one proxy, for one examination: its name is looked up once."""

    def __init__(self, proxy: Proxy, *, resolver: Resolver, connector: Connector, clock: Callable[[], float]) -> None:
        self._proxy = proxy
        self._who = say("the proxy {address}", address=proxy.address)
        self._resolver = resolver
        self._connector = connector
        self._clock = clock
        self._addresses: tuple[str, ...] = ()

    def open(self, target: str, port: int, *, told: str, seconds: float) -> NetworkStream:
        """
        Return a connection to `target`, an address or a name, that came about within `seconds`; people read `told` of it.

        Raises `ProxyFailed` where the proxy is at fault, and `Unreachable` where it may be the target.
        """
        meter = Meter(self._clock, math.inf)
        meter.begin(seconds, ANSWER_BYTES)
        with ExitStack() as undo:
            try:
                with in_our_words(meter, self._who):
                    stream = self._connected(meter)
                    undo.callback(stream.close)
                    if self._proxy.scheme == "https":
                        stream = stream.start_tls(self._context, self._proxy.host, timeout=meter.seconds_left(self._who))
                        undo.callback(stream.close)
            except RegistryError as error:
                raise self._failed(error) from None
            try:
                with in_our_words(meter, self._who):
                    status = self._ask(Stream(stream, meter, self._who), target, port)
            except DeadlinePassed:
                # Either of the two may be silent, and nobody can tell which.
                detail = say(
                    "The proxy {address} opened no way to {host} within {seconds} s.",
                    address=self._proxy.address, host=told, seconds=math.ceil(seconds),
                )  # fmt: skip
                raise DeadlinePassed(detail, host=self._proxy.host) from None
            except RegistryError as error:
                raise self._failed(error) from None
            self._judge(status, told)
            undo.pop_all()
            return stream

    @cached_property
    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _connected(self, meter: Meter) -> NetworkStream:
        host, port = self._proxy.host, self._proxy.port
        if not self._addresses:
            seconds = min(LOOK_UP_SECONDS, meter.seconds_left(self._who))
            self._addresses = look_up(host, port, resolver=self._resolver, seconds=seconds, as_written=True)
        return first_to_answer(
            self._addresses, lambda address, share: self._connector(address, port, share), meter, self._who
        )

    def _ask(self, stream: Stream, target: str, port: int) -> int:
        """Ask for a way to the target, and return the status of the answer, of which the head alone is read."""
        authority = f"[{target}]:{port}" if ":" in target else f"{target}:{port}"
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        if self._proxy.authorization:
            lines.append(f"Proxy-Authorization: {self._proxy.authorization}")
        stream.write("\r\n".join([*lines, "", ""]).encode("ascii"))
        head = b""
        while not head.endswith(_HEAD_END):
            # One byte at a time, because what comes after the head is the target's.
            if not (more := stream.read(1)):
                raise Unreachable(say("{host} dropped the connection.", host=self._who))
            head += more
        status = _STATUS.match(head)
        if not status:
            raise NotARegistry(say("{host} answers, but not as a proxy.", host=self._who))
        return int(status[1])

    def _judge(self, status: int, told: str) -> None:
        if 200 <= status < 300:
            return
        kind: type[RegistryError] = Unreachable if status >= 500 else ProxyFailed
        # The status goes into the sentence, because the one that an error carries is told as the registry's.
        asked: dict[str, Fill] = {"address": self._proxy.address, "host": told, "status": status}
        if status >= 500:
            did = say("The proxy {address} could not reach {host} (HTTP {status}).", **asked)
        elif status != _LOGIN_WANTED:
            did = say("The proxy {address} does not let Berth through to {host} (HTTP {status}).", **asked)
        elif self._proxy.authorization:
            did = say("The proxy {address} refused Berth’s login to it (HTTP {status}).", **asked)
        else:
            did = say("The proxy {address} wants a login, and Berth has none for it (HTTP {status}).", **asked)
        raise kind(did, host=self._proxy.host)

    def _failed(self, error: RegistryError) -> ProxyFailed:
        """Say of the proxy what is otherwise said of registries."""
        detail = error.detail
        address = self._proxy.address
        if self._who not in detail:
            detail = together(say("The proxy {address} cannot be used.", address=address), detail)
        elif isinstance(detail, Sentence) and detail.message.startswith("{host}"):
            detail = Sentence(detail.message, fills={**detail.fills, "host": say("The proxy {address}", address=address)})
        return ProxyFailed(detail, host=self._proxy.host)
