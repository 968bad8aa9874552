"""The second step of a sign-in: what opens with it, what stays shut without, and what a thief of parts of it gets."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from allauth.account import app_settings as account_settings
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries, Settings

from console.models import NoSecondStep, NotAllowed, Role, Team, User, Verb
from console.second_step import seeds
from registries.models import Connection
from tests.conftest import PASSWORD
from tests.second_step import SEED, code_of, give_code_app, give_passkey
from tests.test_access import TABLE

People = Callable[[User], Client]
LOGIN, CODE, INDEX = "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/2fa/"
ACTIVATE, DEACTIVATE = "/accounts/2fa/totp/activate/", "/accounts/2fa/totp/deactivate/"
CODES, NEEDED, GO_ON = "/accounts/2fa/recovery-codes/", "/accounts/2fa/needed/", "/accounts/2fa/go-on/"
LIST, SETTINGS = "/teams/northwind/containers/", "/teams/northwind/"
WRONG_CODE = "That code is not right or was used. Try the next one."


def password_given(user: User) -> Client:
    """Return a client that stands where the second step is asked for."""
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    return client


def both_given(user: User, **more: str) -> Client:
    client = password_given(user)
    client.post(CODE, {"code": code_of(), **more})
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def words(content: bytes) -> str:
    return " ".join(unescape(strip_tags(content.decode())).split())


def set_up_a_code_app(client: Client) -> str:
    """Set up a code app by its page, and return its seed."""
    page = client.get(ACTIVATE).content.decode()
    seed = page.split('id="secret">')[1].split("<")[0].replace(" ", "")
    assert client.post(ACTIVATE, {"code": code_of(seed)}).headers["Location"] == CODES
    return seed


def recovery_codes(user: User) -> list[str]:
    codes: list[str] = user.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
    return codes


@pytest.fixture
def at_noon() -> Iterator[time_machine.Traveller]:
    """Let no code run out between two lines of a test."""
    with time_machine.travel("2026-11-20T12:00:05Z", tick=False) as traveller:
        yield traveller


pytestmark = pytest.mark.usefixtures("at_noon")
committed = pytest.mark.django_db(transaction=True)  # What follows from a change waits until it is committed.


@pytest.fixture
def alices(alice: User, team: Team) -> Client:
    """Alice's client, who signed in a moment ago and has no second step yet."""
    return password_given(alice)


@pytest.fixture
def with_app(alice: User, team: Team) -> User:
    give_code_app(alice)
    return alice


# Signing in -------------------------------------------------------------------------------------------------------------


def test_the_password_alone_signs_nobody_in_who_has_a_second_step(with_app: User) -> None:
    client = Client()

    led_to = client.post(LOGIN, {"login": with_app.email, "password": PASSWORD}).headers["Location"]

    assert led_to == CODE
    assert "Six digits from your authenticator app, for alice@northwind.example." in words(client.get(CODE).content)
    assert not is_in(client)


def test_the_code_signs_in_and_leads_to_where_somebody_was_going(with_app: User) -> None:
    client = Client()
    client.post(f"{LOGIN}?next={SETTINGS}", {"login": with_app.email, "password": PASSWORD, "next": SETTINGS})

    led_to = client.post(CODE, {"code": code_of()}).headers["Location"]

    assert led_to == SETTINGS
    assert client.get(SETTINGS).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_between_password_and_code_no_page_opens(method: str, with_app: User, connection: Connection) -> None:
    client = password_given(with_app)

    for row in TABLE:
        if row.method != method or not row.arguments or "{" in "".join(row.arguments) or row.expected[0] != "sign-in":
            continue
        url = reverse(row.name, args=row.arguments)
        back = url if method == "GET" else "/"  # A page is found again; nothing is sent again.
        assert client.generic(method, url).headers["Location"] == f"{LOGIN}?next={back}", url

    assert client.get(INDEX).headers["Location"] == f"{LOGIN}?next={INDEX}"
    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")


def test_between_password_and_code_nothing_of_the_second_step_can_be_changed(with_app: User) -> None:
    client = password_given(with_app)

    for path in (ACTIVATE, DEACTIVATE, f"{CODES}generate/", "/accounts/2fa/webauthn/add/"):
        assert client.post(path, {"code": code_of()}).headers["Location"].startswith(LOGIN), path

    assert with_app.has_second_step


