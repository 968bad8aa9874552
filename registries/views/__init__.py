"""The pages and partials of a team's connections. Each finds, asks the form, calls one verb, and answers."""

from registries.views.adding import connection_add, connection_new, connection_try
from registries.views.importing import connection_import, draft_drop
from registries.views.listing import connection_list
from registries.views.machine import machine_client
from registries.views.one import (
    check_detail,
    connection_check,
    connection_delete,
    connection_detail,
    connection_edit,
    connection_pause,
    connection_try_edit,
)
from registries.views.revealing import connection_reveal
from registries.views.token_hosts import token_host_approve, token_host_withdraw

__all__ = [
    "check_detail",
    "connection_add",
    "connection_check",
    "connection_delete",
    "connection_detail",
    "connection_edit",
    "connection_import",
    "connection_list",
    "connection_new",
    "connection_pause",
    "connection_reveal",
    "connection_try",
    "connection_try_edit",
    "draft_drop",
    "machine_client",
    "token_host_approve",
    "token_host_withdraw",
]
