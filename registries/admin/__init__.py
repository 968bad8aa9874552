"""
The staff's view: status, history and the ledger, never a secret or its hash, and nothing to add, change or delete.

It answers why a team cannot pull. Acting staff may test, pause and revoke, each recorded in the team's activity. The
catalogue alone is theirs to keep: it belongs to no team.
"""

from django.contrib import admin
from django.utils.translation import gettext_noop, pgettext_lazy

from registries.admin import catalogue, connections, front, ledger, teams, tokens  # noqa: F401  # They register themselves.

admin.site.front_page = front.numbers  # type: ignore[attr-defined]  # The house has the page, and does not know what this room counts.

NAMES = (
    gettext_noop("connection"),
    gettext_noop("connections"),
    gettext_noop("check"),
    gettext_noop("checks"),
    gettext_noop("machine token"),
    gettext_noop("machine tokens"),
    gettext_noop("hand out"),
    gettext_noop("hand outs"),
    gettext_noop("preconfigured containers"),
    pgettext_lazy("column", "account"),
    pgettext_lazy("column", "address"),
    pgettext_lazy("column", "by former secret"),
    pgettext_lazy("column", "changed at"),
    pgettext_lazy("column", "changed by"),
    pgettext_lazy("column", "connection"),
    pgettext_lazy("column", "connections"),
    pgettext_lazy("column", "created by"),
    pgettext_lazy("column", "description"),
    pgettext_lazy("column", "finished at"),
    pgettext_lazy("column", "flavor"),
    pgettext_lazy("column", "former until"),
    pgettext_lazy("column", "framework"),
    pgettext_lazy("column", "hidden"),
    pgettext_lazy("column", "host"),
    pgettext_lazy("column", "kind"),
    pgettext_lazy("column", "order"),
    pgettext_lazy("column", "outcome"),
    pgettext_lazy("column", "outcome since"),
    pgettext_lazy("column", "paused"),
    pgettext_lazy("column", "person"),
    pgettext_lazy("column", "prefix"),
    pgettext_lazy("column", "program"),
    pgettext_lazy("column", "purpose"),
    pgettext_lazy("column", "queued at"),
    pgettext_lazy("column", "reason"),
    pgettext_lazy("column", "reference"),
    pgettext_lazy("column", "registry"),
    pgettext_lazy("column", "result"),
    pgettext_lazy("column", "settings"),
    pgettext_lazy("column", "started at"),
    pgettext_lazy("column", "test image"),
    pgettext_lazy("column", "token"),
    pgettext_lazy("column", "token hosts"),
)
"""The names of models and of columns that Django makes, for the catalogues; see `console.support`."""
