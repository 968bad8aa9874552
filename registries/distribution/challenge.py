"""
What a registry asks for before it answers: the `WWW-Authenticate` header, RFC 9110 section 11.6.1.

A server may send several headers, and several challenges in one. Reading stops at the first thing that is not a
challenge, and what was read until there counts. Every repetition in the pattern is possessive, so that reading
takes time in proportion to the length, whatever a hostile server sends.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
_PARAMETER = rf'(?P<name>{_WORD})[ \t]*+=[ \t]*+(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<bare>{_WORD}))'
_SCHEME = rf"(?P<scheme>{_WORD})(?=[ \t,]|$)"
_TOKEN68 = r"(?:[ \t]++[A-Za-z0-9._~+/-]++=*+(?=[ \t]*+(?:,|$)))?"
_PART = re.compile(rf"[ \t,]*+(?:{_PARAMETER}|{_SCHEME}{_TOKEN68})", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Challenge:
    """One challenge: its scheme in lower case, and its parameters by their names in lower case."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def realm(self) -> str:
        return self.parameters.get("realm", "")

    @property
    def service(self) -> str:
        return self.parameters.get("service", "")

    @property
    def scope(self) -> str:
        return self.parameters.get("scope", "")

    @property
    def error(self) -> str:
        return self.parameters.get("error", "")


def parse_challenges(header_values: Sequence[str]) -> list[Challenge]:
    """Return the challenges of all `WWW-Authenticate` headers, in order. A parameter given twice keeps its first value."""
    return [challenge for value in header_values for challenge in _parse(value)]


def _parse(value: str) -> list[Challenge]:
    found: list[tuple[str, dict[str, str]]] = []
    position = 0
    while match := _PART.match(value, position):
        position = match.end()
        if match["scheme"]:
            found.append((match["scheme"].lower(), {}))
        elif found:
            text = match["bare"] if match["quoted"] is None else _ESCAPED.sub(r"\1", match["quoted"])
            found[-1][1].setdefault(match["name"].lower(), text)
    return [Challenge(scheme, parameters) for scheme, parameters in found]
