"""
The staff's view: status, history and the ledger, never a secret or its hash, and nothing to add, change or delete.

It answers why a team cannot pull. Acting staff may test, pause and revoke, each recorded in the team's activity. The
catalogue alone is theirs to keep: it belongs to no team.
"""

from django.contrib import admin

from registries.admin import catalogue, connections, front, ledger, teams, tokens  # noqa: F401  # They register themselves.

admin.site.front_page = front.numbers  # type: ignore[attr-defined]  # The house has the page, and does not know what this room counts.
