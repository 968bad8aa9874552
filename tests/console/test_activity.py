"""The record of activity: only added to, which the database sees to; chained, so that changes show; dropped when old."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone, translation
from pytest_django import Settings

from console import append_only
from console.models import Cut, Event, Head, Role, Team, User, Verb, chain
from console.models.chain import faults
from console.sentences import Sentence, say
from tests.at_once import at_once
from tests.conftest import PASSWORD

People = Callable[[User], Client]


def happen(team: Team, by: User, count: int = 3) -> list[Event]:
    return [Event.record(team, Verb.INVITED, f"guest-{number}@example.com", by=by) for number in range(count)]


def sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def unguarded() -> Iterator[None]:
    """As whoever owns the tables could: without the triggers."""
    append_only.lift()
    yield
    append_only.guard()


@pytest.fixture
def old_team(alice: User) -> Team:
    """A team of 500 days, in which nothing happened since its first day."""
    with time_machine.travel(timezone.now() - timedelta(days=500), tick=False):
        team = Team.objects.found("Harbour", by=alice)
        happen(team, alice)
    return team


def found(team: Team) -> list[tuple[int, str]]:
    return [(fault.number, fault.sentence) for fault in faults(team.pk)]


# Only added to ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [
    "UPDATE console_event SET subject = 'nobody'",
    "UPDATE console_event SET number = number",
    "DELETE FROM console_event",
    "UPDATE console_cut SET number = 99",
    "DELETE FROM console_cut",
])  # fmt: skip
def test_the_database_refuses_to_change_or_delete_a_row(old_team: Team, alice: User, statement: str) -> None:
    happen(old_team, alice)
    before = list(Event.objects.order_by("pk").values())
    assert before
    assert Cut.objects.exists()

    with pytest.raises(DatabaseError, match="only added to"):
        sql(statement)

    assert list(Event.objects.order_by("pk").values()) == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such statement.")
def test_the_database_refuses_to_empty_the_table(team: Team, alice: User) -> None:
    happen(team, alice)

    with pytest.raises(DatabaseError, match="only added to"):
        sql("TRUNCATE console_event")


def test_no_cut_makes_way_for_deleting_what_is_young(team: Team, alice: User) -> None:
    last = happen(team, alice)[-1]

    with pytest.raises(DatabaseError, match="only added to"):
        Cut.objects.create(team_id=team.pk, number=last.number, digest=last.digest)


def test_the_models_cannot_do_what_the_database_refuses(team: Team, alice: User) -> None:
    event = happen(team, alice)[0]

    for change in (event.delete, event.save, Event.objects.all().delete, lambda: Event.objects.update(who="Nobody")):
        with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
            change()


def test_triggers_that_are_lost_are_missed_and_come_back_with_the_next_start(db: None) -> None:
    append_only.lift()
    with pytest.raises(CommandError, match="lets rows be changed: its trigger console_event_no_update is missing"):
        call_command("verify_activity")

    append_only.guard()

    assert append_only.lacking() == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no such statement.")
@pytest.mark.parametrize("table", ["console_event", "console_cut"])
@pytest.mark.parametrize("same", ["id", "number"])
def test_replacing_a_row_is_refused(old_team: Team, alice: User, table: str, same: str) -> None:
    happen(old_team, alice)
    assert Cut.objects.exists()
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    other = {"id": "number = number + 1000", "number": "id = id + 1000"}[same]
    taken = [other.partition(" = ")[2] if column == other.split()[0] else f'"{column}"' for column in columns]
    before = list(Event.objects.order_by("pk").values()), list(Cut.objects.order_by("pk").values())

    for statement in ("REPLACE", "INSERT OR REPLACE"):
        with pytest.raises(DatabaseError, match="only added to"):
            sql(f"{statement} INTO {table} SELECT {', '.join(taken)} FROM {table} ORDER BY id DESC LIMIT 1")

    assert (list(Event.objects.order_by("pk").values()), list(Cut.objects.order_by("pk").values())) == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's triggers have functions.")
def test_a_trigger_that_only_has_the_name_of_one_is_found_and_made_anew(team: Team, alice: User) -> None:
    happen(team, alice)
    sql("DROP TRIGGER console_event_no_update")
    sql("CREATE TRIGGER console_event_no_update BEFORE UPDATE ON console_event WHEN 0 BEGIN SELECT 1; END")

    assert append_only.lacking() == ["console_event_no_update"]

    append_only.guard()
    assert append_only.lacking() == []
    with pytest.raises(DatabaseError, match="only added to"):
        sql("UPDATE console_event SET subject = 'nobody'")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no functions of its own.")
@pytest.mark.parametrize("statement", [
    "CREATE OR REPLACE FUNCTION console_refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
    "ALTER TABLE console_event DISABLE TRIGGER console_event_no_update",
    """CREATE OR REPLACE TRIGGER console_event_no_update BEFORE UPDATE ON console_event FOR EACH ROW WHEN (false)
    EXECUTE FUNCTION console_refuse()""",
], ids=["function", "switched off", "never"])  # fmt: skip
def test_a_trigger_that_does_nothing_any_more_is_found_and_made_anew(team: Team, alice: User, statement: str) -> None:
    happen(team, alice)
    sql(statement)

    assert "console_event_no_update" in append_only.lacking()

    append_only.guard()
    assert append_only.lacking() == []
    with pytest.raises(DatabaseError, match="only added to"):
        sql("UPDATE console_event SET subject = 'nobody'")


def test_a_team_goes_and_what_happened_in_it_stays(team: Team, alice: User) -> None:
    gone = Team(pk=team.pk)
    happen(team, alice)

    team.remove(by=alice)

    last = Event.objects.select_related("team").order_by("-number").first()
    assert last is not None
    assert (str(last), last.team, found(gone)) == ("Alice Andersen deleted the team Northwind", None, [])


# Who, from where --------------------------------------------------------------------------------------------------------


def test_a_row_tells_who_did_what_from_where_and_when(team: Team, alice: User) -> None:
    visitor = Client(REMOTE_ADDR="2001:DB8::0001")

    visitor.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})

    event = team.events.get(verb=Verb.SIGNED_IN)
    assert (str(event), event.login, event.address) == ("Alice Andersen signed in", alice.email, "2001:db8::1")
    assert (event.detail, str(event.source.label)) == ("With a password.", "People")
    assert timezone.now() - event.at < timedelta(minutes=1)


def test_a_sign_in_stands_in_each_team_of_the_person(team: Team, alice: User, signed_in: People) -> None:
    other = Team.objects.found("Contoso", by=alice)

    Client().post("/accounts/login/", {"login": alice.email, "password": PASSWORD})

    assert [str(event.team) for event in Event.objects.filter(verb=Verb.SIGNED_IN).order_by("team__name")] == [
        str(other), "Northwind",
    ]  # fmt: skip


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "fe80::1%eth0", "::1.2.3.4"])
def test_however_an_address_is_written_the_chain_holds(team: Team, alice: User, address: str) -> None:
    Client(REMOTE_ADDR=address).post("/accounts/login/", {"login": alice.email, "password": PASSWORD})

    assert team.events.filter(verb=Verb.SIGNED_IN).count() == 1
    assert found(team) == []


def test_a_name_does_not_change_what_was_recorded(team: Team, alice: User) -> None:
    happen(team, alice, 1)

    User.objects.filter(pk=alice.pk).update(name="Mallory")

    assert next(event.who for event in team.events.all()) == "Alice Andersen"


# The chain --------------------------------------------------------------------------------------------------------------


def test_an_untouched_record_is_found_whole(team: Team, alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    happen(team, alice)

    call_command("verify_activity")

    told = capsys.readouterr()
    head = Head.objects.get(pk=team.pk)
    assert told.out == f"{team.pk} {head.number} {head.digest}\n"
    assert told.err.strip() == "The activity of 1 team is as it was recorded."


COLUMNS = [
    ("who", "'Nobody'"), ("login", "'nobody@example.com'"), ("subject", "'x'"), ("about", "'x'"), ("detail", "'x'"),
    ("verb", "'person:member:remove'"), ("address", "'10.9.9.9'"), ("at", "'2026-01-01 00:00:00'"), ("by_id", "NULL"),
    ("said", "'{}'"), ("previous", "'00'"), ("digest", "'00'"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), COLUMNS, ids=[column for column, _ in COLUMNS])
def test_whichever_column_is_altered_its_row_is_found(team: Team, alice: User, column: str, value: str) -> None:
    event = happen(team, alice)[1]

    with unguarded():
        sql(f"UPDATE console_event SET {column} = {value} WHERE id = %s", event.pk)

    assert event.number in [number for number, _ in found(team)]
    with pytest.raises(CommandError, match=f"{team.pk} {event.number}: "):
        call_command("verify_activity")


def test_every_column_is_part_of_the_chain_or_is_the_chain() -> None:
    concrete = {field.column for field in Event._meta.concrete_fields}

    assert concrete - {column for column, _ in COLUMNS} == {"id", "team_id", "number"}


def test_rows_that_are_taken_out_are_missed(team: Team, alice: User) -> None:
    events = happen(team, alice, 6)
    first = events[0].number

    with unguarded():
        sql("DELETE FROM console_event WHERE number IN (%s, %s)", first + 1, first + 2)
        sql("DELETE FROM console_event WHERE number = %s", first + 5)

    assert found(team) == [
        (first + 1, f"The rows {first + 1} to {first + 2} are missing."),
        (first + 5, "This row is missing."),
    ]


def test_a_row_of_another_team_does_not_fit(team: Team, alice: User, charlie: User) -> None:
    other = charlie.memberships.get().team if charlie.memberships.exists() else Team.objects.found("Other", by=charlie)
    happen(team, alice, 1)
    strange = happen(other, charlie, 1)[0]

    with unguarded():
        sql("UPDATE console_event SET team_id = %s, number = 99 WHERE id = %s", _stored(team.pk), strange.pk)

    assert 99 in [number for number, _ in found(team)]
    assert found(other) != []


def _stored(pk: Any) -> str:
    return str(pk) if connection.vendor == "postgresql" else pk.hex


def test_a_chain_that_was_written_anew_is_found_by_a_head_noted_elsewhere(
    team: Team, alice: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    happen(team, alice)
    call_command("verify_activity")
    (tmp_path / "heads").write_text(capsys.readouterr().out)
    call_command("verify_activity", against=tmp_path / "heads")
    number = Head.objects.get(pk=team.pk).number

    with unguarded():
        sql("DELETE FROM console_event")
        sql("DELETE FROM console_head")
        happen(team, alice, number + 1)

    assert found(team) == []
    with pytest.raises(CommandError, match="written anew"):
        call_command("verify_activity", against=tmp_path / "heads")


@pytest.mark.parametrize("text", ["nonsense", "a b c", "team 3 abc", b"\xff\xfe"])
def test_a_file_of_something_else_is_refused_in_words(db: None, tmp_path: Path, text: str | bytes) -> None:
    (tmp_path / "heads").write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(CommandError, match="does not hold the lines that this command prints"):
        call_command("verify_activity", against=tmp_path / "heads")


@pytest.mark.django_db(transaction=True)
def test_rows_that_come_at_once_stand_in_one_chain(team: Team, alice: User) -> None:
    before = team.events.count()

    at_once(16, lambda number: str(Event.record(team, Verb.INVITED, f"guest-{number}@example.com", by=alice)))

    assert [event.number for event in team.events.order_by("number")] == list(range(1, before + 17))
    assert found(team) == []


def test_a_change_that_fails_leaves_no_row(team: Team, alice: User) -> None:
    before = team.events.count()

    with transaction.atomic():
        happen(team, alice)
        transaction.set_rollback(True)

    assert (team.events.count(), found(team)) == (before, [])


# Retention --------------------------------------------------------------------------------------------------------------


def test_what_is_older_than_activity_is_kept_goes_and_the_chain_still_holds(
    old_team: Team, alice: User, settings: Settings
) -> None:
    settings.BERTH_ACTIVITY_DAYS = 100
    for days in (200, 99):
        with time_machine.travel(timezone.now() - timedelta(days=days), tick=False):
            happen(old_team, alice, 2)

    happen(old_team, alice, 1)

    ages = [(timezone.now() - event.at).days for event in old_team.events.order_by("number")]
    assert ages == [99, 99, 0]
    assert found(old_team) == []
    call_command("verify_activity")


def test_a_start_drops_what_is_old_of_teams_in_which_nothing_happens(old_team: Team, alice: User) -> None:
    gone = Team(pk=old_team.pk)
    old_team.delete()

    call_command("migrate", verbosity=0)

    assert not gone.events.exists()
    assert found(gone) == []


def test_a_row_of_no_team_is_told_and_keeps_no_start_from_dropping_what_is_old(
    old_team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    stray = old_team.events.order_by("number")[1]
    stray.pk, stray.team_id = None, None  # As only SQL could put it in.
    stray.save(force_insert=True)

    call_command("migrate", verbosity=0)

    assert list(Event.objects.all()) == [stray]
    assert "Activity of the team None older than 400 days stays" in caplog.text
    with pytest.raises(CommandError, match=r"^1 row belongs to no team, as none of Berth’s does\.$"):
        call_command("verify_activity")


def test_a_row_put_in_where_rows_were_dropped_is_found(old_team: Team, alice: User) -> None:
    old = old_team.events.order_by("number")[1]
    happen(old_team, alice, 1)
    assert not old_team.events.filter(pk=old.pk).exists()

    old.pk = None
    old.save(force_insert=True)

    assert found(old_team) == [(old.number, "This row stands where rows were dropped.")]


def test_a_day_that_begins_drops_nothing_while_a_younger_row_stands_before(
    team: Team, alice: User, settings: Settings
) -> None:
    """A clock that went back must not make a hole in the chain."""
    with time_machine.travel(timezone.now() - timedelta(days=500), tick=False):
        happen(team, alice)
    before = team.events.count()

    happen(team, alice, 1)

    assert (team.events.count(), found(team)) == (before + 1, [])


# Details that are sentences ----------------------------------------------------------------------------------------------


def test_what_a_row_says_in_other_languages_stands_beside_its_english(team: Team, alice: User) -> None:
    sentence = say("As {role}, until {end}.", role=Role.ADMIN.with_article, end=date(2026, 11, 24))
    event = Event.record(team, Verb.INVITED, "bob@b.example", by=alice, detail=sentence)

    read = Event.objects.get(pk=event.pk)

    assert read.detail == "As an admin, until 24 Nov 2026."
    assert isinstance(read.told_detail, Sentence)
    assert (read.told_detail, read.told_subject) == (read.detail, "bob@b.example")
    with translation.override("de"):
        assert chain.told(read)["detail"] == read.detail
        assert chain.digest(read) == event.digest
    assert found(team) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("an admin", "a member"), ("As {role}.", "{role}"), ('"say": "As', '"english": "As an admin.", "say": "As')],
)
def test_a_row_whose_other_languages_were_altered_is_found(team: Team, alice: User, old: str, new: str) -> None:
    event = Event.record(team, Verb.JOINED, "", by=alice, detail=say("As {role}.", role=Role.ADMIN.with_article))
    with unguarded():
        sql("UPDATE console_event SET said = replace(said, %s, %s) WHERE id = %s", old, new, event.pk)

    assert found(team) == [(event.number, "This row was altered.")]


def test_a_long_detail_is_cut_in_english(team: Team, alice: User) -> None:
    long = say("It was called {name}.", name="a" * 490)

    event = Event.record(team, Verb.CONNECTION_RENAMED, "web", by=alice, detail=long)

    assert len(event.detail) == 500
    assert event.told_detail == long
    assert found(team) == []


@pytest.mark.django_db(transaction=True)
def test_rows_of_before_stay_as_they_are_and_are_guarded_again(team: Team, alice: User) -> None:
    happen(team, alice, 1)
    call_command("migrate", "console", "0012", verbosity=0)
    assert append_only.lacking() == []

    call_command("migrate", verbosity=0)

    assert append_only.lacking() == []
    assert found(team) == []
    with pytest.raises(DatabaseError, match="only added to"):
        sql("UPDATE console_event SET detail = 'Another one.'")
