"""
The API described for people, at `docs`: a page made from the OpenAPI document, in Berth's own look and without scripts.

What the document cannot say stands here: when each code is answered, and a question to try.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from console import languages
from registries import snippets
from registries.api.problems import STATUSES

Document = Mapping[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")

WHEN: Mapping[str, str] = {
    "bad_request": "The request cannot be read.",
    "invalid_image": "The image is no image reference.",
    "invalid_server": "The server is no host.",
    "invalid_name": "Kubernetes takes no such name or namespace.",
    "unauthorized": "There is no token, or it is wrong, ended, revoked, or in the address. The answer is the same for all.",
    "plain_http": "The token came over http where Berth is at https. It is exposed now: rotate it.",
    "not_found": "This token gets no login for it. A public image is pulled without one.",
    "no_login": "The registry is saved without a login, since it needs none.",
    "unknown_address": "There is nothing at this address.",
    "method_not_allowed": "The address takes another method.",
    "too_slow": "The request was not complete in time.",
    "paused": "The registry is paused.",
    "ambiguous": "More than one registry fits equally well. Name one.",
    "does_not_fit": "The registry that was named does not hold the image.",
    "shared_host": "Two registries have the same address in this file. Ask for one of them.",
    "ended": "The login has ended, and somebody has to replace it.",
    "too_large": "The request is larger than any that Berth takes.",
    "invalid_request": "A parameter is missing, unknown, too long, or there twice.",
    "unreadable_spec": "The workload file cannot be read. The sentence says why, line and column where.",
    "rate_limited": "The token asked too often within a minute.",
    "internal_error": "Berth ran into a fault. Its log has it under the reference in the sentence.",
    "locked": "The key that seals the secret is not in Berth’s key ring.",
    "renewal_refused": "The provider refused to renew the login.",
    "registry_unreachable": "The provider gave no answer when the login was renewed.",
    "busy": "Too many requests wait for a new login.",
    "ledger_unavailable": "The ledger cannot be written, and without it nothing is handed out.",
    "unavailable": "The database is away or busy, and mostly comes back by itself.",
}
"""When each code is answered."""

TO_TRY: Mapping[str, Mapping[str, str]] = {
    "credentials": {"image": "ghcr.io/example-org/app:1.4"},
    "docker-config": {"registry": "My-Example-GHCR"},
    "pull-secret": {"registry": "My-Example-GHCR", "namespace": "ml"},
}
"""A question for the example of each address, by the end of its path."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A parameter of a question, or a field of an answer: `kind` is its type in words, `about` may be ""."""

    name: str
    kind: str
    about: SafeString


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One address and method. `problems` are statuses with their codes."""

    method: str
    path: str
    summary: str
    about: SafeString
    parameters: list[Field]
    body: list[Field]
    answer: list[Field]
    problems: list[tuple[int, list[str]]]
    example: str

    @property
    def anchor(self) -> str:
        return f"{self.method.lower()}-{self.path.strip('/').replace('/', '-')}"

    @property
    def marked(self) -> SafeString:
        """The example as HTML, its parts in classes."""
        return snippets.highlighted(self.example, "shell")


def page_of(read: Callable[[], Document]) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view of the page; `read` gives the OpenAPI document."""

    @login_not_required
    @require_safe
    def docs(request: HttpRequest) -> HttpResponse:
        context = {
            "operations": list(operations(read())),
            "codes": [(code, status, HTTPStatus(status).phrase, WHEN[code]) for code, status in STATUSES.items()],
        }
        # Below /api/ all is English, as this is, but people read it, and the frame around it is theirs.
        return languages.in_the_readers(lambda request: render(request, "registries/api_docs.html", context))(request)

    return docs


