"""
PostgreSQL as Django speaks it, but for how a connection that was kept is tried before a request uses it.

Django asks the server and waits for its answer, which costs each hand-out about as much as one of its three queries. A
server that ended a connection has said so, and that lies here unread: to look for it asks nobody.
"""

import select
import time

from django.db.backends.postgresql import base

ASK_AFTER_SECONDS = 60
"""A connection that nobody used for so long is asked after all: what stands between may have dropped it silently."""


class DatabaseWrapper(base.DatabaseWrapper):
    tried_at = 0.0

    def is_usable(self) -> bool:
        now = time.monotonic()
        used_lately, self.tried_at = now - self.tried_at < ASK_AFTER_SECONDS, now
        if used_lately and not self.errors_occurred and self._is_silent():
            return True
        return super().is_usable()

    def _is_silent(self) -> bool:
        """Whether nothing came that nobody asked for, as the last words of a server that ends are."""
        if self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
