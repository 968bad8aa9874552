"""Signing in: one door for everybody, limited, telling nothing about who has an account."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console.models import User
from tests.conftest import PASSWORD

LOGIN = "/accounts/login/"


def attempt(client: Client, email: str, password: str, **extra: str) -> int:
    return client.post(LOGIN, {"login": email, "password": password}, **extra).status_code  # type: ignore[arg-type]


def test_the_address_is_the_login_whatever_its_case(client: Client, alice: User) -> None:
    assert attempt(client, "ALICE@northwind.example", PASSWORD) == 302


def test_a_wrong_password_and_an_unknown_address_read_the_same(alice: User) -> None:
    wrong = Client().post(LOGIN, {"login": alice.email, "password": "wrong"})
    unknown = Client().post(LOGIN, {"login": "alicf@northwind.example", "password": "wrong"})

    assert b"The email or the password is not right." in wrong.content
    assert wrong.status_code == unknown.status_code
    assert b"The email or the password is not right." in unknown.content


def test_after_five_wrong_guesses_the_right_password_is_not_tried(alice: User) -> None:
    client = Client()
    for _ in range(5):
        attempt(client, alice.email, "wrong")

    attempt(client, alice.email, PASSWORD)

    assert not client.session.get("_auth_user_id")


def test_another_forwarded_address_does_not_reset_the_limit(alice: User) -> None:
    client = Client()
    for number in range(5):
        attempt(client, alice.email, "wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")

    attempt(client, alice.email, PASSWORD, HTTP_X_FORWARDED_FOR="10.0.0.99")

    assert not client.session.get("_auth_user_id")


def test_proxies_that_say_less_than_was_promised_keep_nobody_out(client: Client, alice: User, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2

    assert attempt(client, alice.email, PASSWORD, HTTP_X_FORWARDED_FOR="10.0.0.1") == 302
    assert attempt(Client(), alice.email, PASSWORD, HTTP_X_FORWARDED_FOR="nonsense, more") == 302


def test_the_session_key_changes_at_sign_in(client: Client, alice: User) -> None:
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key

    attempt(client, alice.email, PASSWORD)

    assert client.session.session_key != before


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "\t//evil.example",
    ],
)
def test_nobody_is_led_to_another_site_after_signing_in(client: Client, alice: User, target: str) -> None:
    response = client.post(LOGIN, {"login": alice.email, "password": PASSWORD, "next": target})

    assert response.headers["Location"] == "/"


def test_the_admin_sends_visitors_to_the_same_door(client: Client, sam: User) -> None:
    response = client.post("/admin/login/", {"username": sam.email, "password": PASSWORD})

    assert response.headers["Location"].startswith(LOGIN)
    assert not client.session.get("_auth_user_id")


def test_the_admin_changes_no_password_by_itself(sam: User, signed_in: Callable[[User], Client]) -> None:
    assert signed_in(sam).post("/admin/password_change/").headers["Location"] == "/accounts/password/change/"


def test_resetting_a_password_answers_the_same_for_an_unknown_address(alice: User) -> None:
    known = Client().post(reverse("account_reset_password"), {"email": alice.email})
    unknown = Client().post(reverse("account_reset_password"), {"email": "nobody@northwind.example"})

    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [message.to for message in mail.outbox] == [[alice.email]]


def test_a_mailed_link_leads_to_the_configured_address_whatever_host_was_asked(alice: User) -> None:
    Client().post(reverse("account_reset_password"), {"email": alice.email}, HTTP_HOST="localhost")

    assert "http://127.0.0.1:8000/accounts/password/reset/key/" in mail.outbox[0].body


def test_a_password_can_be_set_anew_by_the_mailed_link(alice: User) -> None:
    client = Client()
    client.post(reverse("account_reset_password"), {"email": alice.email})
    path = "/accounts/" + mail.outbox[0].body.split("/accounts/")[1].split()[0]

    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "another long passphrase", "password2": "another long passphrase"})

    assert attempt(Client(), alice.email, "another long passphrase") == 302
    assert attempt(Client(), alice.email, PASSWORD) != 302


def test_who_was_stopped_sets_no_password_by_a_link_of_before(alice: User) -> None:
    client = Client()
    client.post(reverse("account_reset_password"), {"email": alice.email})
    path = "/accounts/" + mail.outbox[0].body.split("/accounts/")[1].split()[0]
    form = client.get(path, follow=True)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    typed = {"password1": "another long passphrase", "password2": "another long passphrase"}
    answer = client.post(form.request["PATH_INFO"], typed)

    assert "This account may not sign in." in answer.content.decode()
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)


def test_a_new_address_asks_for_the_password_and_counts_once_it_is_confirmed(alice: User) -> None:
    client = Client()
    attempt(client, alice.email, PASSWORD)

    asked = client.post(reverse("account_email"), {"email": "Alice@New.example", "action_add": ""})
    assert mail.outbox == []
    client.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
    assert User.objects.get(pk=alice.pk).email == "alice@northwind.example"

    confirmation = next(message for message in mail.outbox if message.to == ["alice@new.example"])
    path = "/accounts/" + str(confirmation.body).split("/accounts/")[1].split()[0]
    assert b"alice@new.example" in client.get(path).content
    client.post(path)

    assert User.objects.get(pk=alice.pk).email == "alice@new.example"
    assert attempt(Client(), "alice@new.example", PASSWORD) == 302
    assert attempt(Client(), "alice@northwind.example", PASSWORD) != 302


def test_the_forms_of_an_account_speak_as_the_others_do(alice: User, signed_in: Callable[[User], Client]) -> None:
    page = signed_in(alice).get("/accounts/password/change/").content.decode()

    assert "Current password" in page
    assert "Current Password" not in page


def test_signing_out_needs_a_post(alice: User, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(alice)

    client.get("/accounts/logout/")
    assert client.session.get("_auth_user_id")

    client.post("/accounts/logout/")
    assert not client.session.get("_auth_user_id")


def test_a_person_sees_and_ends_other_sessions(alice: User) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        attempt(client, alice.email, PASSWORD)

    assert here.get(reverse("usersessions_list")).status_code == 200
    here.post(reverse("usersessions_list"))

    assert there.get("/teams/").status_code == 302
    assert here.get("/teams/").status_code == 200