def operations(document: Document) -> Iterator[Operation]:
    """Yield what the document describes, in its order."""
    for path, methods in document["paths"].items():
        for method in (method for method in METHODS if method in methods):
            described = methods[method]
            answers = {int(status): answer for status, answer in described["responses"].items() if str(status).isdecimal()}
            question = _resolved(document, _schema(described.get("requestBody", {})))
            success: Document = next((answer for status, answer in sorted(answers.items()) if status < 300), {})
            yield Operation(
                method=method.upper(),
                path=path,
                summary=described.get("summary", ""),
                about=in_paragraphs(described.get("description", "")),
                parameters=[_parameter(document, each) for each in described.get("parameters", ())],
                body=list(_fields(document, question, asked=True)),
                answer=list(_fields(document, _schema(success))),
                problems=[
                    (status, answers[status]["description"].split(", ")) for status in sorted(answers) if status >= 400
                ],
                example=_example(method, path, question),
            )


def in_paragraphs(text: str) -> SafeString:
    """Return a description as HTML: paragraphs between blank lines, code between backticks."""
    return format_html_join("", "<p>{}</p>", ((in_line(part),) for part in re.split(r"\n\s*\n", text.strip()) if part))


def in_line(text: str) -> SafeString:
    """Return a sentence as HTML, with code between backticks."""
    # The text is escaped first, and escaping leaves backticks alone.
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S308


# How the document is read ------------------------------------------------------------------------------------------------


def _schema(answer: Document) -> Document:
    """Return the schema of a body, of a question or an answer; an empty one where it has none."""
    return next((body.get("schema", {}) for body in answer.get("content", {}).values()), {})


def _resolved(document: Document, schema: Document) -> Document:
    """Return what a reference refers to, or the schema itself."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Document = document["components"]["schemas"][name] if name else schema
    return found


def _parameter(document: Document, parameter: Document) -> Field:
    schema = _resolved(document, parameter["schema"])
    about = parameter.get("description") or schema.get("description", "")
    needed = " Needed." if parameter.get("required") else ""
    default = schema.get("default")
    otherwise = format_html(" <code>{}</code> where nothing is said.", default) if default and "enum" in schema else ""
    return Field(
        name=parameter["name"], kind=_kind(document, schema), about=format_html("{}{}{}", in_line(about), needed, otherwise)
    )


def _fields(document: Document, schema: Document, place: str = "", *, asked: bool = False) -> Iterator[Field]:
    """Yield the fields of a body, those of its lists with them: `registries[].name`. `asked` tells the needed ones."""
    whole = _resolved(document, schema)
    for name, described in whole.get("properties", {}).items():
        listed = described.get("type") == "array"
        inner = _resolved(document, described.get("items", {}) if listed else described)
        needed = " Needed." if asked and name in whole.get("required", ()) else ""
        yield Field(
            name=f"{place}{name}",
            kind=_kind(document, described),
            about=format_html("{}{}", in_line(described.get("description") or inner.get("description", "")), needed),
        )
        if "properties" in inner:
            yield from _fields(document, inner, f"{place}{name}{'[]' if listed else ''}.")


def _kind(document: Document, schema: Document) -> str:
    """Return a type in words."""
    schema = _resolved(document, schema)
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(_kind(document, one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"{_kind(document, schema['items'])}, any number"
    words = {"string": "text", "integer": "number", "boolean": "true or false", "date-time": "time", "date": "day"}
    kind = str(schema.get("type", "anything"))
    return words.get(schema.get("format", ""), words.get(kind, kind))


def _example(method: str, path: str, question: Document) -> str:
    """Return a command that asks, its token on curl's standard input so that no command line holds it."""
    query = urlencode(TO_TRY.get(path.rpartition("/")[2], {}), safe="/:")
    url = shlex.quote(f"{settings.BERTH_URL.geturl().rstrip('/')}{path}{'?' if query else ''}{query}")
    body = json.dumps(question["example"], ensure_ascii=False) if "example" in question else "@question.json"
    sent = "" if method == "get" else f" --request {method.upper()} --json {shlex.quote(body)}"
    return (
        """printf 'header = "Authorization: Bearer %s"\\n' "$BERTH_TOKEN" \\\n"""
        f"  | curl -sS --fail-with-body --config -{sent} {url}\n"
    )
