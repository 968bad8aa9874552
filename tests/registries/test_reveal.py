"""Showing a credential to a person: after the password, once, recorded before. Source: security page, L9, B10, B12."""

import html
import json
import logging
import re
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from console.models import Event, Team, User, Verb
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.models import Connection, HandOut, HandOutResult, LedgerUnavailable, Sealed, ShownBefore, reveal
from registries.models import hand_out as ledger
from registries.models.kept_query import KeptRow
from tests.conftest import CANARY, PASSWORD
from tests.registries.flavor_table import GCP, KEY, made

People = Callable[[User], Client]
LIST = "/teams/northwind/containers/"
REVEAL = f"{LIST}web/reveal/"


def key_on(page: Any) -> str:
    """Return the key that the button on the page carries."""
    [key] = re.findall(r'name="key" value="([^"]+)"', page.content.decode())
    return str(key)


def with_a_recent_password(client: Client) -> Client:
    """Enter the password again, as whatever needs a recent sign-in asks for."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.fixture
def bobs(bob: User, connection: Connection, signed_in: People) -> Client:
    return signed_in(bob)


@pytest.fixture
def ready(bobs: Client) -> Client:
    """Bob's, who entered the password a moment ago."""
    return with_a_recent_password(bobs)


def press(client: Client, name: str = "web", **posted: str) -> Any:
    page = client.get(f"{LIST}{name}/")
    return client.post(f"{LIST}{name}/reveal/", {"key": key_on(page), **posted})


def said(response: Any, client: Client) -> str:
    """Return what the page says to which a response leads."""
    page = client.get(response["Location"]).content.decode()
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def test_the_password_is_asked_for_first_and_then_no_step_is_lost(bobs: Client) -> None:
    asked = press(bobs)

    assert asked["Location"] == f"/accounts/reauthenticate/?next={REVEAL.replace('/', '%2F')}"
    assert CANARY not in bobs.get(asked["Location"]).content.decode()
    assert not HandOut.objects.exists()

    wrong = bobs.post(asked["Location"], {"password": "not it"})
    assert CANARY not in wrong.content.decode()
    assert not HandOut.objects.exists()

    shown = bobs.post(asked["Location"], {"password": PASSWORD})
    assert shown.status_code == 200
    assert CANARY in shown.content.decode()


def test_the_password_of_a_sign_in_a_moment_ago_is_not_asked_for_again(bob: User, connection: Connection) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": bob.email, "password": PASSWORD})

    assert CANARY in press(client).content.decode()


def test_a_sign_in_is_not_enough_for_long(bob: User, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": bob.email, "password": PASSWORD})

    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)

    assert press(client)["Location"].startswith("/accounts/reauthenticate/")


def test_what_somebody_else_signed_in_with_before_is_not_enough(bob: User, alice: User, connection: Connection) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    session = client.session
    before = {name: session[name] for name in session.keys() if name.startswith("account_")}  # noqa: SIM118
    client.force_login(bob)
    session = client.session
    session.update(before)
    session.save()

    assert press(client)["Location"].startswith("/accounts/reauthenticate/")


def test_server_user_name_and_password_are_shown_with_a_button_to_copy_each(ready: Client) -> None:
    page = press(ready).content.decode()

    values = dict(re.findall(r'<code id="(once-\w+)"[^>]*>(.*?)</code>', page, re.DOTALL))
    assert values == {"once-server": "registry.example.com", "once-username": "puller", "once-password": CANARY}
    assert re.findall(r'data-copy="([\w-]+)"', page) == list(values)
    assert page.count(CANARY) == 1


def test_a_key_file_is_shown_as_it_is(ready: Client, team: Team, alice: User) -> None:
    team.connections.connect("gar", made("gcp", GCP), by=alice)

    page = press(ready, "gar").content.decode()

    [shown] = re.findall(r'<code id="once-password"[^>]*>(.*?)</code>', page, re.DOTALL)
    assert "\n" in KEY
    assert json.loads(html.unescape(shown)) == json.loads(KEY)
    assert '<code id="once-username" tabindex="0" role="group" aria-labelledby="once-username-l">_json_key</code>' in page


def test_no_cache_keeps_the_page(ready: Client) -> None:
    response = press(ready)

    assert "no-store" in response["Cache-Control"]
    assert "Content-Encoding" not in response


