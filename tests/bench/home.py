"""A home for Berth while it is measured: real settings, throwaway keys, an empty database and the static files."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from console.keys import make_missing
from tests.lab.berth import environment

# What people may start is not what is measured, so nobody is turned away.
LIMITS = {"BERTH_CHECKS_PER_TEAM": "100000", "BERTH_CHECKS_PER_HOST": "100000"}


@contextmanager
def berth() -> Iterator[None]:
    """
    Load Berth with the settings that it is served with, in a folder that goes with the block.

    They stand in the environment, so a server that is started meanwhile has the same home, keys and database.
    """
    with tempfile.TemporaryDirectory(prefix="berth-") as home:
        settings = environment(
            BERTH_HOME=home,
            BERTH_EGRESS_ALLOW="127.0.0.0/8",
            BERTH_LOG_LEVEL="ERROR",
            DJANGO_SETTINGS_MODULE="console.settings",
            **LIMITS,
        )
        os.environ.clear()
        os.environ.update(settings)
        make_missing(Path(home) / "keys")
        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("migrate", interactive=False, verbosity=0)
        try:
            yield
        finally:
            connections.close_all()
