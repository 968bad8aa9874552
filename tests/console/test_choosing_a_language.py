"""Choosing a language: what a choice changes and where it goes, what holds without one, and what machines read."""

from collections.abc import Callable, Iterator

import pytest
from django.templatetags.static import static
from django.test import Client
from pytest_django import Settings

from console.models import User
from tests.conftest import PASSWORD
from tests.unsaid import in_brackets

LOGIN = "/accounts/login/"
COOKIE = "berth-language"
GERMAN, ENGLISH = "<h1>⟦Sign in⟧</h1>", "<h1>Sign in</h1>"

People = Callable[[User], Client]


@pytest.fixture(autouse=True)
def brackets(db: None, settings: Settings) -> Iterator[None]:
    """Have a language beside English that says each message in brackets."""
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    with in_brackets():
        yield


def choose(client: Client, language: str, **more: str) -> str:
    """Choose a language by the form at the foot of a page, and return where that leads."""
    response = client.post("/language/", {"language": language, **more})
    assert response.status_code == 302
    return response.headers["Location"]


def sign_in(client: Client, user: User) -> None:
    assert client.post(LOGIN, {"login": user.email, "password": PASSWORD}).status_code == 302


def test_a_choice_holds_for_what_follows_and_leads_back(client: Client) -> None:
    assert choose(client, "de", next=LOGIN) == LOGIN

    assert client.cookies[COOKIE].value == "de"
    assert GERMAN in client.get(LOGIN).content.decode()
    choose(client, "en")
    assert ENGLISH in client.get(LOGIN).content.decode()


def test_the_cookie_is_for_pages_alone_and_is_kept_for_a_year(client: Client) -> None:
    choose(client, "de")

    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 60 * 60)
    client.post("/language/", {"language": "de"}, secure=True)
    assert client.cookies[COOKIE]["secure"]


def test_a_choice_of_somebody_who_is_signed_in_is_kept_with_the_account(alice: User, bob: User, signed_in: People) -> None:
    choose(signed_in(alice), "de")

    assert User.objects.get(pk=alice.pk).language == "de"
    assert User.objects.get(pk=bob.pk).language == ""


@pytest.mark.parametrize("word", ["", "fr", "xx", "DE", "de-AT", "../de", "de\r\nSet-Cookie: a=b", "d" * 1000])
def test_a_word_that_is_no_language_changes_nothing(word: str, alice: User, signed_in: People) -> None:
    client = signed_in(alice)

    assert choose(client, word) == "/"

    assert COOKIE not in client.cookies
    assert User.objects.get(pk=alice.pk).language == "en"  # That of the first sign-in.


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "x", "\\evil", "javascript:alert(1)", ""])
def test_a_choice_never_leads_to_another_site(client: Client, target: str) -> None:
    assert choose(client, "de", next=target) == "/"


@pytest.mark.parametrize(
    ("came", "expected"),
    [("http://testserver/teams/?a=b", "/teams/?a=b"), ("https://evil.example/teams/", ""), ("nonsense", ""), ("", "")],
)
def test_a_choice_below_the_answer_to_a_form_leads_to_the_page_of_the_form(
    came: str, expected: str, alice: User, signed_in: People
) -> None:
    """The address of the answer takes forms only."""
    client = signed_in(alice)

    answer = client.post("/teams/create/", {"name": ""}, headers={"Referer": came})

    assert answer.status_code == 422
    assert f'name="next" value="{expected}"' in answer.content.decode()
    assert client.get(choose(client, "de", next=expected), follow=True).status_code == 200


def test_signing_in_brings_the_language_of_the_account_to_a_new_browser(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="de")
    assert ENGLISH in client.get(LOGIN).content.decode()

    sign_in(client, alice)

    assert client.cookies[COOKIE].value == "de"
    assert "⟦Where you are signed in⟧" in client.get("/accounts/sessions/").content.decode()


