"""
Faults that other products had, by the numbers that the security page gives them (section 1.2), where no room has them.

V34 is in `test_doors`, V36 in `test_extra_fields`, V39 in `test_redirects`, V42 in `console/test_invitations`, V45 in
`test_admin_walk`, V48 in `console/test_guesses` and `registries/test_token_pages`.
"""

import ast
import hmac
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from console import first_run
from console.models import Installation, Invitation, Role, Team, User
from registries.models import MachineToken
from registries.tokens import Token
from tests.at_once import at_once
from tests.conftest import PASSWORD
from tests.test_access import TABLE, places_of
from tests.test_layers import sources

__all__ = ["places_of"]  # The fixture.

LOGIN = "/accounts/login/"
NEW = "another long passphrase"
# What a column, a property or an argument is called that opens something.
OPENS = re.compile(r"(former_)?digest|stamp|secret|password|signature|session_key|hmac")
# Where a typed text is compared with another of the same person, or the digest of an image with what was asked for.
OF_ONE_SIDE = tuple(f"registries/{room}/" for room in ("pasted", "machine", "specs", "forms", "distribution"))
# Where neither side is what a visitor sent.
BOTH_KNOWN = {
    "console/management/commands/verify_activity.py: now != digest",
    "console/models/chain.py: digest(event) != event.digest",
    "console/models/chain.py: head.digest != link",
    "console/sessions.py: session.session_key == acting()",
}


# V38: how long a comparison takes tells how much of a secret is right -----------------------------------------------------


def test_v38_no_secret_is_compared_character_by_character() -> None:
    compared = set()
    for name, source in sources("console", "registries"):
        if name.startswith(OF_ONE_SIDE):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Compare) and any(isinstance(by, ast.Eq | ast.NotEq) for by in node.ops):
                sides = [node.left, *node.comparators]
                called = [getattr(side, "attr", getattr(side, "id", "")) for side in sides]
                known = any(isinstance(side, ast.Constant) for side in sides)
                if not known and any(OPENS.fullmatch(word) for word in called):
                    compared.add(f"{name}: {ast.unparse(node)}")

    assert compared == BOTH_KNOWN


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, object]]:
    """What was compared in constant time, as it is compared."""
    seen, compare = list[tuple[object, object]](), hmac.compare_digest

    def note(one: Any, other: Any) -> bool:
        seen.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", note)
    monkeypatch.setattr("django.utils.crypto.secrets.compare_digest", note)
    return seen


def test_v38_the_link_of_the_first_run_is_compared_in_constant_time(
    db: None, compared: list[tuple[object, object]]
) -> None:
    wrong = "0" * 64

    assert not first_run.opens(wrong)

    assert (wrong.encode(), first_run.token().encode()) in compared


def test_v38_the_secret_of_a_token_is_compared_in_constant_time_as_a_hash(
    team: Team, alice: User, compared: list[tuple[object, object]]
) -> None:
    ends_at = timezone.now() + timedelta(days=1)
    row, _ = MachineToken.objects.issue(team, "ci", by=alice, ends_at=ends_at, connections=None)
    wrong = Token.new(row.public_id)

    assert not row.accepts(wrong)

    # With the secret of before, too, though there is none.
    assert [pair for pair in compared if wrong.digest in pair] == [(row.digest, wrong.digest), ("0" * 64, wrong.digest)]


def test_v38_a_secret_is_looked_up_by_its_hash_and_reaches_no_query(team: Team, bob: User) -> None:
    [(_, secret)] = Invitation.objects.invite(team, ["new@northwind.example"], Role.MEMBER, by=bob)
    ends_at = timezone.now() + timedelta(days=1)
    _, text = MachineToken.objects.issue(team, "ci", by=bob, ends_at=ends_at, connections=None)
    hidden = text.reveal().rpartition("_")[2]

    with CaptureQueriesContext(database) as captured:
        assert Client().get(f"/invitations/{secret}/").status_code == 200
        assert Client(headers={"Authorization": f"Bearer {text.reveal()}"}).get("/api/v1/registries").status_code == 200
        assert Client().get(reverse("setup", args=[first_run.token()])).status_code == 404

    asked = " ".join(query["sql"] for query in captured.captured_queries)
    assert "console_invitation" in asked
    assert "registries_machinetoken" in asked
    assert not [text for text in (secret, hidden, first_run.token()) if text in asked]


# V40: an account that everybody knows the password of ---------------------------------------------------------------------


def test_v40_there_is_no_account_to_begin_with(db: None) -> None:
    call_command("migrate", verbosity=0)

    assert not User.objects.exists()
    assert not Installation.this().is_set_up
    for email in ("admin", "admin@example.com", "root@localhost", "admin@localhost"):
        for password in ("admin", "password", "berth", "changeme", ""):
            assert Client().post(LOGIN, {"login": email, "password": password}).status_code in (200, 429)


def test_v40_the_link_of_the_first_run_is_32_bytes_that_no_other_installation_has(db: None) -> None:
    here = first_run.token()
    Installation.objects.all().delete()

    there = first_run.token()

    assert len(bytes.fromhex(here)) == len(bytes.fromhex(there)) == 32
    assert here != there


@pytest.mark.django_db(transaction=True)
def test_v40_of_16_who_open_the_link_of_the_first_run_at_once_one_is_let_in() -> None:
    path = reverse("setup", args=[first_run.token()])

    def set_up(number: int) -> str:
        typed = {"name": "Eve", "email": f"eve-{number}@evil.example", "password": NEW, "team": f"Team {number}"}
        return str(Client().post(path, typed).status_code)

    assert at_once(16, set_up) == ["302", *["404"] * 15]
    assert (User.objects.count(), Team.objects.count()) == (1, 1)
    assert Client().get(path).status_code == 404


# V43: the password in the session, the key of the session on a page -------------------------------------------------------


def test_v43_no_session_holds_a_password(alice: User, team: Team) -> None:
    client = Client()
    client.post(LOGIN, {"login": alice.email, "password": "a wrong one"})
    client.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": "a wrong one"})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": "a wrong one"})
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    Client().post("/accounts/password/reset/", {"email": alice.email})
    visitor = Client()
    form = visitor.get("/accounts/" + str(mail.outbox[-1].body).split("/accounts/")[1].split()[0], follow=True)
    visitor.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": "a wrong one"})

    kept = [str(session.get_decoded()) for session in Session.objects.all()]

    alice.refresh_from_db()
    assert len(kept) >= 2
    for password in (PASSWORD, NEW, "a wrong one", alice.password):
        assert password not in " ".join(kept) + str(client.cookies) + str(visitor.cookies)


def test_v43_no_page_has_the_key_of_a_session(
    places_of: dict[str, str], alice: User, sam: User, signed_in: Callable[[User], Client]
) -> None:
    for person in (alice, sam):
        client = signed_in(person)
        client.get("/accounts/sessions/")
        other = signed_in(person)
        other.get("/accounts/sessions/")
        keys = [Session.objects.get(pk=known.session.session_key).pk for known in (client, other)]

        for row in TABLE:
            if row.method == "GET" and row.name not in ("setup", "account_logout"):
                url = reverse(row.name, args=[places_of.get(argument, argument) for argument in row.arguments])
                html = client.get(url).getvalue().decode()

                assert not [key for key in keys if key in html], url


# V44: a session that somebody else chose ----------------------------------------------------------------------------------


def sign_in(client: Client, alice: User, team: Team) -> None:
    client.post(LOGIN, {"login": alice.email, "password": PASSWORD})


def join(client: Client, alice: User, team: Team) -> None:
    [(_, secret)] = Invitation.objects.invite(team, ["new@northwind.example"], Role.MEMBER, by=alice)
    client.post(f"/invitations/{secret}/", {"name": "Nina", "password": NEW})


def set_up(client: Client, alice: User, team: Team) -> None:
    team.delete()
    User.objects.all().delete()
    typed = {"name": "Alice", "email": "first@northwind.example", "password": NEW, "team": "Northwind"}
    client.post(reverse("setup", args=[first_run.token()]), typed)


@pytest.mark.parametrize("way", [sign_in, join, set_up], ids=lambda way: way.__name__)
def test_v44_whoever_signs_in_gets_a_session_that_nobody_chose(
    way: Callable[[Client, User, Team], None], alice: User, team: Team
) -> None:
    victim = Client()
    planted = victim.session
    planted["planted"] = "by eve"
    planted.save()
    key = planted.session_key
    token = victim.get(LOGIN).cookies["berth-csrf"].value

    way(victim, alice, team)

    assert victim.session.get("_auth_user_id")
    assert victim.session.session_key != key
    assert not Session.objects.filter(pk=key).exists()
    assert victim.cookies["berth-csrf"].value != token
    eve = Client()
    eve.cookies["berth-session"] = key or ""
    assert eve.get("/teams/").headers["Location"].startswith(LOGIN)


def test_v44_a_key_that_somebody_made_up_is_not_taken(alice: User) -> None:
    client = Client()
    client.cookies["berth-session"] = "a" * 32

    client.post(LOGIN, {"login": alice.email, "password": PASSWORD})

    assert client.session.session_key != "a" * 32
    assert not Session.objects.filter(pk="a" * 32).exists()


def test_v44_a_key_in_the_address_is_none(alice: User, signed_in: Callable[[User], Client]) -> None:
    key = signed_in(alice).session.session_key or ""

    for name in ("berth-session", "sessionid", "session_key", "sid"):
        assert Client().get("/teams/", {name: key}).headers["Location"].startswith(LOGIN)