def test_the_page_for_the_code_is_for_those_alone_who_gave_the_password(with_app: User) -> None:
    response = Client().post(CODE, {"code": code_of()})

    assert response.headers["Location"] == LOGIN


@pytest.mark.parametrize("periods_later", [-1, 0, 1])
def test_the_codes_before_and_after_are_taken_since_clocks_differ(periods_later: int, with_app: User) -> None:
    client = password_given(with_app)

    client.post(CODE, {"code": code_of(periods_later=periods_later)})

    assert is_in(client)


@pytest.mark.parametrize("periods_later", [-2, 2])
def test_older_and_later_codes_are_not(periods_later: int, with_app: User) -> None:
    client = password_given(with_app)

    page = client.post(CODE, {"code": code_of(periods_later=periods_later)})

    assert WRONG_CODE in words(page.content)
    assert not is_in(client)


@pytest.mark.parametrize("seconds", [0, 24, 25, 54])
def test_v41_a_code_is_refused_the_second_time_for_as_long_as_it_would_hold(
    seconds: int, with_app: User, at_noon: time_machine.Traveller
) -> None:
    code = code_of(periods_later=1)
    first, second = password_given(with_app), password_given(with_app)
    first.post(CODE, {"code": code})
    assert is_in(first)
    at_noon.shift(seconds)

    page = second.post(CODE, {"code": f"{code[:3]} {code[3:]}"})

    assert WRONG_CODE in words(page.content)
    assert not is_in(second)


@committed
def test_v41_the_code_that_set_the_app_up_is_used(alices: Client, alice: User) -> None:
    seed = set_up_a_code_app(alices)
    client = password_given(alice)

    client.post(CODE, {"code": code_of(seed)})
    assert not is_in(client)

    client.post(CODE, {"code": code_of(seed, periods_later=1)})
    assert is_in(client)


def test_v41_after_ten_wrong_codes_the_right_one_is_not_tried_whoever_asks_from_wherever(with_app: User) -> None:
    for number in range(10):
        password_given(with_app).post(CODE, {"code": f"00000{number}"}, REMOTE_ADDR=f"192.0.2.{number}")
    client = password_given(with_app)

    page = client.post(CODE, {"code": code_of()}, REMOTE_ADDR="192.0.2.99")

    assert "Too many tries. Wait five minutes, then try again." in words(page.content)
    assert not is_in(client)


def test_v41_a_code_that_was_used_does_not_make_wrong_ones_forgotten(with_app: User) -> None:
    used = code_of()
    both_given(with_app)
    client = password_given(with_app)

    for number in range(4):
        client.post(CODE, {"code": f"00000{number}"})
        client.post(CODE, {"code": used})
    client.post(CODE, {"code": code_of(periods_later=1)})

    assert not is_in(client)


def test_the_limit_of_one_person_keeps_nobody_else_out(with_app: User, bob: User) -> None:
    give_code_app(bob)
    for number in range(10):
        password_given(with_app).post(CODE, {"code": f"00000{number}"}, REMOTE_ADDR=f"192.0.2.{number}")

    both_given(bob)


def test_not_you_leads_back_to_the_password(with_app: User) -> None:
    client = password_given(with_app)

    client.post("/accounts/logout/", {"next": LOGIN})

    assert client.get(CODE).headers["Location"] == LOGIN


def test_a_person_who_may_not_sign_in_any_more_is_let_in_by_no_code(with_app: User) -> None:
    client = password_given(with_app)
    User.objects.filter(pk=with_app.pk).update(is_active=False)

    client.post(CODE, {"code": code_of()})

    assert client.get(LIST).status_code == 302


# Recovery codes ---------------------------------------------------------------------------------------------------------


@committed
def test_a_recovery_code_works_once(alices: Client, alice: User) -> None:
    set_up_a_code_app(alices)
    code = recovery_codes(alice)[3]
    first, second = password_given(alice), password_given(alice)

    first.post(f"{CODE}?recovery", {"code": code})
    page = second.post(f"{CODE}?recovery", {"code": code})

    assert is_in(first)
    assert not is_in(second)
    assert WRONG_CODE in words(page.content)
    assert len(recovery_codes(alice)) == 9


