"""
The database's own guard over the record of activity: triggers that refuse to change or delete a row.

A row may go only where a cut was made, and no cut is made over rows younger than MOST_RECENT days: so retention works, and
whoever gets hold of a SQL prompt needs more than one statement. They are looked after at each start, since SQLite loses a
table's triggers when a migration builds it anew. By its name alone no trigger is known: an empty one may have it, or its
function another body. Source: security page, 3.4 and P8.
"""

from typing import Any

from django.db import connections, transaction

MOST_RECENT = 30
"""Days within which no row may be dropped, whatever the retention says."""

REFUSAL = "The record of activity is only added to."

_COVERED = "EXISTS (SELECT 1 FROM console_cut c WHERE c.team_id = OLD.team_id AND c.number >= OLD.number)"
_YOUNG = "SELECT 1 FROM console_event e WHERE e.team_id = NEW.team_id AND e.number <= NEW.number AND e.at > "


def _taken(table: str) -> str:
    by_number = f"SELECT 1 FROM {table} t WHERE t.team_id = NEW.team_id AND t.number = NEW.number"  # noqa: S608  # Two names of ours.
    return f"(EXISTS (SELECT 1 FROM {table} t WHERE t.id = NEW.id) OR EXISTS ({by_number}))"  # noqa: S608


SQLITE = {
    "console_event_no_update": f"BEFORE UPDATE ON console_event BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "console_event_no_delete": f"""BEFORE DELETE ON console_event WHEN NOT {_COVERED}
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    # REPLACE deletes what is in its way, and SQLite calls no trigger on deletion for that.
    "console_event_no_replace": f"""BEFORE INSERT ON console_event WHEN {_taken("console_event")}
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    "console_cut_no_replace": f"""BEFORE INSERT ON console_cut WHEN {_taken("console_cut")}
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    "console_cut_no_update": f"BEFORE UPDATE ON console_cut BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "console_cut_no_delete": f"BEFORE DELETE ON console_cut BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "console_cut_no_young": f"""BEFORE INSERT ON console_cut
        WHEN EXISTS ({_YOUNG} datetime('now', '-{MOST_RECENT} days')) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
}
POSTGRESQL = {
    "console_event_no_update": "BEFORE UPDATE ON console_event FOR EACH ROW EXECUTE FUNCTION console_refuse()",
    "console_event_no_delete": "BEFORE DELETE ON console_event FOR EACH ROW EXECUTE FUNCTION console_refuse_uncut()",
    "console_event_no_truncate": "BEFORE TRUNCATE ON console_event FOR EACH STATEMENT EXECUTE FUNCTION console_refuse()",
    "console_cut_no_change": "BEFORE DELETE OR UPDATE ON console_cut FOR EACH ROW EXECUTE FUNCTION console_refuse()",
    "console_cut_no_truncate": "BEFORE TRUNCATE ON console_cut FOR EACH STATEMENT EXECUTE FUNCTION console_refuse()",
    "console_cut_no_young": "BEFORE INSERT ON console_cut FOR EACH ROW EXECUTE FUNCTION console_refuse_young()",
}
POSTGRESQL_FUNCTIONS = {
    "console_refuse()": f"BEGIN RAISE EXCEPTION '{REFUSAL}'; END",
    "console_refuse_uncut()": f"BEGIN IF {_COVERED} THEN RETURN OLD; END IF; RAISE EXCEPTION '{REFUSAL}'; END",
    "console_refuse_young()": f"""BEGIN IF EXISTS ({_YOUNG} now() - interval '{MOST_RECENT} days')
THEN RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN NEW; END""",
}
"""Their bodies by what calls them. Both are written as PostgreSQL tells them again, so that they can be compared."""

_THERE_IN_SQLITE = "SELECT name, sql, '' FROM sqlite_master WHERE type = 'trigger'"
_THERE_IN_POSTGRESQL = """
SELECT t.tgname, pg_get_triggerdef(t.oid, true), p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid IN (to_regclass('console_event'), to_regclass('console_cut')) AND t.tgenabled IN ('O', 'A')
"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('console.append_only'))"


def guard(using: str = "default", **told: Any) -> None:
    """Make the triggers anew that are not as they should be, once the tables are. Called at every start."""
    connection = connections[using]
    if not {"console_event", "console_cut"} <= set(connection.introspection.table_names()):
        return
    with transaction.atomic(using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_ONE_AT_A_TIME)
            for name, body in POSTGRESQL_FUNCTIONS.items():
                cursor.execute(f"CREATE OR REPLACE FUNCTION {name} RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
        for name in lacking(using):
            cursor.execute(_drop(connection, name))
            cursor.execute(_made(connection, name))


def lift(using: str = "default") -> None:
    """Take the triggers away, as whoever owns the tables can: `lacking` tells, and the next start puts them back."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name in _triggers(connection):
            cursor.execute(_drop(connection, name))


def lacking(using: str = "default") -> list[str]:
    """Return the triggers that are not there, that are others than they should be, or that somebody has switched off."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(_THERE_IN_POSTGRESQL if connection.vendor == "postgresql" else _THERE_IN_SQLITE)
        there = {name: (made, body) for name, made, body in cursor.fetchall()}
    return [name for name in _triggers(connection) if there.get(name) != (_made(connection, name), _body(connection, name))]


def _made(connection: Any, name: str) -> str:
    return f"CREATE TRIGGER {name} {_triggers(connection)[name]}"


def _body(connection: Any, name: str) -> str:
    """Return the body of what a trigger calls; in SQLite it has its own within."""
    return POSTGRESQL_FUNCTIONS[_made(connection, name).split()[-1]] if connection.vendor == "postgresql" else ""


def _drop(connection: Any, name: str) -> str:
    table = f" ON {name.split('_no_', maxsplit=1)[0]}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {name}{table}"


def _triggers(connection: Any) -> dict[str, str]:
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE
