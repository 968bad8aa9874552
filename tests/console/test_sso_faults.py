"""What goes wrong on the way to the provider and back ends on a page of ours, in words, and signs nobody in."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.core import mail
from django.test import Client
from pytest_django import Settings

from console.models import Team, User
from console.sso import wire
from console.sso.claims import Untrusted
from console.sso.discovery import configuration
from tests.console.sso_world import BEGIN, round_trip, set_to, titled, way_back, way_there, who
from tests.fake_provider import ACCESS_TOKEN, CODE, OTHER_KEY, SECRET, Claims, FakeProvider, Handler

pytestmark = pytest.mark.enable_socket

NO_ANSWER = "Northwind SSO does not answer"
UNTRUSTED = "The answer of Northwind SSO is not right"
BEGUN_ELSEWHERE = "This sign-in cannot be finished"


@pytest.fixture(autouse=True)
def tells_nothing(caplog: pytest.LogCaptureFixture) -> Any:
    """Whatever happens, no log line has what only the provider and Berth know, and no operator gets a mail of it."""
    yield
    said = caplog.text
    assert not [secret for secret in (SECRET, CODE, ACCESS_TOKEN, "eyJ") if secret in said]
    assert "Traceback" not in said
    assert mail.outbox == []


def nobody_came_in(client: Client) -> bool:
    return not who(client) and not User.objects.filter(email__startswith="nina").exists()


# At the provider -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        ("access_denied", 403, "Northwind SSO let nobody in"),
        ("server_error", 502, "Northwind SSO could not sign you in"),
        ("<script>", 502, "Northwind SSO could not sign you in"),
    ],
)
def test_an_error_of_the_provider_is_told(
    client: Client, provider: FakeProvider, team: Team, error: str, status: int, title: str
) -> None:
    provider.error = error

    answer = round_trip(client)

    assert (answer.status_code, titled(answer, title)) == (status, True)
    assert b"<script>" not in answer.content
    assert nobody_came_in(client)


# The state of a round trip ---------------------------------------------------------------------------------------------


def test_an_answer_is_taken_once_and_in_the_browser_that_asked(client: Client, provider: FakeProvider, team: Team) -> None:
    back = way_back(way_there(client.post(BEGIN)))

    elsewhere = Client().get(back)
    assert client.get(back).status_code == 302
    again = client.get(back)

    for answer in (elsewhere, again, client.get(f"{BEGIN}callback/"), Client().get(f"{BEGIN}callback/?state=x&code=y")):
        assert (answer.status_code, titled(answer, BEGUN_ELSEWHERE)) == (400, True)


def test_a_round_trip_ends_after_ten_minutes(
    client: Client, provider: FakeProvider, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = way_back(way_there(client.post(BEGIN)))
    now = time.time()
    monkeypatch.setattr("allauth.socialaccount.internal.statekit.time.time", lambda: now + 601)

    assert titled(client.get(back), BEGUN_ELSEWHERE)
    assert nobody_came_in(client)


def test_an_answer_to_another_round_trip_is_not_taken(client: Client, provider: FakeProvider, team: Team) -> None:
    """Whoever plants their own code in somebody's round trip signs nobody in as themselves."""
    theirs = way_back(way_there(Client().post(BEGIN)))
    mine = way_back(way_there(client.post(BEGIN)))
    code, state = theirs.split("code=")[1], mine.split("state=")[1].split("&")[0]

    answer = client.get(f"{BEGIN}callback/?state={state}&code={code}")

    assert titled(answer, UNTRUSTED)  # The provider itself refuses it, by PKCE.
    assert nobody_came_in(client)


# What the ID token says ------------------------------------------------------------------------------------------------

FORGED: dict[str, Callable[[Claims], Claims]] = {
    "audience": lambda claims: {**claims, "aud": "another-client"},
    "no audience": lambda claims: {name: value for name, value in claims.items() if name != "aud"},
    "audiences": lambda claims: {**claims, "aud": ["berth", "another-client"]},
    "authorized party": lambda claims: {**claims, "azp": "another-client"},
    "issuer": lambda claims: {**claims, "iss": "https://evil.example"},
    "nonce": lambda claims: {**claims, "nonce": "of-another-round-trip"},
    "no nonce": lambda claims: {**claims, "nonce": None},
    "expired": lambda claims: {**claims, "exp": time.time() - 61},
    "no end": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "from the future": lambda claims: {**claims, "iat": time.time() + 600},
    "nobody": lambda claims: {**claims, "sub": ""},
    "too long": lambda claims: {**claims, "sub": "x" * 192},
    "no text": lambda claims: {**claims, "sub": "nina\0"},
    "half a character": lambda claims: {**claims, "sub": "nina\ud800"},
    "a list for an end": lambda claims: {**claims, "exp": [1]},
    "no end ever": lambda claims: {**claims, "exp": float("inf")},
}


@pytest.mark.parametrize("name", FORGED)
def test_a_token_that_is_not_what_it_has_to_be_is_refused(
    client: Client, provider: FakeProvider, team: Team, name: str
) -> None:
    provider.spoil = FORGED[name]

    answer = round_trip(client)

    assert (answer.status_code, titled(answer, UNTRUSTED)) == (502, True)
    assert nobody_came_in(client)


def test_a_token_for_others_too_is_taken_where_it_says_that_it_is_ours(
    client: Client, provider: FakeProvider, team: Team
) -> None:
    provider.spoil = lambda claims: {**claims, "aud": ["berth", "project"], "azp": "berth"}

    round_trip(client)

    assert who(client)


@pytest.mark.parametrize("spoilt", ["another key", "no such key", "the client secret", "no signature", "no key at all"])
def test_a_signature_that_is_not_the_providers_is_refused(
    client: Client, provider: FakeProvider, team: Team, spoilt: str
) -> None:
    if spoilt == "another key":
        provider.key = OTHER_KEY
    elif spoilt == "no such key":
        provider.kid = "unknown"
    elif spoilt == "no key at all":
        provider.published = {}
    else:
        provider.algorithm = "HS256" if spoilt == "the client secret" else "none"

    answer = round_trip(client)

    assert (answer.status_code, titled(answer, UNTRUSTED)) == (502, True)
    assert nobody_came_in(client)


# How the provider answers ----------------------------------------------------------------------------------------------


def slow(handler: Handler) -> None:
    time.sleep(1)
    handler.say({})


def dripping(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b" ")
            time.sleep(0.05)
    except OSError:
        handler.close_connection = True


def cut_off(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.close_connection = True


def faulty_chunk(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"nonsense\r\n")
    handler.close_connection = True


def redirecting(handler: Handler) -> None:
    """Lead to where the very same thing is answered, which must not be asked."""
    handler.lead(f"{handler.provider.issuer}/led-on")


FAULTS: dict[str, Callable[[Handler], None]] = {
    "slow": slow,
    "dripping": dripping,
    "cut off": cut_off,
    "faulty chunk": faulty_chunk,
    "redirecting": redirecting,
    "huge": lambda handler: handler.send(b'{"a": "' + b"x" * 300 * 1024 + b'"}'),
    "not JSON": lambda handler: handler.send(b"<html>"),
    "a list": lambda handler: handler.say(["access_token"]),
    "deep": lambda handler: handler.send(b"[" * 100_000),
    "a number": lambda handler: handler.say(1),
    "a fault": lambda handler: handler.say({}, 500),
    "nothing": lambda handler: handler.say({}),
}


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token", "/userinfo"])
@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_that_cannot_be_used_is_told(
    client: Client, provider: FakeProvider, team: Team, monkeypatch: pytest.MonkeyPatch, path: str, fault: str
) -> None:
    monkeypatch.setattr(wire, "SECONDS", 0.3)
    provider.faults[path] = FAULTS[fault]
    provider.thin = True  # So that the userinfo endpoint is asked too.

    answer = client.post(BEGIN)
    if answer.status_code == 200:
        answer = client.get(way_back(way_there(answer)))

    assert answer.status_code in (502, 503)
    assert titled(answer, NO_ANSWER) or titled(answer, UNTRUSTED)
    assert "/led-on" not in provider.paths()
    assert nobody_came_in(client)


def test_a_provider_that_is_down_is_told(client: Client, provider: FakeProvider, team: Team, settings: Settings) -> None:
    settings.BERTH_OIDC = set_to(provider, issuer="http://127.0.0.1:1/realm")

    answer = client.post(BEGIN)

    assert (answer.status_code, titled(answer, NO_ANSWER)) == (503, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
        {"jwks_uri": ["x"]},
        {"token_endpoint": "http://[::1"},
    ],
    ids=["another issuer", "no issuer", "no web", "a script", "no keys", "a list", "no address"],
)
def test_a_configuration_that_is_not_what_it_has_to_be_leads_nowhere(
    client: Client, provider: FakeProvider, team: Team, wrong: Claims
) -> None:
    provider.configuration = wrong

    answer = client.post(BEGIN)

    assert (answer.status_code, titled(answer, UNTRUSTED)) == (502, True)


def test_a_provider_on_https_has_no_address_on_http(provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {**provider.discovery(), "issuer": "https://sso.example.com/realm"}
    monkeypatch.setattr("console.sso.discovery.answer", lambda address: told)

    with pytest.raises(Untrusted, match="https"):
        configuration(set_to(provider, issuer="https://sso.example.com/realm"))


def test_an_issuer_is_the_same_with_a_slash_at_its_end(
    client: Client, provider: FakeProvider, team: Team, settings: Settings
) -> None:
    settings.BERTH_OIDC = set_to(provider, issuer=f"{provider.issuer}/")

    round_trip(client)

    assert who(client)


def test_few_questions_are_under_way_at_once(
    client: Client, provider: FakeProvider, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "PATIENCE_SECONDS", 0.05)
    for _ in range(wire.AT_ONCE):
        wire._places.acquire()
    try:
        assert titled(client.post(BEGIN), NO_ANSWER)
    finally:
        for _ in range(wire.AT_ONCE):
            wire._places.release()

    assert client.post(BEGIN).status_code == 200


def test_a_place_is_free_again_whatever_happens(provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PATIENCE_SECONDS", 0.05)
    provider.faults["/token"] = redirecting

    for _ in range(wire.AT_ONCE + 1):
        with wire.Session() as session, pytest.raises(requests.TooManyRedirects):
            session.post(f"{provider.issuer}/token")
