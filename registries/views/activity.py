"""What happened in a team, for its admins: a page with filters, and the same as a file. Source: product page, section 2."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.views.decorators.http import require_GET, require_safe

from console import activity_files
from console.access import TeamRequest, member
from console.models import Event, Role, Verb
from console.models.events import LOOKED_THROUGH, Page
from console.models.people import who_left
from console.sentences import say, together
from registries.forms.activity import ActivityFilter
from registries.views.activity_rows import Day, days

MOST_DIGITS = 18
"""Digits of the largest number that a database has room for."""


@dataclass(frozen=True)
class Names:
    """Whom and what a team's rows may be about: names by id."""

    people: Mapping[UUID, str]
    left: Mapping[UUID, str]
    connections: Mapping[UUID, str]


@member(at_least=Role.ADMIN)
@require_safe
def activity(request: TeamRequest) -> HttpResponse:
    """Show what happened, the newest first: all of it, or what the filters keep. Older rows come when asked for."""
    names = _names(request)
    filters = ActivityFilter(request.GET, **vars(names))
    span, before = request.team.events.span(*filters.time), _number(request.GET.get("before", ""))
    page = filters.applied(request.team.events.all()).page(span, before=before, looked_through=filters.looked_through)
    shown = days(request.team, page.rows, names.connections, names.people)
    context = {"filters": filters, "page": page, "days": shown, "before": before, **_older(request, filters, page, shown)}
    if request.htmx.target == "older":
        return render(request, "registries/_activity_older.html", context | _continued(request, shown))
    part = request.htmx and not request.htmx.history_restore_request
    response = render(request, f"registries/{'_activity' if part else 'activity'}.html", context)
    if part:  # The address of the page has the filters that are set, and not each empty field.
        response["HX-Push-Url"] = request.path + filters.query()
    return response


@member(at_least=Role.ADMIN)
@require_GET
def activity_export(request: TeamRequest, suffix: str) -> Any:
    """Answer with the rows that the filters keep, the oldest first, as a file. That somebody has it is recorded before."""
    filters = ActivityFilter(request.GET, **vars(_names(request)))
    if filters.left_out:  # The page says which.
        return redirect(f"{reverse('activity', args=[request.team.slug])}?{request.GET.urlencode()}")
    detail = together(say("As {format}.", format=suffix.upper()), filters.words)
    Event.record(request.team, Verb.ACTIVITY_DOWNLOADED, "", by=request.user, detail=detail)
    events = request.team.events.all()
    content_type, written = activity_files.FORMATS[suffix]
    parts = activity_files.rows(filters.applied(events), events.span(*filters.time))
    name = f"{request.team.slug}-activity-{timezone.localdate()}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(written(parts), content_type=content_type, headers=headers)


def _names(request: TeamRequest) -> Names:
    members = request.team.memberships.select_related("user").order_by("user__name", "user__email")
    connections = request.team.connections.order_by("name").values_list("pk", "name")
    people = {membership.user.pk: str(membership.user) for membership in members}
    return Names(people, who_left(request.team), dict(connections))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def _older(request: TeamRequest, filters: ActivityFilter, page: Page, shown: list[Day]) -> dict[str, Any]:
    """Return where older rows are: as a page, and as a part that goes on after the last day of this one."""
    context = {
        "kept_days": settings.BERTH_ACTIVITY_DAYS,
        "looked_through": number_format(LOOKED_THROUGH, force_grouping=True),
    }
    if page.older is None:
        return context
    last = str(shown[-1].day) if shown else request.GET.get("shown", "")
    older = {"query": filters.query(before=page.older), "part": filters.query(before=page.older, shown=last)}
    return {**context, "older": older}


def _continued(request: TeamRequest, shown: list[Day]) -> dict[str, list[Day]]:
    """Return the rows that go on in the last day that the page has already, and the days that begin anew."""
    goes_on = [day for day in shown[:1] if str(day.day) == request.GET.get("shown")]
    return {"going_on": goes_on, "days": shown[len(goes_on) :]}
