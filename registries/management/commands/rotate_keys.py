"""Re-wrap every data key under the first key of the ring: `manage.py rotate_keys`, then `rotate_keys --retire OLD`."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registries import sealing
from registries.models import Draft, FingerprintKey, Minted, Sealed, SealingKey
from registries.models.sealed import PayloadManager

TABLES: Sequence[PayloadManager] = (Sealed.objects, Draft.objects, Minted.objects, FingerprintKey.objects)
"""Every table of sealed payloads."""


def by_key() -> Counter[str]:
    """Count the sealed rows of each key, in all tables."""
    return sum((Counter(table.by_key()) for table in TABLES), Counter())


class Command(BaseCommand):
    help = "Wrap every stored login under the first sealing key. Safe while Berth runs; stopped half-way, run it again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--retire", metavar="ID", help="Tell whether a key may leave the ring; refuses while rows need it."
        )

    def handle(self, *args: Any, retire: str | None, **options: Any) -> None:
        if retire:
            return self.retire(retire)
        wrapped = locked = 0
        for table in TABLES:
            done, missed = self.rewrap(table)
            wrapped, locked = wrapped + done, locked + missed
        self.stdout.write(f"{wrapped} wrapped under {sealing.ring().first}.")
        for key_id, rows in sorted(by_key().items()):
            self.stdout.write(f"{key_id}: {rows}")
        if locked:
            raise CommandError(f"{locked} are locked: their key is not in the ring, or they were changed by somebody else.")
        return None

    def rewrap(self, table: PayloadManager) -> tuple[int, int]:
        """Wrap every row of a table, and return how many were wrapped, and how many are locked."""
        after, wrapped, locked = 0, 0, 0
        while True:
            after, done, missed = table.rewrap_batch(after)
            wrapped, locked = wrapped + done, locked + missed
            if not after:
                return wrapped, locked

    def retire(self, key_id: str) -> None:
        rows = by_key()[key_id]
        if key_id not in sealing.ring() and not SealingKey.objects.filter(pk=key_id).exists():
            raise CommandError(f"No key is called {key_id}. The ring has {', '.join(sealing.ring())}.")
        if key_id == sealing.ring().first:
            raise CommandError(f"{key_id} is the first key of the ring, which seals. Put another one in front of it.")
        if rows:
            raise CommandError(f"{key_id} still opens {rows}. Run rotate_keys first.")
        self.stdout.write(f"{key_id} opens nothing any more. Take it out of BERTH_SEALING_KEYS once no backup needs it.")
