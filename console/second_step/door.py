"""Where somebody is led who needs a second step and has none: to a page that says why, and then on to where they were."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

NEXT = "second_step_next"
"""Where a session keeps the address that was asked for. No visitor writes it, so it leads to no other site."""


def led_to_set_up(request: Any, *, instead: str) -> HttpResponse:
    """
    Lead to the page that says why and how, and remember the page that was asked for.

    What would have changed something, and what htmx asked for, gets 403 with that page; afterwards it goes on at `instead`.
    """
    is_page = request.method in ("GET", "HEAD") and not request.htmx
    request.session[NEXT] = request.get_full_path() if is_page else instead
    if is_page:
        return redirect("second_step_needed")
    response = needed(request, status=403)
    if request.htmx:
        response["HX-Redirect"] = reverse("second_step_needed")
    return response


def needed(request: Any, *, status: int = 200) -> HttpResponse:
    """Say who asks for a second step, and how to set one up."""
    return render(request, "console/second_step_needed.html", {"asking": request.user.teams_asking}, status=status)


def went_on(request: Any) -> HttpResponse:
    """Lead on to where somebody was going."""
    return redirect(request.session.pop(NEXT, None) or "index")
