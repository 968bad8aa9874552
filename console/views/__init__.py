"""Pages of the house, and its answers to faults."""

from console.views.faults import bad_request, csrf_failed, page_not_found, server_error
from console.views.house import closed, index, language, setup, theme
from console.views.invitation import invitation
from console.views.members import (
    invitation_again,
    invitation_withdraw,
    member_ask,
    member_hand_over,
    member_invite,
    member_list,
    member_remove,
    member_role,
)
from console.views.sessions import session_end, session_list
from console.views.sso import password_set, sso_callback, sso_connect, sso_connections, sso_login, sso_reauthenticate
from console.views.teams import team_create, team_delete, team_detail, team_list, team_second_step

__all__ = [
    "bad_request",
    "closed",
    "csrf_failed",
    "index",
    "invitation",
    "invitation_again",
    "invitation_withdraw",
    "language",
    "member_ask",
    "member_hand_over",
    "member_invite",
    "member_list",
    "member_remove",
    "member_role",
    "page_not_found",
    "password_set",
    "server_error",
    "session_end",
    "session_list",
    "setup",
    "sso_callback",
    "sso_connect",
    "sso_connections",
    "sso_login",
    "sso_reauthenticate",
    "team_create",
    "team_delete",
    "team_detail",
    "team_list",
    "team_second_step",
    "theme",
]