def test_signing_in_puts_the_language_of_the_account_before_that_of_the_browser(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    choose(client, "de")

    sign_in(client, alice)

    assert client.get("/accounts/sessions/").headers["Content-Language"] == "en"


@pytest.mark.parametrize(("kept", "then"), [("", "de"), ("fr", "fr")])
def test_an_account_that_chose_none_or_one_that_is_gone_leaves_the_browser_as_it_is(
    kept: str, then: str, client: Client, alice: User
) -> None:
    User.objects.filter(pk=alice.pk).update(language=kept)
    choose(client, "de")

    sign_in(client, alice)

    assert client.get("/accounts/sessions/").headers["Content-Language"] == "de"
    assert User.objects.get(pk=alice.pk).language == then


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("de", "de"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("fr,de;q=0.5", "de"), ("en-GB,de;q=0.5", "en"), ("fr", "en"),
     ("", "en"), ("*", "en"), ("nonsense;;;q=x", "en")],
)  # fmt: skip
def test_without_a_choice_the_browser_is_followed(asked: str, expected: str, client: Client) -> None:
    response = client.get(LOGIN, headers={"Accept-Language": asked})

    assert response.headers["Content-Language"] == expected
    assert f'<html lang="{expected}">' in response.content.decode()
    assert COOKIE not in response.cookies


def test_a_choice_comes_before_what_the_browser_asks_for(client: Client) -> None:
    choose(client, "en")

    assert client.get(LOGIN, headers={"Accept-Language": "de"}).headers["Content-Language"] == "en"


@pytest.mark.parametrize("path", [LOGIN, "/", "/nowhere/", "/teams/"])
def test_pages_say_which_language_they_are_in_and_what_that_depends_on(path: str, client: Client) -> None:
    response = client.get(path, headers={"Accept-Language": "de"})

    assert response.headers["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= set(response.headers["Vary"].split(", "))


def test_what_is_no_page_is_the_same_in_every_language_so_caches_keep_one_of_it(client: Client) -> None:
    response = client.get(static("css/berth.css"), headers={"Accept-Language": "de"})
    response.close()

    assert response.status_code == 200
    assert "Content-Language" not in response.headers
    assert not {"Accept-Language", "Cookie"} & set(response.headers.get("Vary", "").split(", "))


def test_a_fault_is_told_in_the_language_of_the_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.models.Installation.this", lambda: 1 / 0)
    client.raise_request_exception = False

    response = client.get("/", headers={"Accept-Language": "de"})

    assert response.status_code == 500
    assert "⟦Berth ran into a fault⟧" in response.content.decode()
    assert '<html lang="de">' in response.content.decode()


@pytest.mark.parametrize("path", ["/api/nowhere/", "/api/v1/credentials"])
def test_machines_read_english_whatever_they_ask_for(path: str, client: Client) -> None:
    client.cookies[COOKIE] = "de"

    response = client.get(path, headers={"Accept-Language": "de", "Authorization": "Bearer nonsense"})

    assert response.status_code >= 400
    assert response.json()["detail"]
    assert "⟦" not in response.content.decode()
    assert response.headers.get("Content-Language", "en") == "en"


def test_two_people_who_ask_at_once_each_read_their_language(client: Client) -> None:
    """What one request chose is over when it is answered, also for the thread that answered it."""
    other = Client(headers={"Accept-Language": "de"})

    read = [one.get(LOGIN).headers["Content-Language"] for one in (client, other, client, other)]

    assert read == ["en", "de", "en", "de"]


def test_who_never_chose_has_the_language_of_their_first_sign_in(alice: User) -> None:
    typed = {"login": alice.email, "password": PASSWORD}
    Client(headers={"Accept-Language": "de"}).post(LOGIN, typed)
    other = Client(headers={"Accept-Language": "en"})

    answer = other.post(LOGIN, typed)

    assert User.objects.get(pk=alice.pk).language == "de"
    assert answer.cookies["berth-language"].value == "de"
