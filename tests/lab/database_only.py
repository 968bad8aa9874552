"""
A pytest plugin for a second run on another database: it keeps the tests that touch the database, and drops the rest.

Loaded by `-p tests.lab.database_only`. A test touches the database where it carries pytest-django's mark, or where a
fixture it asks for, at any remove, asks for one of pytest-django's.
"""

import pytest

FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept = [item for item in items if _touches_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _touches_the_database(item: pytest.Item) -> bool:
    named = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(named & FIXTURES)
