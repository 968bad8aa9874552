"""Where a person is signed in: the list of their sessions, and how they end some."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from console import sessions


@require_http_methods(["GET", "HEAD", "POST"])
def session_list(request: Any) -> HttpResponse:
    """Show where a person is signed in, and sign them out everywhere else."""
    if request.method == "POST":
        sessions.end_others(request.user, keep=request.session.session_key)
        messages.success(request, _("You are signed out everywhere else."))
        return redirect("usersessions_list")
    return render(request, "console/session_list.html", {"sessions": sessions.of(request.user)})


@require_POST
def session_end(request: Any, pk: int) -> HttpResponse:
    """Sign a person out in one place. Somebody else’s session is none of theirs, and so has ended for them."""
    found = next((session for session in sessions.of(request.user) if session.pk == pk), None)
    if found is None:
        messages.info(request, _("That session had ended already."))
    elif found.is_current():
        return redirect("account_logout")
    else:
        found.end()
        messages.success(request, _("That session is ended."))
    return redirect("usersessions_list")