def test_a_password_that_looks_like_a_page_is_text(ready: Client, team: Team, alice: User) -> None:
    script = "</code><script>alert(1)</script>"
    registry = FLAVORS["other"](url="https://registry.example.com", username=script, password=Secret(script))  # type: ignore[call-arg]
    team.connections.connect("odd", registry, by=alice)

    page = press(ready, "odd").content.decode()

    assert script not in page
    assert page.count(html.escape(script)) >= 2


# Once --------------------------------------------------------------------------------------------------------------------


def test_the_same_press_twice_shows_it_once(ready: Client) -> None:
    key = key_on(ready.get(f"{LIST}web/"))
    first = ready.post(REVEAL, {"key": key})

    second = ready.post(REVEAL, {"key": key})

    assert CANARY in first.content.decode()
    assert second["Location"] == f"{LIST}web/"
    assert "a credential is shown once" in said(second, ready)
    assert HandOut.objects.count() == Event.objects.filter(verb=Verb.CONNECTION_REVEALED).count() == 1


def test_after_the_password_a_reload_shows_nothing(bobs: Client) -> None:
    asked = press(bobs)
    bobs.post(asked["Location"], {"password": PASSWORD})

    again = bobs.post(asked["Location"], {"password": PASSWORD}, follow=True)

    assert again.redirect_chain[-1][0] == f"{LIST}web/"
    assert CANARY not in again.content.decode()
    assert HandOut.objects.count() == 1


def test_each_page_carries_a_key_of_its_own(ready: Client) -> None:
    assert key_on(ready.get(f"{LIST}web/")) != key_on(ready.get(f"{LIST}web/"))


@pytest.mark.parametrize("key", ["", "not-a-key", "0" * 500])
def test_without_a_key_nothing_is_shown(ready: Client, key: str) -> None:
    response = ready.post(REVEAL, {"key": key})

    assert response["Location"] == f"{LIST}web/"
    assert not HandOut.objects.exists()


