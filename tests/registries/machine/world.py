"""What stands in for Berth, for the streams and for the environment, around the machine client."""

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from registries.distribution import Secret
from registries.machine import berth
from registries.tokens import Token

TOKEN = Token("a1B2c3D4", Secret("Berth0" * 5 + "xy")).text.reveal()  # The same in each process: it names tests.
PASSWORD = 'pa$$ "wörd" CANARY'
ENVIRONMENT = {"BERTH_URL": "https://berth.example.com", "BERTH_TOKEN": TOKEN}
JSON = "application/json"


def login(**changes: Any) -> dict[str, Any]:
    """Return what `/credentials` answers for a login of ghcr.io/acme, with changes."""
    return {
        "registry": "ghcr-acme",
        "server": "ghcr.io",
        "prefix": "acme",
        "username": "robot",
        "password": PASSWORD,
        "expires_at": None,
        "docker_config_key": "ghcr.io",
        "path_key": "ghcr.io/acme",
    } | changes


def registry(name: str, host: str = "ghcr.io", prefix: str = "", **changes: Any) -> dict[str, Any]:
    """Return a row of what `/registries` answers, with changes."""
    return {
        "name": name,
        "flavor": "other",
        "host": host,
        "prefix": prefix,
        "username": f"{name}-user",
        "purpose": "pull",
        "paused": False,
        "health": "connected",
        "checked_at": None,
        "ends_at": None,
        "docker_config_key": "https://index.docker.io/v1/" if host == "docker.io" else host,
        "path_key": f"{host}/{prefix}" if prefix else host,
    } | changes


LOGINS = b'{"auths":{"ghcr.io":{"username":"robot","password":"CANARY","auth":"cm9ib3Q6Q0FOQVJZ"}}}'


def pull_secret(config: bytes = LOGINS, **changes: Any) -> dict[str, Any]:
    """Return what `/pull-secret` answers for the Secret `berth` with these logins, with changes."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "berth"},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": base64.b64encode(config).decode()},
    } | changes


def answer(document: Any, status: int = 200, kind: str = JSON, **headers: str) -> berth.Answer:
    """Return an answer with a JSON body."""
    return berth.Answer(status, kind, json.dumps(document).encode(), **headers)


def problem(status: int, code: str, detail: str = "The fact, and what to do.", **headers: str) -> berth.Answer:
    """Return a refusal as Berth words it."""
    said = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail}
    return answer(said, status, "application/problem+json", **headers)


@dataclass
class Api:
    """Berth's API in memory: it gives its answers in turn, the last one for ever, and remembers what was asked."""

    answers: list[berth.Answer | berth.Problem]
    paths: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)

    def __call__(self, path: str, headers: Mapping[str, str], seconds: float, body: bytes | None = None) -> berth.Answer:
        self.paths.append(path)
        self.headers.append(headers)
        self.bodies.append(body and json.loads(body))
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(given, Exception):
            raise given
        return given

    @property
    def asked(self) -> tuple[str, dict[str, str]]:
        """The path and the question of the only request."""
        [target] = self.paths
        parts = urlsplit(target)
        return parts.path, dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))


@dataclass(frozen=True)
class Ran:
    """How the client ended, and what it said."""

    code: int
    out: str
    err: str
    api: Api

    @property
    def document(self) -> Any:
        return json.loads(self.out)


class Screen(io.StringIO):
    """A terminal that a person looks at."""

    def isatty(self) -> bool:
        return True


def finding(**changes: Any) -> dict[str, Any]:
    """Return what `/spec-checks` says of the misspelt name in line 3 of `SPEC`, with changes."""
    return {
        "level": "error",
        "rule": "unknown_name",
        "message": "No registry is called ghcr-nortwind. Did you mean ghcr-northwind?",
        "line": 3,
        "column": 24,
        "end_line": 3,
        "end_column": 37,
        "owner": "evaluate",
        "image": "ghcr.io/northwind/evaluator:1",
        "reference": "ghcr.io/northwind/evaluator:1",
        "named": "ghcr-nortwind",
        "registry": "",
        "fixes": [
            {
                "title": "Use ghcr-northwind",
                "edits": [{"start_line": 3, "start_column": 24, "end_line": 3, "end_column": 37, "text": "ghcr-northwind"}],
            }
        ],
        "digest": "",
        "platforms": [],
        "size_bytes": None,
    } | changes


SPEC = """evaluate:
    image: ghcr.io/northwind/evaluator:1
    containerRegistry: ghcr-nortwind
"""


def verdict(*findings: dict[str, Any], registries: int = 8) -> berth.Answer:
    """Return what `/spec-checks` answers with these findings."""
    counts = {level: sum(one["level"] == level for one in findings) for level in ("ok", "warning", "error")}
    said = {"ok": not counts["error"], "name": "", "counts": counts, "registries": registries, "findings": findings}
    return answer(said)


def run(
    name: str,
    *arguments: str,
    said: str | bytes = "",
    answers: berth.Answer | berth.Problem | list[berth.Answer | berth.Problem] | None = None,
    environ: Mapping[str, str] = ENVIRONMENT,
    screen: bool = False,
) -> Ran:
    """Run the client under a name, in memory."""
    given = answers if isinstance(answers, list) else [answers or problem(404, "not_found")]
    api, out, err = Api(given), Screen() if screen else io.StringIO(), io.StringIO()
    stdin = io.BytesIO(said.encode() if isinstance(said, str) else said)
    code = berth.run(name, arguments, berth.Surroundings(environ, stdin, out, err, exchange=api))
    return Ran(code, out.getvalue(), err.getvalue(), api)
