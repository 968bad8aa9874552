"""
The shared cache, which counts sign-ins [A1]: Django's table, with JSON in it.

Django's own backend keeps pickles. Whoever could write the table, and had no key, could have Berth run any code when it
reads them. JSON is data and nothing else; a value that is no JSON counts as absent.
"""

import json
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.utils import timezone

FOR_EVER = datetime(9999, 12, 31, tzinfo=UTC)
WRITES_A_CLEARING = 100
"""Of so many writes, one deletes what is over. Nothing else is ever deleted: a flood of sign-ins makes none uncounted."""


class JSONCache(DatabaseCache):
    """
    Keep what JSON keeps: None, true and false, numbers, text, lists, and mappings by text. Raises TypeError for others.

    Each write is one statement, so that of several who add a key at once exactly one does. What cannot be written raises
    DatabaseError, where Django's backend says nothing: what is not counted is not let through.
    """

    _table: str

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        asked = {self.make_and_validate_key(key, version=version): key for key in keys}
        if not asked:
            return {}
        places = ", ".join(["%s"] * len(asked))
        select = f"SELECT cache_key, value FROM {self._table} WHERE cache_key IN ({places}) AND expires >= %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(select, [*asked, _stored(timezone.now())])
            rows = cursor.fetchall()
        found = {}
        for key, text in rows:
            try:
                found[asked[key]] = json.loads(text)
            except (ValueError, RecursionError):
                continue
        return found

    def _base_set(self, mode: str, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT) -> bool:
        """Write what `set`, `add` and `touch` of Django's backend write, by their names."""
        end = self.get_backend_timeout(timeout)
        expires = _stored(FOR_EVER if end is None else datetime.fromtimestamp(end, tz=UTC))
        now = _stored(timezone.now())
        if mode == "touch":
            wanted = f"UPDATE {self._table} SET expires = %s WHERE cache_key = %s AND expires >= %s"  # noqa: S608
            values = [expires, key, now]
        else:
            wanted = (
                f"INSERT INTO {self._table} AS kept (cache_key, value, expires) VALUES (%s, %s, %s) "  # noqa: S608
                "ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
            )
            values = [key, json.dumps(value), expires]
            if mode == "add":
                wanted, values = f"{wanted} WHERE kept.expires < %s", [*values, now]
        with connection.cursor() as cursor:
            if not secrets.randbelow(WRITES_A_CLEARING):
                cursor.execute(f"DELETE FROM {self._table} WHERE expires < %s", [now])  # noqa: S608
            cursor.execute(wanted, values)
            return bool(cursor.rowcount)


def _stored(moment: datetime) -> Any:
    """Return a moment as the database keeps it, in whole seconds."""
    return connection.ops.adapt_datetimefield_value(moment.replace(microsecond=0))
