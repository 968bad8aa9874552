#!/usr/bin/env python
"""Django's entry point."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    os.umask(0o077)  # A database that is made here holds sessions and hashes, and is nobody else's to read.
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Berth does not start: {error}")
