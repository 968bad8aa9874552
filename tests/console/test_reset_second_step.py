"""An operator takes off the second step of somebody who lost it."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console.models import Team, User, Verb
from tests.conftest import PASSWORD
from tests.second_step import code_of, give_code_app, give_passkey

LOGIN, LIST = "/accounts/login/", "/teams/northwind/containers/"


def signed_in_by_the_form(user: User) -> Client:
    client = Client()
    led_to = client.post(LOGIN, {"login": user.email, "password": PASSWORD}).headers["Location"]
    if led_to != "/":
        client.post(led_to, {"code": code_of()})
    return client


def test_a_second_step_is_taken_off_recorded_and_told(
    alice: User, bob: User, team: Team, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for person in (alice, bob):
        give_code_app(person)
    give_passkey(alice)
    before = signed_in_by_the_form(alice)
    assert before.get(LIST).status_code == 200

    call_command("reset_second_step", " ALICE@northwind.example")

    assert "signs in with the password alone now" in capsys.readouterr().out
    assert not alice.authenticator_set.exists()
    assert bob.has_second_step
    assert before.get(LIST).status_code == 302
    assert signed_in_by_the_form(alice).get(LIST).status_code == 200
    assert [(message.to, message.subject) for message in mail.outbox] == [
        ([alice.email], "Berth: Your second step is taken off")
    ]
    event = team.events.get(verb=Verb.SECOND_STEP_RESET)
    assert str(event) == "The operator took off the second step of alice@northwind.example"
    assert f"the second step of {alice.pk} was taken off by an operator" in caplog.text


def test_sessions_are_ended_before_the_head_of_a_record_is_taken(alice: User, team: Team) -> None:
    give_code_app(alice)
    signed_in_by_the_form(alice)

    with CaptureQueriesContext(connection) as asked:
        call_command("reset_second_step", alice.email)

    statements = [query["sql"] for query in asked]
    ended = max(index for index, sql in enumerate(statements) if 'DELETE FROM "usersessions' in sql)
    assert min(index for index, sql in enumerate(statements) if "console_head" in sql) > ended


def test_a_mail_that_cannot_be_sent_leaves_it_taken_off_and_is_said(
    alice: User, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ConnectionRefusedError

    give_code_app(alice)
    monkeypatch.setattr("console.mails.written", refuse)

    call_command("reset_second_step", alice.email)

    assert "could not be sent. Tell them." in capsys.readouterr().err
    assert not alice.has_second_step


@pytest.mark.parametrize(
    ("email", "said"),
    [("nobody@northwind.example", "Nobody has this address"), ("alice@northwind.example", "has no second step")],
)
def test_where_there_is_nothing_to_take_off_that_is_said(email: str, said: str, team: Team) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("reset_second_step", email)

    assert not team.events.filter(verb=Verb.SECOND_STEP_RESET).exists()
    assert mail.outbox == []
