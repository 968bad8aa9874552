"""Challenges: how the field's registries ask for a login, and how hostile ones do."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.distribution import Challenge, parse_challenges

HUB = Challenge("bearer", {"realm": "https://auth.docker.io/token", "service": "registry.docker.io"})
BASIC = Challenge("basic", {"realm": "Registry"})


@pytest.mark.parametrize(
    ("header", "challenges"),
    {
        'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"': [HUB],
        'bearer REALM="https://auth.docker.io/token", Service="registry.docker.io"': [HUB],
        'Bearer realm = "https://auth.docker.io/token" ,\tservice=registry.docker.io': [HUB],
        'Bearer realm="https://auth.docker.io/token" service="registry.docker.io"': [HUB],
        'Basic realm="Registry"': [BASIC],
        "BASIC realm=Registry": [BASIC],
        'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",Basic realm="Registry"': [HUB, BASIC],
        'Negotiate YII8x==, Basic realm="Registry"': [Challenge("negotiate"), BASIC],
        "Negotiate": [Challenge("negotiate")],
        r'Basic realm="a \"quoted\" back\\slash"': [Challenge("basic", {"realm": r'a "quoted" back\slash'})],
        'Basic realm=""': [Challenge("basic", {"realm": ""})],
        'Basic realm="a, Bearer realm=b"': [Challenge("basic", {"realm": "a, Bearer realm=b"})],
        'Bearer realm="first",realm="second"': [Challenge("bearer", {"realm": "first"})],
        'Basic realm="never closed': [Challenge("basic")],
        'Basic realm="Registry", ???, Bearer realm="x"': [BASIC],
        'realm="nobody asks"': [],
        ",,, ,": [],
        "": [],
        '"': [],
        "=": [],
    }.items(),
)
def test_a_header_is_read_as_its_challenges(header: str, challenges: list[Challenge]) -> None:
    assert parse_challenges([header]) == challenges


def test_several_headers_are_read_in_order() -> None:
    assert parse_challenges(['Basic realm="Registry"', "", "Negotiate"]) == [BASIC, Challenge("negotiate")]


def test_no_header_is_no_challenge() -> None:
    assert parse_challenges([]) == []


def test_a_challenge_answers_for_its_parameters() -> None:
    [challenge] = parse_challenges(['Bearer realm="r",service="s",scope="repository:a/b:pull",error="insufficient_scope"'])

    assert (challenge.realm, challenge.service, challenge.scope, challenge.error) == (
        "r",
        "s",
        "repository:a/b:pull",
        "insufficient_scope",
    )


def test_parameters_that_were_not_sent_are_empty() -> None:
    challenge = Challenge("bearer")

    assert (challenge.realm, challenge.service, challenge.scope, challenge.error) == ("", "", "", "")


@pytest.mark.parametrize(
    "piece",
    ['a="', "a=", "a ", " ", ",", "\\", '"', 'Bearer realm="', 'a="\\"', "a" * 50 + "=", "Basic a==", 'a="b"', "\t=", "a,"],
)
def test_reading_takes_time_in_proportion_to_the_length(piece: str) -> None:
    hostile = piece * (1_000_000 // len(piece))

    started = time.process_time()
    parse_challenges([hostile])

    assert time.process_time() - started < 5


@given(st.lists(st.text() | st.text('abR="\\, \t=')))
def test_no_header_breaks_the_reading(headers: list[str]) -> None:
    for challenge in parse_challenges(headers):
        assert challenge.scheme == challenge.scheme.lower() != ""


tokens = st.from_regex(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", fullmatch=True)


@given(tokens, st.dictionaries(tokens.map(str.lower), st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]))))
def test_what_is_quoted_comes_back_unquoted(scheme: str, parameters: dict[str, str]) -> None:
    quoted = {name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in parameters.items()}
    header = f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in quoted.items())

    assert parse_challenges([header]) == [Challenge(scheme.lower(), parameters)]
