"""Berth as a program: the environment that one of the lab's own runs in, whatever the person who started it has set."""

import os

OURS = ("BERTH_", "DATABASE_URL", "DEBUG", "EMAIL_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment without any setting of Berth's but `PORT`, and with `settings`."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | settings
