"""The WSGI application itself: what comes in is judged before Django reads it, and fails on it."""

import json
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest


def ask(path: str, query: str, content_type: str) -> tuple[int, bytes]:
    from console.wsgi import application  # It runs the checks that look into the database.

    environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query, "CONTENT_TYPE": content_type}
    setup_testing_defaults(environ)
    statuses: list[str] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        statuses.append(status)

    body = b"".join(application(environ, start_response))
    return int(statuses[0][:3]), body


ODD = [
    "text/plain; charset=rot13",
    "text/plain; charset=hex",
    "text/plain; charset=utf-16",
    "text/plain; charset=undefined",
    "text/plain; charset=no-such-charset",
    "text/plain; charset*=utf-8''rot13",
    "text/plain; charset*=nonsense''utf-8",
]


@pytest.mark.parametrize("content_type", ODD)
@pytest.mark.parametrize("query", ["a=b", ""])
def test_an_odd_charset_is_refused_before_the_question_is_read_with_it(db: None, content_type: str, query: str) -> None:
    status, body = ask("/api/v1/registries", query, content_type)

    assert (status, json.loads(body)["code"]) == (400, "bad_request")


def test_people_are_told_so_too(db: None) -> None:
    status, body = ask("/accounts/login/", "a=b", ODD[0])

    assert (status, b"<!doctype html>" in body.lower()) == (400, True)


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "text/plain; charset=UTF-8", 'text/plain; charset="utf8"', "odd"]
)
def test_utf_8_and_no_charset_go_on(db: None, content_type: str) -> None:
    assert ask("/api/v1/registries", "a=b", content_type)[0] == 401
