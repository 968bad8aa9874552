"""List the kinds of registry that Berth has forms for: `manage.py flavors`, and `--json` for programs."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from registries.flavors import FLAVORS


class Command(BaseCommand):
    help = "List every flavor: its slug, its name, its hosts and an example of its images."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Write JSON: a list of objects, in the chooser's order.")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [
            {"slug": flavor.slug, "name": flavor.name, "hosts": flavor.hosts, "example": flavor.example}
            for flavor in FLAVORS.values()
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
            return
        widths = [max(len(row[column]) for row in rows) for column in ("slug", "name", "hosts")]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row.values(), [*widths, 0], strict=True)]
            self.stdout.write("  ".join(cells).rstrip())
