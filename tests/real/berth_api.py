"""A small server on loopback that stands for Berth's API, where the machine client runs as the program that it is."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, dict[str, str], bytes]


def reply(document: Any, status: int = 200, kind: str = "application/json", **headers: str) -> Reply:
    """Return an answer with a JSON body."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return status, {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}, body


def refusal(status: int, code: str, detail: str = "The fact, and what to do.", **headers: str) -> Reply:
    """Return a refusal as Berth words it."""
    return reply({"status": status, "code": code, "detail": detail}, status, "application/problem+json", **headers)


@dataclass
class Asked:
    """One request: its path with the question, its headers, and its body."""

    path: str
    headers: dict[str, str]
    method: str = "GET"
    body: bytes = b""


@dataclass
class Api:
    """The server: its address, what it answers (None: it hangs up), and what it was asked."""

    answer: Callable[[Asked], Reply | None]
    port: int = 0
    scheme: str = "http"
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


@contextmanager
def serving_api(answer: Callable[[Asked], Reply | None], *, tls: ssl.SSLContext | None = None) -> Iterator[Api]:
    """Run a server that answers each request by `answer`, and end it with the block."""
    api = Api(answer, scheme="https" if tls else "http")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            asked = Asked(self.path, dict(self.headers), self.command, body)
            api.asked.append(asked)
            given = api.answer(asked)
            if given is None:
                self.close_connection = True
                return
            status, headers, body = given
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def get_request(self) -> Any:
            raw, address = super().get_request()
            raw.settimeout(5)
            return (tls.wrap_socket(raw, server_side=True, do_handshake_on_connect=False) if tls else raw), address

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # Clients that do not trust this server hang up, as they should.

    server = Server(("127.0.0.1", 0), Handler)
    api.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
