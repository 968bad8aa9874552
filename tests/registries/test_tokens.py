"""The text of a machine token: what is one, what is none, and that a mistyped one never reaches the database [M2]."""

import random
import re
import string
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from console.redaction import ID_LENGTH, SECRET_LENGTH
from registries.api.door import Machine
from registries.api.problems import Problem
from registries.distribution import Secret
from registries.tokens import ALPHABET, Token

TYPABLE = string.ascii_letters + string.digits + "_-"
MISTYPED = 100_000
AT_THE_DOOR = 300
SHAPE = re.compile(r"\bberth_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}\b")

ids = st.text(ALPHABET, min_size=ID_LENGTH, max_size=ID_LENGTH)
secrets = st.text(ALPHABET, min_size=SECRET_LENGTH, max_size=SECRET_LENGTH)


@given(ids, secrets)
def test_a_token_is_read_as_it_was_written(public_id: str, secret: str) -> None:
    token = Token(public_id, Secret(secret))

    assert Token.read(token.text.reveal()) == token
    assert SHAPE.fullmatch(token.text.reveal())


@given(st.text() | st.from_regex(r"berth_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}\n?") | st.from_regex(r"berth_\w{8}_\w{38}"))
def test_what_is_read_is_written_the_same_and_all_else_is_none(text: str) -> None:
    token = Token.read(text)

    assert token is None or token.text.reveal() == text


def test_new_tokens_differ_and_show_nothing_of_themselves() -> None:
    tokens = [Token.new() for _ in range(1000)]

    assert len({token.text.reveal() for token in tokens}) == 1000
    assert len({token.digest for token in tokens}) == 1000
    for token in tokens[:50]:
        secret = token.secret.reveal()
        assert secret not in repr(token) + str(token) + repr(token.text) + token.digest


def test_a_new_secret_for_an_id_keeps_the_id() -> None:
    first = Token.new()
    second = Token.new(first.public_id)

    assert second.public_id == first.public_id
    assert second.digest != first.digest


def test_only_the_secret_decides_the_hash_that_is_kept() -> None:
    secret = Secret("s" * SECRET_LENGTH)

    assert Token("AAAAAAAA", secret).digest == Token("BBBBBBBB", secret).digest
    assert len(Token("AAAAAAAA", secret).digest) == 64


# Mistyped ones -----------------------------------------------------------------------------------------------------------


def mistype(text: str, chance: random.Random) -> str:
    """Return a text with a slip in it: a character wrong, lost, doubled, swapped, or in the other case."""
    at = chance.randrange(len(text))
    slips = (
        text[:at] + chance.choice(TYPABLE) + text[at + 1 :],
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
        text[:at] + text[at].swapcase() + text[at + 1 :],
    )
    return chance.choice(slips)


def mistyped(count: int) -> list[str]:
    chance = random.Random(20261121)  # noqa: S311 - slips, not secrets
    texts: list[str] = []
    while len(texts) < count:
        text = Token.new().text.reveal()
        slip = mistype(text, chance)
        if slip != text:
            texts.append(slip)
    return texts


def test_of_many_mistyped_tokens_none_reaches_the_database() -> None:
    door, refused = Machine(), 0

    # This test may not use the database: a query would raise another fault than the one that is counted.
    for text in mistyped(MISTYPED):
        request = HttpRequest()
        request.META = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
        try:
            door(request)
        except Problem:
            refused += 1

    assert refused == MISTYPED


def test_a_token_that_is_typed_right_does_reach_it() -> None:
    request = HttpRequest()
    request.META = {"HTTP_AUTHORIZATION": f"Bearer {Token.new().text.reveal()}"}

    with pytest.raises(RuntimeError, match="Database access not allowed"):
        Machine()(request)


def test_two_slips_at_once_are_found_too() -> None:
    chance = random.Random(20261122)  # noqa: S311

    twice = [mistype(text, chance) for text in mistyped(10_000)]

    # A second slip may undo the first one; then the token is right again.
    assert sum(Token.read(text) is not None for text in twice) < 100


def test_at_the_door_a_mistyped_token_makes_no_query(db: None, django_assert_num_queries: Any) -> None:
    client = Client()

    with django_assert_num_queries(0):
        answers = [
            client.get("/api/v1/registries", headers={"Authorization": f"Bearer {text}"}) for text in mistyped(AT_THE_DOOR)
        ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
