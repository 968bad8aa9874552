"""
Queries that are asked at every hand-out: Django writes their SQL once, and each asker's values are put into that.

To build such a queryset and to write its SQL takes Django ten times as long as reading the answer. What a query means
stands where it always does, in a queryset; only what was written of it is kept.
"""

import threading
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


class Place(models.Value):
    """Stands in a queryset for a value that is put in later, by its name; `field` says how databases store such a value."""

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(name, output_field=field)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def put_in(self, values: dict[str, Any]) -> Any:
        """Return the value for this place, as the database takes it."""
        return self.output_field.get_db_prep_value(values[self.value], connection)


class KeptQuery(Generic[M]):
    """
    A query that is written once. `write` returns its queryset, with a Place for each value that differs between askers.

    `write` is called with what the SQL itself depends on. Its queryset may annotate, but not `select_related`.
    """

    def __init__(self, write: "Callable[..., models.QuerySet[M]]") -> None:
        self.write = write
        self.kept = _Kept()

    def read(self, *depends_on: Hashable, **values: Any) -> list[M]:
        """Return the rows for these values, in one query."""
        written = self.kept.written.get(depends_on)
        if written is None:
            written = self.kept.written[depends_on] = _Written(self.write(*depends_on))
        parameters = [one.put_in(values) if isinstance(one, Place) else one for one in written.parameters]
        with connection.cursor() as cursor:
            cursor.execute(written.sql, parameters)
            return [written.instance(list(row)) for row in cursor.fetchall()]


class _Kept(threading.local):
    """What one thread keeps. Some of it belongs to the thread's own connection to the database."""

    def __init__(self) -> None:
        self.written: dict[Any, _Written] = {}


class _Written:
    """What Django wrote of a queryset, and how its rows are read: the model's columns first, then the annotations."""

    def __init__(self, queryset: "models.QuerySet[Any]") -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, self.parameters = compiler.as_sql()
        self.model = queryset.model
        self.columns = [compiler.select[index][0].target.attname for index in compiler.klass_info["select_fields"]]
        self.annotations = list(compiler.annotation_col_map)
        self.converters = compiler.get_converters([expression for expression, *_ in compiler.select])

    def instance(self, row: list[Any]) -> Any:
        for index, (functions, expression) in self.converters.items():
            for function in functions:
                row[index] = function(row[index], expression, connection)
        instance = self.model.from_db(connection.alias, self.columns, row[: len(self.columns)])
        vars(instance).update(zip(self.annotations, row[len(self.columns) :], strict=True))
        return instance
