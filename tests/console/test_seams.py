"""Where passwords, second steps, single sign-on and sessions meet: what holds in one of them holds through the others."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from console import sessions, staff_acts
from console.models import SlugTaken, Team, User
from console.second_step import resetting
from console.sso.configuration import Place, Provider
from tests.conftest import PASSWORD
from tests.second_step import SEED, code_of, give_code_app, was_asked_again

People = Callable[[User], Client]
LOGIN, CODE = "/accounts/login/", "/accounts/2fa/authenticate/"
NEW = "another long passphrase"


@pytest.fixture
def with_app(alice: User, team: Team) -> User:
    give_code_app(alice)
    return alice


def password_given(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/teams/").status_code == 200


# The admin has no door of its own ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post", "head", "options", "put"])
@pytest.mark.parametrize("who", ["nobody", "member", "staff without a second step", "staff"])
def test_a11_the_admin_takes_no_password_from_anybody(
    method: str, who: str, bob: User, sam: User, team: Team, signed_in: People
) -> None:
    other = User.objects.create_user("low@support.example", PASSWORD, is_staff=True)
    client = {"nobody": None, "member": bob, "staff": other, "staff without a second step": other}[who]
    if who == "staff":
        give_code_app(other)
    visitor = Client() if client is None else signed_in(client)
    before = visitor.session.get("_auth_user_id")

    for _ in range(7):
        answer = getattr(visitor, method)(
            "/admin/login/", {"username": sam.email, "email": sam.email, "password": PASSWORD}
        )

    assert answer.status_code == (403 if who == "member" else 302)
    assert visitor.session.get("_auth_user_id") == before


# A sign-in that waits for its second step -------------------------------------------------------------------------------


def test_a10_a_password_that_was_changed_meanwhile_lets_nobody_go_on(with_app: User) -> None:
    client = password_given(with_app)
    with_app.set_password(NEW)
    with_app.save()
    sessions.end_others(with_app)

    answer = client.post(CODE, {"code": code_of()})

    assert (answer.headers["Location"], is_in(client)) == (LOGIN, False)


def test_a10_sessions_that_support_ended_do_not_begin_by_a_password_of_before(
    with_app: User, sam: User, team: Team
) -> None:
    client = password_given(with_app)
    staff_acts.end_sessions(with_app, by=sam, reason="A stolen laptop.")

    client.post(CODE, {"code": code_of()})

    assert not is_in(client)


def test_who_is_stopped_meanwhile_is_not_recorded_as_signed_in(with_app: User, sam: User, team: Team) -> None:
    client = password_given(with_app)
    staff_acts.stop(with_app, by=sam, reason="They left.")

    client.post(CODE, {"code": code_of()})

    assert not is_in(client)
    assert not team.events.filter(verb="person:session:begin").exists()


def test_a_second_step_that_is_taken_off_meanwhile_leads_back_to_the_sign_in_once(with_app: User) -> None:
    client = password_given(with_app)
    resetting.reset(with_app)

    assert client.get(CODE).headers["Location"] == LOGIN
    assert client.get(LOGIN).status_code == 200
    client.post(LOGIN, {"login": with_app.email, "password": PASSWORD})
    assert is_in(client)


# A browser that is known ------------------------------------------------------------------------------------------------


def known_browser(user: User) -> Client:
    """A browser that is known, in which the person has signed out."""
    client = password_given(user)
    client.post(CODE, {"code": code_of(), "trust": "on"})
    assert is_in(client)
    client.post("/accounts/logout/")
    return client


def test_a10_a_known_browser_is_forgotten_where_all_sessions_are_ended(with_app: User, sam: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(hours=1), tick=False):
        client = known_browser(with_app)
        client.post(LOGIN, {"login": with_app.email, "password": PASSWORD})
        assert is_in(client)

    staff_acts.end_sessions(with_app, by=sam, reason="A stolen laptop.")
    client.post(LOGIN, {"login": with_app.email, "password": PASSWORD})

    assert not is_in(client)
    client.post(CODE, {"code": code_of(SEED, periods_later=1)})
    assert is_in(client)


def test_a12_in_a_known_browser_no_fresh_sign_in_at_the_provider_stands_for_the_second_step(
    with_app: User, signed_in: People
) -> None:
    client = signed_in(with_app)
    was_asked_again(client, with_app)

    for path in ("/teams/northwind/members/invite/", "/accounts/2fa/totp/deactivate/"):
        assert client.post(path).headers["Location"].startswith("/accounts/2fa/reauthenticate/"), path

    assert with_app.has_second_step


def test_a_recovery_code_makes_no_browser_known_wherever_it_is_typed(with_app: User) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    [code, *_] = RecoveryCodes.activate(with_app).get_unused_codes()
    client = password_given(with_app)

    client.post(CODE, {"code": code, "trust": "on"})

    assert is_in(client)
    assert "berth-known" not in client.cookies


# Addresses that were never confirmed -------------------------------------------------------------------------------------


def test_an_address_that_waits_for_its_confirmation_resets_no_password(alice: User, team: Team) -> None:
    EmailAddress.objects.create(user=alice, email="typo@gmial.example", verified=False)

    Client().post("/accounts/password/reset/", {"email": "typo@gmial.example"})
    Client().post("/accounts/password/reset/", {"email": alice.email.upper()})

    assert [message.to for message in mail.outbox] == [[alice.email]]


def test_it_goes_when_the_password_changes(alice: User, team: Team, signed_in: People) -> None:
    EmailAddress.objects.create(user=alice, email="evil@attacker.example", verified=False)

    typed = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert signed_in(alice).post("/accounts/password/change/", typed).status_code == 302

    assert [row.email for row in EmailAddress.objects.filter(user=alice)] == [alice.email]


# Guesses, and addresses of teams -----------------------------------------------------------------------------------------


def test_a1_guesses_at_the_current_password_count_with_those_at_the_sign_in(
    alice: User, team: Team, signed_in: People
) -> None:
    client = signed_in(alice)
    wrong = {"oldpassword": "not it at all", "password1": NEW, "password2": NEW}

    for _ in range(5):
        client.post("/accounts/password/change/", wrong)
    answer: Any = client.post("/accounts/password/change/", wrong | {"oldpassword": PASSWORD})

    assert answer.status_code != 302
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)
    assert "Too many tries" in Client().post(LOGIN, {"login": alice.email, "password": PASSWORD}).content.decode()


def test_nobody_takes_the_address_to_which_single_sign_on_leads_people(
    alice: User, charlie: User, team: Team, settings: Settings
) -> None:
    settings.BERTH_OIDC = Provider(
        issuer="https://sso.example.com", client_id="berth", client_secret="s", name="SSO",
        teams={"acme.example": Place("acme", "member")},
    )  # fmt: skip

    assert Team.objects.found("Acme", by=charlie).slug != "acme"
    with pytest.raises(SlugTaken):
        team.rename("Acme", "acme", by=alice)
    charlie.is_superuser = True
    assert Team.objects.found("Acme", by=charlie).slug == "acme"
