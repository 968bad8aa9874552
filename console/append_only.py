"""
The database's own guard over the record of activity: triggers that refuse to change or delete a row.

A row may go only where a cut was made, and no cut is made over rows younger than MOST_RECENT days: so retention works, and
whoever gets hold of a SQL prompt needs more than one statement. They are looked after at each start, since SQLite loses a
table's triggers when a migration builds it anew. Source: security page, 3.4 and P8.
"""

from typing import Any

from django.db import connections

MOST_RECENT = 30
"""Days within which no row may be dropped, whatever the retention says."""

REFUSAL = "The record of activity is only added to."

_COVERED = "EXISTS (SELECT 1 FROM console_cut c WHERE c.team_id = OLD.team_id AND c.number >= OLD.number)"
_YOUNG = "SELECT 1 FROM console_event e WHERE e.team_id = NEW.team_id AND e.number <= NEW.number AND e.at > "

SQLITE = {
    "console_event_no_update": f"BEFORE UPDATE ON console_event BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "console_event_no_delete": f"""BEFORE DELETE ON console_event WHEN NOT {_COVERED}
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
    "console_cut_no_change": "BEFORE UPDATE OR DELETE ON console_cut FOR EACH ROW EXECUTE FUNCTION console_refuse()",
    "console_cut_no_truncate": "BEFORE TRUNCATE ON console_cut FOR EACH STATEMENT EXECUTE FUNCTION console_refuse()",
    "console_cut_no_young": "BEFORE INSERT ON console_cut FOR EACH ROW EXECUTE FUNCTION console_refuse_young()",
}
POSTGRESQL_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION console_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$;
CREATE OR REPLACE FUNCTION console_refuse_uncut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF {_COVERED} THEN RETURN OLD; END IF; RAISE EXCEPTION '{REFUSAL}'; END $$;
CREATE OR REPLACE FUNCTION console_refuse_young() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF EXISTS ({_YOUNG} now() - interval '{MOST_RECENT} days') THEN RAISE EXCEPTION '{REFUSAL}'; END IF;
RETURN NEW; END $$;
"""


def guard(using: str = "default", **told: Any) -> None:
    """Make the triggers that are not there, once the tables are. Called after every migration, so at every start."""
    connection = connections[using]
    if not {"console_event", "console_cut"} <= set(connection.introspection.table_names()):
        return
    missing = lacking(using)
    with connection.cursor() as cursor:
        if missing and connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTIONS)
        for name in missing:
            cursor.execute(_drop(connection, name))
            cursor.execute(f"CREATE TRIGGER {name} {_triggers(connection)[name]}")


def lift(using: str = "default") -> None:
    """Take the triggers away, as whoever owns the tables can: `lacking` tells, and the next start puts them back."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name in _triggers(connection):
            cursor.execute(_drop(connection, name))


def lacking(using: str = "default") -> list[str]:
    """Return the triggers that are not there, or that somebody has switched off."""
    connection = connections[using]
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {name for (name,) in cursor.fetchall()}
    return [name for name in _triggers(connection) if name not in there]


def _drop(connection: Any, name: str) -> str:
    table = f" ON {name.split('_no_', maxsplit=1)[0]}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {name}{table}"


def _triggers(connection: Any) -> dict[str, str]:
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE
