"""Mails: what causes each, and that both of its parts say the same, lead home, fetch nothing and betray nothing."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings as berth
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone, translation
from django.utils.html import escape, strip_tags
from pytest_django import Settings

from console import mails
from console.devices import in_words
from console.models import Team, User
from console.second_step.resetting import told
from tests.conftest import PASSWORD
from tests.second_step import was_asked_again
from tests.unsaid import in_brackets, unsaid

ROOT = Path(__file__).parents[2] / "templates"
NEW = "another long passphrase"
HOME = "http://127.0.0.1:8000/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MARK = "<img src=https://evil.example/>"
HOSTILE = f"{MARK} & Sons\r\nBcc: all@northwind.example\n\nOpen this link:\nhttps://evil.example/"
ONE_LINE = " ".join(HOSTILE.split())


# How each is caused -----------------------------------------------------------------------------------------------------


def alices() -> Client:
    """Return a client of alice, who signed in with her password; its requests come as Firefox's, from an address."""
    client = Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="203.0.113.7")
    assert client.post("/accounts/login/", {"login": "alice@northwind.example", "password": PASSWORD}).status_code == 302
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


def path_in(message: EmailMultiAlternatives) -> str:
    found = re.search(rf"^{HOME}(\S+)$", str(message.body), re.MULTILINE)
    assert found, message.body
    return f"/{found[1]}"


def ask_for_a_new_password() -> None:
    Client().post("/accounts/password/reset/", {"email": "alice@northwind.example"}, headers={"Host": "localhost"})


def set_it_by_the_link() -> None:
    ask_for_a_new_password()
    client = Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="203.0.113.7")
    form = client.get(path_in(last()), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})


def change_the_password() -> None:
    alices().post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})


def set_a_first_password() -> None:
    client = alices()
    alice = User.objects.get(email="alice@northwind.example")
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    was_asked_again(client, alice)
    client.post("/accounts/password/set/", {"password1": NEW, "password2": NEW})


def ask_for_another_address() -> Client:
    client = alices()
    client.post("/accounts/email/", {"email": "alice@new.example", "action_add": ""}, headers={"Host": "localhost"})
    return client


def confirm_it() -> None:
    client = ask_for_another_address()
    client.post(path_in(last()))


def cancel_it() -> None:
    ask_for_another_address().post("/accounts/email/", {"email": "alice@new.example", "action_remove": ""})


def invite_somebody() -> None:
    alices().post("/teams/northwind/members/invite/", {"emails": "nina@northwind.example", "role": "admin"})


def ask_for_a_second_step() -> None:
    nina = User.objects.create_user("nina@northwind.example", PASSWORD, name="Nina")
    Team.objects.get(slug="northwind").memberships.create(user=nina)
    alices().post(f"/teams/northwind/members/{nina.pk}/ask/")


def use_an_address_twice() -> None:
    """No page of ours does: sign-up is closed. allauth would, wherever else it makes accounts."""
    get_adapter().send_account_already_exists_mail("alice@northwind.example")


class Row(NamedTuple):
    prefix: str
    cause: Callable[[], object]
    to: str
    subject: str
    sentence: str
    links: int = 1


ALICE = "alice@northwind.example"
ROWS = [
    Row("account/email/password_reset_key", ask_for_a_new_password, ALICE,
        "Choose a new password", "Somebody, most likely you, asked for a new password for alice@northwind.example."),
    Row("account/email/password_reset", set_it_by_the_link, ALICE,
        "The password is changed", "was changed through a link in a mail."),
    Row("account/email/password_changed", change_the_password, ALICE,
        "The password is changed", "The password of your account alice@northwind.example was changed."),
    Row("account/email/password_set", set_a_first_password, ALICE,
        "A password is set", "A password was set for your account alice@northwind.example."),
    Row("account/email/email_confirmation", ask_for_another_address, "alice@new.example",
        "Confirm your email address", "wants to sign in to Berth with alice@new.example."),
    Row("account/email/email_changed", confirm_it, ALICE, "The email address is changed",
        "You sign in with alice@new.example now, and no longer with alice@northwind.example.", links=0),
    Row("account/email/email_deleted", cancel_it, ALICE,
        "An email address is removed", "alice@new.example is removed from your account."),
    Row("account/email/account_already_exists", use_an_address_twice, ALICE,
        "This address has an account", "Somebody wanted to use alice@northwind.example for another account"),
    Row("console/email/invitation", invite_somebody, "nina@northwind.example",
        "Join Northwind at Berth", "Alice Andersen invites you to Northwind, as an admin."),
    Row("console/email/second_step", ask_for_a_second_step, "nina@northwind.example",
        "Set up a second step for Northwind", "Alice Andersen asks you to set up a second step at sign-in"),
]  # fmt: skip
ABOUT_AN_ACCOUNT = ("password_reset", "password_changed", "password_set", "email_changed", "email_deleted")
every_mail = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.prefix)


def last() -> EmailMultiAlternatives:
    message = mail.outbox[-1]
    assert isinstance(message, EmailMultiAlternatives)
    return message


def html_of(message: EmailMultiAlternatives) -> str:
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return str(html)


def body_of(html: str) -> str:
    """Return what is read of the HTML part: without its head, and without the name on top."""
    return words(html.partition("<body>")[2]).removeprefix("Berth ")


def words(html: str) -> str:
    return " ".join(unescape(strip_tags(html.replace("<br>", " "))).split())


@pytest.fixture(autouse=True)
def northwind(team: Team) -> Team:
    return team


# What holds for each ----------------------------------------------------------------------------------------------------


@every_mail
def test_it_reaches_whom_it_is_for_with_one_line_that_says_what_it_is_about(row: Row) -> None:
    row.cause()

    assert (last().to, last().subject) == ([row.to], f"Berth: {row.subject}")
    assert last().from_email == berth.DEFAULT_FROM_EMAIL
    assert row.sentence in last().body


@every_mail
def test_both_parts_say_the_same(row: Row) -> None:
    row.cause()

    text, html = str(last().body), html_of(last())
    assert last().message().get_content_type() == "multipart/alternative"
    # In the text a colon stands between what a link does and the address, and a button has none.
    assert body_of(html) == " ".join(re.sub(r":\n(?=http)", "\n", text).split())


@every_mail
def test_both_parts_have_the_same_links_and_they_lead_home(row: Row) -> None:
    row.cause()

    in_text = re.findall(r"\w+://\S+", str(last().body))
    in_html = re.findall(r'href="([^"]*)"', html_of(last()))
    assert len(in_text) == row.links
    assert set(map(unescape, in_html)) == set(in_text)
    assert all(link.startswith(HOME) for link in in_text)
    # Each link is a button, and is spelled out below it.
    assert html_of(last()).count('class="button"') == row.links
    assert all(f">{escape(link)}</a>" in html_of(last()) for link in in_text)


@every_mail
def test_the_html_fetches_nothing_and_runs_nothing(row: Row) -> None:
    row.cause()

    html = html_of(last())
    assert re.findall(r"(?i)\bsrc|url\(|@import|<link|<script|<img|<form|\son\w+=|javascript:|cid:|data:", html) == []
    assert html.count("<style>") == 1
    assert {address for address in re.findall(r"\w+://[^\s\"<]+", html) if not address.startswith(HOME)} == set()


@every_mail
def test_no_password_and_no_session_is_in_it(row: Row) -> None:
    row.cause()

    for part in (str(last().message()), str(last().body), html_of(last())):
        assert PASSWORD not in part
        assert NEW not in part
    from django.contrib.sessions.models import Session

    for key in Session.objects.values_list("session_key", flat=True):
        assert key not in str(last().message())


