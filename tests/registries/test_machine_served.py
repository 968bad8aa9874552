"""The machine client, fetched by curl, wget and browsers."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from console.models import User
from registries.machine import berth

URL = "/machine/berth.py"


def test_anybody_gets_the_file_as_it_is() -> None:
    answer = Client().get(URL)

    assert answer.status_code == 200
    assert answer.content == Path(berth.__file__).read_bytes()
    assert answer["Content-Type"] == "text/x-python; charset=utf-8"
    ast.parse(answer.content, feature_version=(3, 9))


def test_it_is_saved_and_not_shown_and_its_name_is_one_that_the_client_acts_by() -> None:
    answer = Client().get(URL)

    assert answer["Content-Disposition"] == 'attachment; filename="berth.py"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert berth.called("/usr/local/bin/berth.py") == berth.BERTH


def test_a_copy_is_asked_about_and_not_sent_again() -> None:
    first = Client().get(URL)

    again = Client().get(URL, headers={"If-None-Match": first["ETag"]})
    old = Client().get(URL, headers={"If-None-Match": '"of-yesterday"'})

    assert first["Cache-Control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert old.status_code == 200


def test_it_takes_no_session_and_makes_none() -> None:
    assert "Set-Cookie" not in Client().get(URL)


@pytest.mark.django_db
def test_whoever_has_signed_in_gets_the_same(alice: User, signed_in: Callable[[User], Client]) -> None:
    assert signed_in(alice).get(URL).content == Client().get(URL).content


def test_head_tells_how_long_it_is_and_post_is_refused() -> None:
    head = Client().head(URL)

    assert (head.status_code, head.content) == (200, b"")
    assert int(head["Content-Length"]) == Path(berth.__file__).stat().st_size
    assert Client().post(URL).status_code == 405
