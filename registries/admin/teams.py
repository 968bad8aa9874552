"""
A team, as support staff see it: why it cannot pull. Its connections with how each is, the question about an image, its
machine tokens, and the latest hand-outs.
"""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Case, OuterRef, Subquery, Value, When
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from console import admin as house
from console.models import Event, Team, User, Verb
from console.sentences import say
from registries.admin import ledger
from registries.admin.bundle import bundle
from registries.admin.health import HEALTH
from registries.admin.question import QuestionForm, answered
from registries.models import Connection, HandOut, HandOutResult
from registries.models.token_uses import listed

MOST_SHOWN = 100
REFUSED = [result for result in HandOutResult if result != HandOutResult.GIVEN]

admin.site.unregister(Team)  # The house shows a team without its registries, of which it does not know.


@admin.register(Team)
class TeamAdmin(house.TeamAdmin):
    change_form_template = "admin/console/team/change_form.html"

    def get_urls(self) -> list[Any]:
        seen = self.admin_site.admin_view
        return [
            path("<path:object_id>/why/", seen(self.why_view), name="console_team_why"),
            path("<path:object_id>/report/", seen(self.report_view), name="console_team_report"),
            *super().get_urls(),
        ]

    def why_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer the question about an image. It is posted, since a clipboard may hold a password."""
        team = self.get_object(request, unquote(object_id))
        if team is None:
            raise Http404
        form = QuestionForm(request.POST if request.method == "POST" else None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Why can’t this team pull?"),
            "subtitle": str(team),
            "opts": self.opts,
            "original": team,
            "question": form,
            "why_url": request.path,
            **(answered(team, form) if form.is_valid() else {}),
        }
        return TemplateResponse(request, "admin/console/team/why.html", context, status=422 if form.errors else 200)

    def report_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Download a report about the team without secrets. It is posted, since the team's activity tells of it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        team = self.get_object(request, unquote(object_id))
        if team is None:
            raise Http404
        told, person = bundle(team), cast("User", request.user)
        words = say(
            "{registries} registries with their last tests, {rows} hand-outs, the activity.",
            registries=len(told["connections"]["rows"]),
            rows=len(told["hand_outs_of_30_days"]["rows"]),
        )
        Event.record(team, Verb.STAFF_DOWNLOADED, team.name, by=person, about=team.pk, detail=words)
        answer = JsonResponse(told, json_dumps_params={"indent": 2, "ensure_ascii": False})
        answer["Content-Disposition"] = f'attachment; filename="berth-{team.slug}-{timezone.localdate()}.json"'
        return answer

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if team := kwargs.get("obj"):
            context |= {
                "question": QuestionForm(),
                "why_url": reverse("admin:console_team_why", args=[team.pk]),
                "report_url": reverse("admin:console_team_report", args=[team.pk]),
                "connections": connections_of(team),
                "connections_count": team.connections.count(),
                "tokens": listed(team.machine_tokens.all())[:MOST_SHOWN],
                **ledger.latest(team=team),
            }
        return super().render_change_form(request, context, *args, **kwargs)


def connections_of(team: Team) -> list[Connection]:
    """Return a team's connections, the failing first, each with when and how it was last refused to somebody."""
    refused = HandOut.objects.filter(connection=OuterRef("pk"), result__in=REFUSED).order_by("-at")
    told: Any = {f"refused_{name}": Subquery(refused.values(name)[:1]) for name in ("at", "result")}
    rank = Case(When(HEALTH["failing"][1], then=Value(0)), When(HEALTH["paused"][1], then=Value(2)), default=Value(1))
    rows: Any = team.connections.annotate(**told).select_related("last_check").order_by(rank, Lower("name"))
    found = list(rows[:MOST_SHOWN])
    for row in found:
        row.refused_words = HandOutResult(row.refused_result).label if row.refused_result else ""
    return found