@committed
def test_recovery_codes_are_shown_and_downloaded_after_a_recent_sign_in(alices: Client, alice: User) -> None:
    set_up_a_code_app(alices)
    codes = recovery_codes(alice)

    page, file = words(alices.get(CODES).content), alices.get(f"{CODES}download/")

    assert all(code in page for code in codes)
    assert file.content.decode().split("\n\n")[1].split() == codes
    assert file.headers["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert "no-store" in file.headers["Cache-Control"]


@committed
def test_new_recovery_codes_put_the_old_ones_out(alices: Client, alice: User) -> None:
    set_up_a_code_app(alices)
    old = recovery_codes(alice)

    alices.post(f"{CODES}generate/")

    assert not set(old) & set(recovery_codes(alice))
    client = password_given(alice)
    client.post(f"{CODE}?recovery", {"code": old[0]})
    assert not is_in(client)


def test_without_a_second_step_there_is_nothing_to_recover(alices: Client, alice: User) -> None:
    page = alices.post(f"{CODES}generate/")

    assert "Set up one of these first." in words(page.content)
    assert not alice.authenticator_set.exists()


# A browser that is known -------------------------------------------------------------------------------------------------


def test_a_browser_that_is_known_is_not_asked_for_thirty_days(with_app: User, at_noon: time_machine.Traveller) -> None:
    client = both_given(with_app, trust="on")
    client.post("/accounts/logout/")

    at_noon.shift(timedelta(days=29))
    client.post(LOGIN, {"login": with_app.email, "password": PASSWORD})
    assert is_in(client)
    client.post("/accounts/logout/")

    at_noon.shift(timedelta(days=2))
    client.post(LOGIN, {"login": with_app.email, "password": PASSWORD})
    assert not is_in(client)


def test_what_makes_a_browser_known_is_out_of_reach_of_scripts_and_other_sites(with_app: User) -> None:
    cookie = both_given(with_app, trust="on").cookies["berth-known"]

    assert (cookie["httponly"], cookie["samesite"], cookie["domain"], cookie["path"]) == (True, "Lax", "", "/")
    assert SEED not in cookie.value


def test_a_recovery_code_makes_no_browser_known(with_app: User) -> None:
    Authenticator.objects.create(user=with_app, type="recovery_codes", data={"seed": seeds.sealed("s"), "used_mask": 0})
    client = password_given(with_app)

    client.post(f"{CODE}?recovery", {"code": recovery_codes(with_app)[0], "trust": "on"})

    assert is_in(client)
    assert "berth-known" not in client.cookies


def test_a_browser_is_known_only_to_whom_it_was_made_known(with_app: User, bob: User) -> None:
    give_code_app(bob)
    client = both_given(with_app, trust="on")
    client.post("/accounts/logout/")

    client.post(LOGIN, {"login": bob.email, "password": PASSWORD})

    assert not is_in(client)


def test_a_known_browser_is_forgotten_once_the_second_step_is_another(with_app: User) -> None:
    client = both_given(with_app, trust="on")
    client.post("/accounts/logout/")
    Authenticator.objects.filter(user=with_app).delete()
    give_code_app(with_app)

    client.post(LOGIN, {"login": with_app.email, "password": PASSWORD})

    assert not is_in(client)


def test_what_needs_a_recent_sign_in_needs_the_second_step_in_a_known_browser_too(
    with_app: User, connection: Connection, at_noon: time_machine.Traveller
) -> None:
    client = both_given(with_app, trust="on")
    client.post("/accounts/logout/")
    at_noon.shift(60)
    client.post(LOGIN, {"login": with_app.email, "password": PASSWORD})

    led_to = client.post(f"{LIST}web/reveal/").headers["Location"]
    by_password = client.post("/accounts/reauthenticate/", {"password": PASSWORD}).headers["Location"]

    assert led_to == f"/accounts/2fa/reauthenticate/?next={quote(f'{LIST}web/reveal/', safe='')}"
    assert by_password.startswith("/accounts/2fa/reauthenticate/")
    assert client.post(f"{LIST}web/reveal/").status_code == 302


# A recent sign-in ---------------------------------------------------------------------------------------------------------

ASKED = [
    ("POST", f"{LIST}web/reveal/"),
    ("GET", "/teams/northwind/tokens/new/"),
    ("POST", "/teams/northwind/tokens/{machine}/revoke/"),
    ("POST", "/teams/northwind/members/invite/"),
    ("POST", "/teams/northwind/second-step/"),
    ("POST", SETTINGS),
    ("GET", ACTIVATE),
    ("POST", ACTIVATE),
    ("GET", "/accounts/2fa/webauthn/add/"),
    ("POST", f"{CODES}generate/"),
]


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_what_matters_asks_for_a_recent_sign_in(
    method: str, path: str, alice: User, team: Team, connection: Connection, at_noon: time_machine.Traveller
) -> None:
    ends_at = timezone.now() + timedelta(days=1)
    machine, _ = team.machine_tokens.issue(team, "ci", by=alice, ends_at=ends_at, connections=None)
    path = path.replace("{machine}", machine.public_id)
    client = password_given(alice)
    at_noon.shift(account_settings.REAUTHENTICATION_TIMEOUT + 1)

    response = client.generic(method, path, "name=N&slug=n", content_type="application/x-www-form-urlencoded")

    assert response.headers["Location"] == f"/accounts/reauthenticate/?next={quote(path, safe='')}"
    team.refresh_from_db()
    assert team.slug == "northwind"
    machine.refresh_from_db()
    assert machine.in_force


def test_a_code_does_for_a_recent_sign_in_and_what_was_asked_goes_on(
    with_app: User, team: Team, at_noon: time_machine.Traveller
) -> None:
    client = both_given(with_app)
    at_noon.shift(account_settings.REAUTHENTICATION_TIMEOUT + 1)
    path = "/teams/northwind/second-step/"
    client.post(path, {"asked": "yes"})

    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(), "next": path})

    team.refresh_from_db()
    assert team.second_step_required