def test_of_two_presses_at_once_the_slower_one_is_shown_nothing(
    connection: Connection, bob: User, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, asker = uuid.uuid4(), ledger.Asker(team=team, name="Bob", person=bob)
    opened = ledger.login_of

    def and_meanwhile_the_other_one(present: Connection) -> Any:
        HandOut.objects.note(asker, HandOutResult.GIVEN, kind=HandOut.Kind.REVEAL, connection_id=connection.pk, key=key)
        return opened(present)

    monkeypatch.setattr(ledger, "login_of", and_meanwhile_the_other_one)
    # The test's own transaction would end with the row that is refused.
    add = KeptRow.add

    def add_apart(self: Any, **columns: Any) -> None:
        from django.db import transaction

        with transaction.atomic():
            add(self, **columns)

    monkeypatch.setattr(KeptRow, "add", add_apart)

    with pytest.raises(ShownBefore):
        reveal(connection, asker, key=key)


# What is noted -----------------------------------------------------------------------------------------------------------


def test_it_is_noted_who_saw_which_secret_and_from_where(ready: Client, bob: User, connection: Connection) -> None:
    page = ready.get(f"{LIST}web/")
    ready.post(REVEAL, {"key": key_on(page)}, headers={"User-Agent": "Browser/1"}, REMOTE_ADDR="203.0.113.7")

    row = HandOut.objects.get()
    assert (row.kind, row.result, row.who, row.person, row.token) == ("reveal", "given", "Bob Berg", bob, None)
    assert (row.connection, row.registry, row.revision, str(row.key)) == (connection, "web", 1, key_on(page))
    assert (row.address, row.program) == ("203.0.113.7", "Browser/1")
    event = Event.objects.get(verb=Verb.CONNECTION_REVEALED)
    assert (event.subject, event.by) == ("web", bob)


def test_without_the_ledger_nothing_is_shown(ready: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **columns: Any) -> None:
        raise DatabaseError("disk full")

    page = ready.get(f"{LIST}web/")
    monkeypatch.setattr(KeptRow, "add", fail)

    response = ready.post(REVEAL, {"key": key_on(page)})

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "The ledger cannot be written, and without it nothing is handed out." in response.content.decode()
    assert CANARY not in response.content.decode()
    assert not Event.objects.filter(verb=Verb.CONNECTION_REVEALED).exists()


def test_without_the_event_nothing_is_shown(ready: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **columns: Any) -> None:
        raise DatabaseError("disk full")

    page = ready.get(f"{LIST}web/")
    monkeypatch.setattr(Event, "record", fail)
    ready.raise_request_exception = False

    response = ready.post(REVEAL, {"key": key_on(page)})

    assert response.status_code == 503
    assert CANARY not in response.content.decode()


def test_a_ledger_that_fails_for_another_reason_is_not_called_shown_before(
    connection: Connection, bob: User, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **columns: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(KeptRow, "add", fail)

    with pytest.raises(LedgerUnavailable):
        reveal(connection, ledger.Asker(team=team, name="Bob", person=bob), key=uuid.uuid4())


def test_the_secret_is_in_no_session_message_table_or_log(
    bobs: Client, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.DEBUG = True
    caplog.set_level(logging.DEBUG)
    asked = press(bobs)
    shown = bobs.post(asked["Location"], {"password": PASSWORD})
    bobs.get(f"{LIST}web/")

    assert CANARY in shown.content.decode()
    assert CANARY not in caplog.text
    assert CANARY not in "".join(str(session.get_decoded()) for session in Session.objects.all())
    assert CANARY not in str(bobs.cookies)
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            assert CANARY not in str(cursor.fetchall())


# When it is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"paused": True}, "web is paused, so its login is not handed out."),
        ({"ends_at": timezone.now() - timedelta(hours=1)}, "The login of web has ended. Somebody has to replace it."),
    ],
    ids=["paused", "ended"],
)
def test_what_is_not_handed_out_is_not_shown_and_the_page_says_why(
    ready: Client, change: dict[str, Any], sentence: str
) -> None:
    key = key_on(ready.get(f"{LIST}web/"))
    Connection.objects.update(**change)

    response = ready.post(REVEAL, {"key": key})

    assert response["Location"] == f"{LIST}web/"
    assert f"The credential is not shown. {sentence}" in said(response, ready)
    assert HandOut.objects.get().result != "given"


def test_what_is_locked_is_not_shown(ready: Client) -> None:
    key = key_on(ready.get(f"{LIST}web/"))
    Sealed.objects.update(key_id="lost")

    response = ready.post(REVEAL, {"key": key})

    assert "The credential is not shown. web is locked: " in said(response, ready)
    assert HandOut.objects.get().result == "locked"


def test_a_renewal_that_is_refused_is_told(ready: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "The provider refused to renew the login of web. Its access key has to be replaced."

    def refuse(connection: Connection) -> None:
        raise ledger.Refused(HandOutResult.RENEWAL_REFUSED, sentence)

    key = key_on(ready.get(f"{LIST}web/"))
    monkeypatch.setattr(ledger, "login_of", refuse)

    assert f"The credential is not shown. {sentence}" in said(ready.post(REVEAL, {"key": key}), ready)


@pytest.mark.parametrize("change", [{"paused": True}, {"locked": True}])
def test_there_is_no_button_where_nothing_would_be_shown(ready: Client, change: dict[str, Any]) -> None:
    if change.pop("locked", False):
        Sealed.objects.update(key_id="lost")
    Connection.objects.update(**change or {"paused": False})

    assert "reveal/" not in ready.get(f"{LIST}web/").content.decode()


# Who may -----------------------------------------------------------------------------------------------------------------


def test_a_member_sees_no_button_and_is_refused(vera: User, connection: Connection, signed_in: People) -> None:
    client = with_a_recent_password(signed_in(vera))

    assert "reveal/" not in client.get(f"{LIST}web/").content.decode()
    assert client.post(REVEAL, {"key": str(uuid.uuid4())}).status_code == 403
    assert not HandOut.objects.exists()


def test_whoever_was_made_a_member_meanwhile_is_refused_after_the_password(bobs: Client, bob: User) -> None:
    asked = press(bobs)
    bob.memberships.update(role="member")

    answer = bobs.post(asked["Location"], {"password": PASSWORD})

    assert answer.status_code == 403
    assert CANARY not in answer.content.decode()


def test_a_stranger_learns_nothing(charlie: User, connection: Connection, signed_in: People) -> None:
    assert with_a_recent_password(signed_in(charlie)).post(REVEAL, {"key": str(uuid.uuid4())}).status_code == 404


def test_a_form_of_elsewhere_shows_nothing(bob: User, connection: Connection) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    with_a_recent_password(client)

    assert client.post(REVEAL, {"key": str(uuid.uuid4())}).status_code == 403
    assert not HandOut.objects.exists()


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_nothing_but_a_post_shows_it(ready: Client, method: str) -> None:
    response = getattr(ready, method)(f"{REVEAL}?key={uuid.uuid4()}")

    assert response["Location"] == f"{LIST}web/"
    assert not HandOut.objects.exists()
