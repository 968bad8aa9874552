"""
Servers on loopback that misbehave, for tests of the way out through real sockets.

Each behaviour is a function that is handed one connection and does its worst with it until the other side is gone or the
test is over. `serving` runs one on a port of its own, with TLS where it is given a context.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HEAD = b"HTTP/1.1 200 OK\r\n"
TICK_SECONDS = 0.05


@dataclass
class Server:
    """A server that is up: its port, how many connected to it, and every byte they said."""

    port: int
    over: threading.Event = field(default_factory=threading.Event)
    connections: int = 0
    heard: bytes = b""


class Connection:
    """One connection at a server."""

    def __init__(self, server: Server, raw: socket.socket) -> None:
        self._server = server
        self._unread = b""
        self.raw = raw

    def unhear(self, said: bytes) -> None:
        """Have the next `hear` give back what was heard already."""
        self._unread = said

    def hear(self) -> bytes:
        """Read a request's head, or what there is of it."""
        said, self._unread = self._unread, b""
        while b"\r\n\r\n" not in said and (more := self.raw.recv(65536)):
            said += more
            self._server.heard += more
        return said

    def say(self, data: bytes) -> None:
        self.raw.sendall(data)

    def repeat(self, data: bytes, pause_seconds: float = 0.0) -> None:
        """Say the same until nobody listens any more."""
        while not self._server.over.wait(pause_seconds):
            self.say(data)

    def wait(self) -> None:
        """Say nothing until the test is over."""
        self._server.over.wait(30)


Behaviour = Callable[[Connection], None]


@contextmanager
def serving(behave: Behaviour, *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server that treats each connection by `behave`, and end it with the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(TICK_SECONDS)
    server = Server(port=listener.getsockname()[1])
    threads = [threading.Thread(target=_accept, args=(listener, server, behave, tls))]
    threads[0].start()
    try:
        yield server
    finally:
        server.over.set()
        threads[0].join()
        listener.close()


def _accept(listener: socket.socket, server: Server, behave: Behaviour, tls: ssl.SSLContext | None) -> None:
    threads = []
    while not server.over.is_set():
        with suppress(TimeoutError):
            raw, _ = listener.accept()
            server.connections += 1
            threads.append(threading.Thread(target=_treat, args=(raw, server, behave, tls)))
            threads[-1].start()
    for thread in threads:
        thread.join()


def _treat(raw: socket.socket, server: Server, behave: Behaviour, tls: ssl.SSLContext | None) -> None:
    raw.settimeout(5)
    # Whoever was listening has had enough, which is what these servers are for.
    with suppress(OSError):
        if tls is not None:
            raw = tls.wrap_socket(raw, server_side=True)
        behave(Connection(server, raw))
    raw.close()


# Behaviours ---------------------------------------------------------------------------------------------------------


def answers(head: bytes, body: bytes = b"") -> Behaviour:
    """Answer every request of a connection with the same."""

    def behave(connection: Connection) -> None:
        while connection.hear():
            connection.say(head + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return behave


def answers_once(connection: Connection) -> None:
    """Answer as if the connection stayed open, and close it."""
    connection.hear()
    connection.say(HEAD + b"Content-Length: 2\r\n\r\n{}")


def redirects(status: int, location: str) -> Behaviour:
    return answers(f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\n".encode())


def is_silent(connection: Connection) -> None:
    connection.wait()


def listens_and_is_silent(connection: Connection) -> None:
    connection.hear()
    connection.wait()


def hangs_up(connection: Connection) -> None:
    connection.hear()


def resets(connection: Connection) -> None:
    connection.hear()
    resets_at_once(connection)


def resets_at_once(connection: Connection) -> None:
    connection.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def drips_headers(connection: Connection) -> None:
    connection.hear()
    connection.say(HEAD)
    connection.repeat(b"X-More: y\r\n", TICK_SECONDS)


def drips_a_status(connection: Connection) -> None:
    connection.hear()
    connection.repeat(b"H", TICK_SECONDS)


def drips_a_body(connection: Connection) -> None:
    connection.hear()
    connection.say(HEAD + b"Content-Length: 65536\r\n\r\n")
    connection.repeat(b"x", TICK_SECONDS)


def drips_chunks(connection: Connection) -> None:
    connection.hear()
    connection.say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    connection.repeat(b"1\r\nx\r\n", TICK_SECONDS)


def drips_interim_answers(connection: Connection) -> None:
    connection.hear()
    connection.repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n", TICK_SECONDS)


def floods_a_body(connection: Connection) -> None:
    connection.hear()
    connection.say(HEAD + b"\r\n")
    connection.repeat(b"x" * 65536)


def floods_chunks(connection: Connection) -> None:
    connection.hear()
    connection.say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    connection.repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def floods_headers(connection: Connection) -> None:
    connection.hear()
    connection.say(HEAD)
    connection.repeat(b"X-More: " + b"y" * 1000 + b"\r\n")


def floods_one_header(connection: Connection) -> None:
    connection.hear()
    connection.say(HEAD + b"X-More: ")
    connection.repeat(b"y" * 65536)


def floods_interim_answers(connection: Connection) -> None:
    connection.hear()
    connection.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def talks_nonsense(connection: Connection) -> None:
    connection.hear()
    connection.say(b"\x00\x01 nonsense\r\n\r\n")


def talks_another_protocol(connection: Connection) -> None:
    connection.say(b"SSH-2.0-OpenSSH_9.6\r\n")
    connection.wait()


def talks_http_at_once(connection: Connection) -> None:
    connection.say(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def drips_a_handshake(connection: Connection) -> None:
    """Begin a TLS record that never ends."""
    connection.say(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")
    connection.repeat(b"\x00", TICK_SECONDS)


def is_half_open(connection: Connection) -> None:
    """Close the own direction and leave the other one open."""
    connection.hear()
    connection.raw.shutdown(socket.SHUT_WR)
    connection.wait()


def says(data: bytes, *, and_then: Behaviour = is_silent) -> Behaviour:
    """Say this to a request, whatever it is, and go on as `and_then` does."""

    def behave(connection: Connection) -> None:
        connection.hear()
        connection.say(data)
        connection.unhear(b"\r\n\r\n")
        and_then(connection)

    return behave


def resets_after(data: bytes) -> Behaviour:
    return says(data, and_then=resets)


def hangs_up_after(data: bytes) -> Behaviour:
    return says(data, and_then=hangs_up)