def test_v41_a_code_that_signed_in_is_not_taken_again_a_moment_later(with_app: User) -> None:
    client = both_given(with_app)

    page = client.post("/accounts/2fa/reauthenticate/", {"code": code_of()})

    assert WRONG_CODE in words(page.content)


# Setting up and taking off ------------------------------------------------------------------------------------------------


def test_a_code_app_is_set_up_by_its_code_alone(alices: Client, alice: User) -> None:
    alices.get(ACTIVATE)

    page = alices.post(ACTIVATE, {"code": "000000"})

    assert WRONG_CODE in words(page.content)
    assert not alice.has_second_step


def test_the_picture_to_scan_is_part_of_the_page(alices: Client) -> None:
    page = alices.get(ACTIVATE).content.decode()

    assert '<svg class="qr"' in page
    assert "data:" not in page
    assert "style=" not in page


def test_a_page_that_was_refused_keeps_its_seed(alices: Client) -> None:
    before = alices.get(ACTIVATE).content.decode().split('id="secret">')[1].split("<")[0]

    after = alices.post(ACTIVATE, {"code": "000000"}).content.decode().split('id="secret">')[1].split("<")[0]

    assert before == after


def test_the_seed_lies_in_no_table_as_it_is(alices: Client, alice: User) -> None:
    page = alices.get(ACTIVATE).content.decode()
    seed = page.split('id="secret">')[1].split("<")[0].replace(" ", "")
    half_way = everything_stored()
    alices.post(ACTIVATE, {"code": code_of(seed)})
    recovery_seed = alice.authenticator_set.get(type="recovery_codes").wrap()
    codes = recovery_codes(alice)
    clear = seeds.opened(recovery_seed.instance.data["seed"])

    for stored in (half_way, everything_stored()):
        assert "otpauth" not in stored
        for secret in (seed, clear, base64.b32decode(seed).hex(), *codes):
            assert secret not in stored
    assert "s1:" in half_way


def everything_stored() -> str:
    """Return every value of every table as text, sessions as what they hold."""
    texts = [json.dumps(session.get_decoded()) for session in Session.objects.all()]
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # The names are the database's own.
            texts += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(texts)