@pytest.mark.parametrize("row", [row for row in ROWS if "invitation" not in row.prefix], ids=lambda row: row.prefix)
def test_without_a_mail_server_it_is_printed(row: Row, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """But for an invitation, whose link the page shows; see `test_invitations`."""
    row.cause()
    sent = last()
    settings.EMAIL_BACKEND = berth_as_it_comes()

    mail.get_connection().send_messages([sent])

    printed = capsys.readouterr().out
    assert f"Subject: Berth: {row.subject}" in printed
    assert row.sentence in " ".join(printed.split())
    for link in re.findall(rf"{HOME}\S+", str(sent.body)):
        assert link in printed


def berth_as_it_comes() -> str:
    from console import settings as ours

    backend: str = ours.EMAIL_BACKEND
    assert backend == "django.core.mail.backends.console.EmailBackend"
    return backend


@every_mail
def test_hostile_names_are_shown_as_they_are_on_one_line(row: Row, team: Team, alice: User) -> None:
    team_names = Team.objects.filter(pk=team.pk)
    User.objects.filter(pk=alice.pk).update(name=HOSTILE[:100])
    team_names.update(name=HOSTILE[:80])

    row.cause()

    html = html_of(last())
    assert "<img" not in html
    assert "evil.example" not in "".join(re.findall(r'href="([^"]*)"', html))
    assert not re.search(r"(?m)^(Bcc|https://evil|Open this)", str(last().body))
    assert set(last().message().keys()) == {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID",
    }  # fmt: skip
    assert "\n" not in last().subject
    if "{{ user" in source(row.prefix) or "invitation" in row.prefix:
        assert ONE_LINE[:60] in str(last().body)
        assert escape(ONE_LINE[:40]) in html


def source(prefix: str) -> str:
    return (ROOT / f"{prefix}_message.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", [row for row in ROWS if row.prefix.endswith(ABOUT_AN_ACCOUNT)], ids=lambda row: row.prefix)
def test_what_happened_to_an_account_says_when_from_where_and_what_to_do(row: Row) -> None:
    row.cause()

    assert re.search(r"(?m)^When: \d+ \w{3} 20\d\d \d\d:\d\d UTC$", str(last().body))
    assert ("From: 203.0.113.7\nWith: Firefox on Linux\n" in last().body) or row.cause is set_a_first_password
    assert "If that was not you, " in last().body
    assert "tell whoever runs Berth" in last().body


# Whose language it is in -------------------------------------------------------------------------------------------------


@pytest.fixture
def brackets(settings: Settings) -> Iterator[None]:
    """Have a language beside English that says each message in brackets."""
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    with in_brackets():
        yield


@pytest.mark.parametrize("row", [row for row in ROWS if row.to != "nina@northwind.example"], ids=lambda row: row.prefix)
def test_it_is_in_the_language_of_the_account_that_it_is_about(row: Row, alice: User, brackets: None) -> None:
    User.objects.filter(pk=alice.pk).update(language="de")

    with in_english_pages():
        row.cause()

    assert last().subject == f"Berth: ⟦{row.subject}⟧"
    assert '<html lang="de">' in html_of(last())
    assert unsaid(html_of(last()), (*re.findall(r"\w+://\S+", str(last().body)), "Berth: ", "Berth")) == []
    assert translation.get_language() == "en"


@contextmanager
def in_english_pages() -> Iterator[None]:
    """Answer everybody in English, whatever their account has, as another person or a support page would be."""
    with patch("console.languages.bring"):
        yield


@every_mail
def test_who_chose_english_reads_english_though_a_page_is_answered_in_another_language(
    row: Row, alice: User, brackets: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_german_pages(monkeypatch)
    User.objects.filter(pk=alice.pk).update(language="en")
    if "invitation" in row.prefix:
        User.objects.create_user(row.to, PASSWORD)

    row.cause()

    assert last().subject == f"Berth: {row.subject}"
    assert '<html lang="en">' in html_of(last())
    assert "⟦" not in str(last().body) + html_of(last())


def in_german_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.languages.bring", lambda *args: None)
    monkeypatch.setattr(translation, "get_language_from_request", lambda request: "de")


def test_an_invitation_to_nobody_s_address_is_in_the_language_of_whoever_invites(
    brackets: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_german_pages(monkeypatch)

    invite_somebody()

    assert last().subject == "Berth: ⟦Join Northwind at Berth⟧"


def test_an_invitation_to_the_address_of_an_account_is_in_its_language(brackets: None) -> None:
    User.objects.create_user("nina@northwind.example", PASSWORD, language="de")

    invite_somebody()

    assert last().subject == "Berth: ⟦Join Northwind at Berth⟧"


def test_an_address_that_is_not_confirmed_says_nothing_about_whose_language_it_is(alice: User, brackets: None) -> None:
    User.objects.filter(pk=alice.pk).update(language="de")
    EmailAddress.objects.create(user=alice, email="nina@northwind.example", verified=False)

    with in_english_pages():
        invite_somebody()

    assert last().subject == "Berth: Join Northwind at Berth"


@pytest.mark.parametrize(("kept", "expected"), [("de", "⟦{}⟧"), ("en", "{}"), ("", "{}"), ("fr", "{}")])
def test_what_an_operator_does_is_mailed_in_the_language_of_the_person(
    kept: str, expected: str, alice: User, brackets: None
) -> None:
    """Who chose none, or one that is gone, reads that of the house."""
    alice.language = kept

    with translation.override("de"):
        assert told(alice)

    assert last().subject == f"Berth: {expected.format('Your second step is taken off')}"


# What holds for all templates, also those that no row is about -----------------------------------------------------------


TEMPLATES = sorted(path.relative_to(ROOT).as_posix().removesuffix("_message.txt") for path in ROOT.glob("**/*_message.txt"))


def test_every_mail_of_an_account_and_of_the_house_has_a_row() -> None:
    ours = {prefix for prefix in TEMPLATES if prefix.startswith(("account/", "console/")) and "/base" not in prefix}

    assert ours == {row.prefix for row in ROWS}


@pytest.mark.parametrize("prefix", [prefix for prefix in TEMPLATES if "/base" not in prefix])
def test_whatever_is_filled_in_both_parts_are_made_of_one_template(prefix: str, alice: User) -> None:
    filled = dict.fromkeys(re.findall(r"{{ (\w+)", source(prefix)), MARK)
    links = dict.fromkeys(re.findall(r"\w*url", source(prefix) + "password_url"), f"{HOME}link/")
    facts = {"timestamp": timezone.now(), "ip": "203.0.113.7", "user_agent": MARK, "user": alice}

    message = mails.written(prefix, ALICE, {**filled, **links, **facts})

    html = html_of(message)
    assert "<img" not in html
    assert "{%" not in html
    assert body_of(html) == " ".join(re.sub(r":\n(?=http)", "\n", str(message.body)).split())
    assert message.subject.startswith("Berth: ")


# Devices, faults --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0 Safari/537 Edg/144",
         "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26 Safari/605",
         "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 CriOS/144 Mobile/15E148 Safari/604.1",
         "Chrome on iPhone"),
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Mobile Safari/537.36",
         "Chrome on Android"),
        ("Linux; call +1 555 0100", "A browser on Linux"),
        ("curl/8.14.1", "An unknown program"),
        (MARK, "An unknown program"),
        ("", "An unknown program"),
    ],
)  # fmt: skip
def test_a_device_is_named_and_nothing_of_what_it_claims_is_quoted(user_agent: str, expected: str) -> None:
    assert in_words(user_agent) == expected


@pytest.mark.parametrize(
    ("cause", "holds"),
    [
        (change_the_password, lambda alice: alice.check_password(NEW)),
        (ask_for_a_new_password, lambda alice: alice.check_password(PASSWORD)),
    ],
    ids=["told afterwards", "asked for"],
)
def test_a_mail_server_that_fails_hides_nothing_that_was_done_and_shows_nobody(
    cause: Callable[[], None],
    holds: Callable[[User], bool],
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*args: object, **details: object) -> None:
        raise ConnectionRefusedError(ALICE)

    monkeypatch.setattr(mail.EmailMessage, "send", fail)

    cause()

    assert holds(User.objects.get(pk=alice.pk))
    assert "a mail could not be sent: ConnectionRefusedError" in caplog.text
    assert ALICE not in caplog.text
