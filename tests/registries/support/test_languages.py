"""The admin in the language of whoever reads it: the names of things, and what staff do; English in what is kept."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from console.models import Event, Verb
from registries.models import Connection
from tests.lab.messages import gathered


@pytest.fixture(autouse=True)
def german(settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]


@pytest.fixture
def deutsch(acting: Client) -> Client:
    acting.cookies["berth-language"] = "de"
    return acting


def test_every_name_of_a_model_and_of_a_column_that_is_shown_is_in_the_catalogue() -> None:
    known = {message.id for message in gathered()}

    for model, made in admin.site._registry.items():
        columns = {column.name: str(column.verbose_name) for column in (*model._meta.fields, *model._meta.many_to_many)}
        shown = {*made.list_display, *(made.fields or ())} - {"last_login"}  # That is Django's own.
        named = {columns[str(name)] for name in shown if name in columns}
        assert {str(model._meta.verbose_name), str(model._meta.verbose_name_plural), *named} <= known, model


def test_a_list_and_a_page_are_in_german(deutsch: Client, connection: Connection, page_of: str) -> None:
    Connection.bare.update(outcome="sign_in_refused", outcome_since=connection.created_at)

    listed = deutsch.get(reverse("admin:registries_connection_changelist")).content.decode()
    shown = deutsch.get(page_of).content.decode()

    assert '<html lang="de"' in listed
    for said in ("Verbindung", "Ergebnis", "Adresse", "Zustand"):
        assert said in listed, said
    for said in ("Der letzte Test", "Was Sie tun dürfen", "Pausieren", "Zweck"):
        assert said in shown, said


def test_what_staff_do_is_answered_in_german_and_logged_in_english(deutsch: Client, connection: Connection) -> None:
    url = reverse("admin:registries_connection_act", args=[connection.pk, "pause"])
    asked = deutsch.get(url).content.decode()

    answer = deutsch.post(url, {"reason": "Ticket 4711"}, follow=True).content.decode()

    assert "web wird nicht mehr ausgegeben" in asked
    assert "Pausiert: web." in answer
    assert "Pause. Ticket 4711" in LogEntry.objects.get().change_message
    assert Event.objects.get(verb=Verb.STAFF_PAUSED).detail == "Ticket 4711"


def test_what_a_look_is_at_is_kept_in_english(deutsch: Client, connection: Connection, page_of: str) -> None:
    deutsch.get(page_of)

    assert Event.objects.get(verb=Verb.STAFF_LOOKED).subject == "the registry web"


def test_a_list_of_one_team_alone_is_kept_in_english(deutsch: Client, connection: Connection) -> None:
    deutsch.get(reverse("admin:registries_connection_changelist"))

    assert Event.objects.get(verb=Verb.STAFF_LOOKED).subject == "a list of connections"


def test_the_language_is_chosen_below_every_page(deutsch: Client) -> None:
    page = deutsch.get(reverse("admin:index")).content.decode()

    assert page.index('id="footer"') < page.index('value="en"')
    assert 'aria-current="true">Deutsch' in page