def test_what_everything_stored_looks_at_is_everything(alices: Client, alice: User) -> None:
    Authenticator.objects.create(user=alice, type="totp", data={"secret": SEED})
    session = alices.session
    session["mfa.totp.secret"] = f"{SEED}-in-a-session"
    session.save()

    assert everything_stored().count(SEED) == 2


def test_seeds_open_under_their_own_key_alone(settings: Settings) -> None:
    stored = seeds.sealed(SEED)
    assert seeds.opened(stored) == SEED
    assert stored != seeds.sealed(SEED)

    for other in ("", SEED, "s1:", "s1:!", stored[:-8], stored.replace("s1:", "s2:"), f"{stored[:-6]}AAAA=="):
        with pytest.raises(seeds.SeedLost):
            seeds.opened(other)
    settings.SECRET_KEY = "another one, as after a restore without the keys, and long enough"
    with pytest.raises(seeds.SeedLost):
        seeds.opened(stored)


def test_a_seed_that_does_not_open_is_told_and_lets_nobody_in(with_app: User, alices: Client, settings: Settings) -> None:
    client = password_given(with_app)
    Authenticator.objects.update(data={"secret": "s1:AAAA", "seed": "s1:AAAA", "used_mask": 0})
    Authenticator.objects.create(user=with_app, type="recovery_codes", data={"seed": "s1:AAAA", "used_mask": 0})

    page = client.post(CODE, {"code": code_of()})

    assert "does not open any more" in words(page.content)
    assert not is_in(client)


@committed
def test_pages_about_codes_that_do_not_open_say_so(alices: Client, alice: User) -> None:
    set_up_a_code_app(alices)
    for row in Authenticator.objects.filter(user=alice):
        row.data = {"secret": "s1:AAAA", "seed": "s1:AAAA", "used_mask": 0}
        row.save()

    assert "do not work any more" in words(alices.get(INDEX).content)
    for path in (CODES, f"{CODES}download/", f"{CODES}generate/"):
        response = alices.get(path)
        assert response.status_code == 409
        assert "These codes do not open any more" in words(response.content)
    alices.post(DEACTIVATE)
    assert not alice.authenticator_set.exists()


@committed
def test_a_change_of_the_second_step_ends_every_other_session(alices: Client, alice: User) -> None:
    elsewhere = password_given(alice)
    assert elsewhere.get(LIST).status_code == 200

    set_up_a_code_app(alices)

    assert elsewhere.get(LIST).status_code == 302
    assert alices.get(LIST).status_code == 200


@committed
def test_setting_a_second_step_up_counts_as_having_used_it(alices: Client, connection: Connection) -> None:
    set_up_a_code_app(alices)

    assert alices.get("/teams/northwind/tokens/new/").status_code == 200


@committed
def test_the_last_second_step_takes_the_recovery_codes_with_it(alices: Client, alice: User) -> None:
    set_up_a_code_app(alices)
    assert "your recovery codes go with it" in words(alices.get(DEACTIVATE).content)

    alices.post(DEACTIVATE)

    assert not alice.authenticator_set.exists()


@committed
def test_one_of_two_second_steps_leaves_the_recovery_codes(alices: Client, alice: User) -> None:
    set_up_a_code_app(alices)
    passkey = give_passkey(alice)
    assert "your recovery codes go with it" not in words(alices.get(DEACTIVATE).content)

    alices.post(DEACTIVATE)

    assert sorted(alice.authenticator_set.values_list("type", flat=True)) == ["recovery_codes", "webauthn"]
    alices.post(f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/")
    assert not alice.authenticator_set.exists()


@pytest.mark.parametrize("verb", ["edit", "remove"])
def test_a_passkey_of_somebody_else_is_not_there(verb: str, alices: Client, bob: User) -> None:
    passkey = give_passkey(bob)
    path = f"/accounts/2fa/webauthn/keys/{passkey.pk}/{verb}/"

    assert alices.get(path).status_code == 404
    assert alices.post(path, {"name": "Mine"}).status_code == 404
    passkey.refresh_from_db()
    assert passkey.data["name"] == "Laptop"


@committed
def test_changes_are_mailed_in_our_own_words(alices: Client, alice: User, django_capture_on_commit_callbacks: Any) -> None:
    set_up_a_code_app(alices)
    alices.post(f"{CODES}generate/")
    alices.post(DEACTIVATE)

    assert [message.subject for message in mail.outbox] == [
        "Berth: A code app is set up",
        "Berth: New recovery codes are made",
        "Berth: The code app is removed",
    ]
    assert all(message.to == [alice.email] and "127.0.0.1:8000" in message.body for message in mail.outbox)


def test_a_new_address_can_be_asked_for_with_a_second_step(with_app: User) -> None:
    client = both_given(with_app)
    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(periods_later=1)})

    page = client.post("/accounts/email/", {"action_add": "", "email": "a@northwind.example"}, follow=True)

    assert "a@northwind.example is not confirmed yet." in words(page.content)


