"""The list of a team's connections, and below it what needs none."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from console.access import TeamRequest, member
from registries.models import Container

PAGE_ROWS = 50


@member()
def connection_list(request: TeamRequest) -> HttpResponse:
    """List a team's connections: by name, searched and filtered, 50 a page."""
    q, show = request.GET.get("q", "").strip()[:200], request.GET.get("show", "")
    connections = request.team.connections
    rows = connections.search(q).showing(show).for_list()
    context = {
        "page": Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page")),
        "counts": connections.counts(),
        "q": q,
        "show": show,
        "containers": Container.objects.shown(),  # Read by the whole page alone, not by the part that changes.
    }
    part = request.htmx and not request.htmx.history_restore_request
    return render(request, "registries/_connection_list.html" if part else "registries/connection_list.html", context)
