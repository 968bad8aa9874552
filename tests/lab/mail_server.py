"""A mail server on loopback that takes every mail, keeps none, and takes its time."""

import socketserver
import threading
import time
from typing import Self


class _Talk(socketserver.StreamRequestHandler):
    """One conversation (RFC 5321), as far as Python's client has it."""

    server: "MailServer"

    def handle(self) -> None:
        self._say("220 mail.example")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self._say("354 Go on")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                self.server.take()
            if word == b"QUIT":
                self._say("221 Bye")
                return
            self._say("250 mail.example")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """
    Serve within a `with` block; `port` is where, `taken` how many mails came, `seconds` how long it thinks over each.

    Python's own server of this kind left the standard library.
    """

    daemon_threads = True

    def __init__(self, *, seconds: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.port: int = self.server_address[1]
        self.taken, self._seconds = 0, seconds

    def take(self) -> None:
        time.sleep(self._seconds)
        self.taken += 1

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