# What a browser sends of a passkey ----------------------------------------------------------------------------------------


def said(kind: str) -> str:
    return base64.urlsafe_b64encode(
        json.dumps({"type": kind, "challenge": "x", "origin": "http://testserver"}).encode()
    ).decode()


NONSENSE = [
    "",
    "null",
    "[]",
    "7",
    '"text"',
    "{}",
    "not json",
    '{"id": 1, "rawId": 1, "response": {}}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}',
    '{"id": "a", "rawId": "!", "type": "public-key", "response": {"clientDataJSON": "!"}}',
    '{"id": "YQ", "rawId": "YQ", "type": "wrong", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}',
    *(
        json.dumps({"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": said(kind), **more}})
        for kind in ("webauthn.get", "webauthn.create")
        for more in (
            {"attestationObject": "oA"},
            {"attestationObject": "v" * 40},
            {"attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUEB"},
            {"authenticatorData": "AA", "signature": "AA", "userHandle": "AA"},
            {"authenticatorData": "A" * 50, "signature": "AA", "userHandle": 7},
            {"authenticatorData": "A" * 50, "signature": "AA", "userHandle": "x" * 64},
        )
    ),
]


@pytest.mark.parametrize("credential", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_for_a_passkey_is_refused_and_no_fault(credential: str, with_app: User, bob: User, team: Team) -> None:
    visitor, stage, bobs = Client(), password_given(with_app), password_given(bob)
    visitor.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    stage.get(CODE)
    bobs.get("/accounts/2fa/webauthn/add/")

    by_itself = visitor.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    second = stage.post(CODE, {"credential": credential})
    added = bobs.post("/accounts/2fa/webauthn/add/", {"credential": credential, "name": "x"})

    assert (by_itself.status_code, second.status_code, added.status_code) == (302, 200, 200)
    assert not is_in(visitor)
    assert not is_in(stage)
    assert not bob.has_second_step


# A team that asks ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def asking(with_app: User, team: Team) -> Team:
    """Northwind, which asks everybody for a second step. Alice has one, bob and vera do not."""
    team.ask_for_second_step(True, by=with_app)
    return team


def test_an_owner_asks_everybody_for_a_second_step_and_stops_asking(with_app: User, team: Team) -> None:
    client = both_given(with_app)
    assert "2 of 3 members have none yet." in words(client.get(SETTINGS).content)

    page = client.post("/teams/northwind/second-step/", {"asked": "yes"}, follow=True)
    assert "Everybody in the team needs a second step now." in words(page.content)
    client.post("/teams/northwind/second-step/", {"asked": "no"})

    team.refresh_from_db()
    assert not team.second_step_required
    told = team.events.filter(verb__startswith="person:team:second-step").order_by("id")
    assert [str(event) for event in told] == [
        "Alice Andersen asked everybody for a second step in Northwind",
        "Alice Andersen stopped asking for a second step in Northwind",
    ]


def test_an_owner_without_a_second_step_is_told_to_set_one_up_first(alices: Client, team: Team, alice: User) -> None:
    page = alices.get(SETTINGS).content.decode()
    said = alices.post("/teams/northwind/second-step/", {"asked": "yes"}, follow=True)

    assert "set up a second step for yourself" in page
    assert "Ask everybody for a second step" not in page
    assert "Set up a second step for yourself first. Nothing is changed." in words(said.content)
    team.refresh_from_db()
    assert not team.second_step_required
    with pytest.raises(NoSecondStep):
        team.ask_for_second_step(True, by=alice)


def test_only_an_owner_asks(team: Team, bob: User) -> None:
    give_code_app(bob)

    with pytest.raises(NotAllowed):
        team.ask_for_second_step(True, by=bob)


def test_asking_twice_is_recorded_once(asking: Team, alice: User) -> None:
    asking.ask_for_second_step(True, by=alice)

    assert asking.events.filter(verb=Verb.SECOND_STEP_ASKED).count() == 1


def test_an_admin_asks_a_member_for_one_once_a_day(
    team: Team, bob: User, vera: User, signed_in: People, settings: Settings
) -> None:
    client, ask = signed_in(bob), f"/teams/northwind/members/{vera.pk}/ask/"

    said = [words(client.post(ask, follow=True).content) for _ in range(2)]

    assert "Asked Vera Voss to set up a second step." in said[0]
    assert "Vera Voss was asked within a day." in said[1]
    assert [message.to for message in mail.outbox] == [[vera.email]]
    assert str(team.events.first()) == "Bob Berg wishes for a second step of vera@northwind.example"
    give_code_app(vera)
    assert "Vera Voss has a second step." in words(client.post(ask, follow=True).content)


def test_without_a_mail_server_whoever_asks_is_told_to_say_it_themselves(
    team: Team, bob: User, vera: User, signed_in: People, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

    said = words(signed_in(bob).post(f"/teams/northwind/members/{vera.pk}/ask/", follow=True).content)

    assert "The mail to Vera Voss could not be sent. Tell them yourself." in said


def test_no_page_of_the_team_opens_for_a_member_without_one(
    asking: Team, bob: User, connection: Connection, signed_in: People
) -> None:
    client = signed_in(bob)
    tried = 0
    for row in TABLE:
        if row.arguments[:1] != ("northwind",) or "{" in "".join(row.arguments):
            continue
        url = reverse(row.name, args=row.arguments)
        response, by_htmx = client.generic(row.method, url), client.generic(row.method, url, headers={"HX-Request": "true"})
        assert (by_htmx.status_code, by_htmx.headers["HX-Redirect"]) == (403, NEEDED), url
        if row.method in ("GET", "HEAD"):
            assert response.headers["Location"] == NEEDED, url
        else:
            assert response.status_code == 403, url
            assert "Northwind asks everybody to sign in with a second step." in words(response.content)
        tried += 1
    assert tried > 25


@committed
def test_a_member_sets_one_up_and_goes_on_to_where_they_were_going(asking: Team, vera: User) -> None:
    client = password_given(vera)
    going_to = "/teams/northwind/members/?from=mail"

    page = client.get(going_to, follow=True)
    assert page.redirect_chain[-1] == (NEEDED, 302)
    assert "you are still a member" in words(page.content)
    set_up_a_code_app(client)

    assert "Go on to where you were going" in words(client.get(CODES).content)
    assert client.get(GO_ON).headers["Location"] == going_to
    assert client.get(going_to).status_code == 200
    assert client.get(GO_ON).headers["Location"] == "/"
    assert "Go on to where" not in words(client.get(INDEX).content)


def test_other_teams_of_theirs_stay_open(asking: Team, vera: User, signed_in: People) -> None:
    other = Team.objects.found("Harbour Lab", by=vera)

    assert signed_in(vera).get(f"/teams/{other.slug}/containers/").status_code == 200
    assert signed_in(vera).get(LIST).status_code == 302


def test_a_stranger_learns_nothing_of_it(asking: Team, charlie: User, signed_in: People) -> None:
    assert signed_in(charlie).get(LIST).status_code == 404


def test_machines_go_on(asking: Team, vera: User, bob: User, alice: User, connection: Connection) -> None:
    ends_at = timezone.now() + timedelta(days=1)
    _, text = asking.machine_tokens.issue(asking, "ci", by=alice, ends_at=ends_at, connections=None)

    answer = Client().get("/api/v1/registries", headers={"Authorization": f"Bearer {text.reveal()}"})

    assert answer.status_code == 200


def test_who_removes_the_last_one_is_told_what_closes_and_finds_it_closed(asking: Team, alice: User) -> None:
    client = both_given(alice)
    page = words(client.get(DEACTIVATE).content)

    client.post(DEACTIVATE)

    assert "Until you set up another one, these are closed for you: Northwind." in page
    assert client.get(LIST).headers["Location"] == NEEDED


def test_recovery_codes_alone_are_no_second_step(asking: Team, vera: User, signed_in: People) -> None:
    Authenticator.objects.create(user=vera, type="recovery_codes", data={"seed": seeds.sealed("s"), "used_mask": 0})

    assert signed_in(vera).get(LIST).headers["Location"] == NEEDED


def test_a_page_of_a_team_that_does_not_ask_costs_no_query_more(team: Team, vera: User, signed_in: People) -> None:
    client = signed_in(vera)
    client.get("/teams/northwind/members/")
    with CaptureQueriesContext(database) as before:
        client.get("/teams/northwind/members/")

    assert not any("mfa_authenticator" in query["sql"] for query in before.captured_queries)


# Members ------------------------------------------------------------------------------------------------------------------


def test_admins_see_what_second_step_each_member_has(
    team: Team, bob: User, vera: User, alice: User, signed_in: People
) -> None:
    give_code_app(bob)
    give_code_app(alice)
    give_passkey(alice)

    page = words(signed_in(bob).get("/teams/northwind/members/").content)

    assert "Alice Andersen alice@northwind.example Owner Passkey" in page
    assert "Bob Berg You bob@northwind.example Admin Code app" in page
    assert "Vera Voss vera@northwind.example Member Not set up" in page


def test_a_mere_member_does_not_see_who_has_none(team: Team, vera: User, signed_in: People) -> None:
    page = words(signed_in(vera).get("/teams/northwind/members/").content)

    assert "Second step" not in page.replace("Your account", "")
    assert "Not set up" not in page


def test_more_members_take_no_more_queries(
    team: Team, bob: User, signed_in: People, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(bob)
    client.get("/teams/northwind/members/")
    with CaptureQueriesContext(database) as few:
        client.get("/teams/northwind/members/")
    for number in range(12):
        person = User.objects.create_user(f"n{number}@northwind.example", PASSWORD)
        team.memberships.create(user=person, role=Role.MEMBER)
        give_code_app(person)
        give_passkey(person)

    with django_assert_num_queries(len(few)):
        client.get("/teams/northwind/members/")


# Support staff ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def without_one(sam: User) -> User:
    """Sam, before a second step was set up."""
    Authenticator.objects.filter(user=sam).delete()
    return sam


@pytest.mark.parametrize("superuser", [True, False])
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/console/user/", "/admin/nothing/here/"])
def test_staff_without_a_second_step_are_led_to_set_one_up(path: str, superuser: bool, without_one: User) -> None:
    User.objects.filter(pk=without_one.pk).update(is_superuser=superuser)
    client = password_given(without_one)

    page = client.get(path, follow=True)

    assert page.redirect_chain[-1] == (NEEDED, 302)
    assert len(page.redirect_chain) <= 2
    assert "Support staff always need a second step." in words(page.content)


@committed
def test_staff_set_one_up_and_go_on(without_one: User) -> None:
    client = password_given(without_one)
    client.get("/admin/console/user/")
    set_up_a_code_app(client)

    assert client.get(GO_ON).headers["Location"] == "/admin/console/user/"
    assert client.get("/admin/console/user/").status_code == 200


def test_a_post_of_staff_without_one_changes_nothing(without_one: User, alice: User) -> None:
    client = password_given(without_one)

    response = client.post(f"/admin/console/user/{alice.pk}/change/", {})

    assert response.status_code == 403
    alice.refresh_from_db()
    assert alice.is_active


def test_staff_whose_second_step_was_taken_off_meanwhile_are_led_too(sam: User, signed_in: People) -> None:
    client = signed_in(sam)
    assert client.get("/admin/").status_code == 200

    Authenticator.objects.filter(user=sam).delete()

    assert client.get("/admin/").headers["Location"] == NEEDED


def test_staff_without_one_may_leave(without_one: User) -> None:
    client = password_given(without_one)

    client.post("/admin/logout/")

    assert not is_in(client)


def test_who_is_no_staff_gets_nothing_by_having_a_second_step(with_app: User) -> None:
    client = both_given(with_app)

    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/").status_code == 403
