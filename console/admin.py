"""
The staff's view of people and teams. Look-ups are a closed list, so that no address reads a column by a filter [P2].

Nothing here changes by a form: what acting staff may do is a list of acts, each with its reason.
"""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from console import languages, looks, staff, staff_acts
from console.acts import Act, Acting, Overtaken
from console.models import Event, Invitation, Membership, Team, User
from console.models.sentence_field import SentenceField
from console.sentences import Sentence, say

NAMES = (
    gettext_noop("team"),
    gettext_noop("teams"),
    gettext_noop("user"),
    gettext_noop("users"),
    gettext_noop("membership"),
    gettext_noop("memberships"),
    gettext_noop("invitation"),
    gettext_noop("invitations"),
    gettext_noop("event"),
    gettext_noop("events"),
    pgettext_lazy("column", "about"),
    pgettext_lazy("column", "at"),
    pgettext_lazy("column", "by"),
    pgettext_lazy("column", "created at"),
    pgettext_lazy("column", "detail"),
    pgettext_lazy("column", "digest"),
    pgettext_lazy("column", "joined at"),
    pgettext_lazy("column", "login"),
    pgettext_lazy("column", "name"),
    pgettext_lazy("column", "number"),
    pgettext_lazy("column", "previous"),
    pgettext_lazy("column", "role"),
    pgettext_lazy("column", "slug"),
    pgettext_lazy("column", "subject"),
    pgettext_lazy("column", "team"),
    pgettext_lazy("column", "user"),
    pgettext_lazy("column", "verb"),
    pgettext_lazy("column", "who"),
)
"""The names of models and of columns that Django makes, for the catalogues; see `console.support`."""


class ClosedLookups:
    """Allow the look-ups that the page itself offers, and no other."""

    allowed_lookups: ClassVar[frozenset[str]] = frozenset()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup in self.allowed_lookups


class ForStaff(ClosedLookups):
    """
    Open to support staff as such, so that nobody has to be given rights one by one; and each look at a team is recorded.

    Every page about one object gets it by `get_object`, so none forgets to. A list is a look at a team where all that it
    shows is of that team; a filter has one value, or the rows of one team could be had beside a row of another and not be
    recorded. `seen_as` is what the team's activity calls an object, a message with a place for its `name`.
    """

    seen_as: ClassVar[str] = "{name}"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return staff.may_look(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)  # type: ignore[misc]
        if found is not None:
            at = Sentence(self.seen_as, fills={"name": self.seen_by_name(found)})
            looks.record(looks.teams_of(found), by=request.user, at=at, about=found.pk)
        return found

    def seen_by_name(self, thing: Any) -> str:
        """Return the name that stands in what the team's activity calls an object."""
        return str(thing)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if (thing := kwargs.get("obj")) is not None:
            for column in filter(lambda column: isinstance(column, SentenceField), thing._meta.fields):
                setattr(thing, column.name, languages.said(getattr(thing, column.name)))
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        return answer

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if any(len(values) > 1 for _, values in request.GET.lists()):
            raise BadRequest("A filter has one value.")
        answer = super().changelist_view(request, extra_context)  # type: ignore[misc]
        shown = getattr(answer, "context_data", {}).get("cl")
        teams: set[Any] = {getattr(row, "team_id", None) for row in shown.result_list} if shown else set()
        if len(teams) == 1 and None not in teams:
            with translation.override(languages.ENGLISH):
                things = Sentence(str(self.opts.verbose_name_plural))  # type: ignore[attr-defined]
            looks.record(Team.objects.filter(pk__in=teams), by=request.user, at=say("a list of {things}", things=things))
        return answer


class ReadOnly(ForStaff):
    """For looking only."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipsOfUser(ReadOnly, admin.TabularInline):
    model = Membership
    fields = readonly_fields = ("team", "role", "joined_at")


class MembershipsOfTeam(ReadOnly, admin.TabularInline):
    model = Membership
    fields = readonly_fields = ("user", "role", "joined_at")


def _end_sessions(person: User, by: User, reason: str) -> tuple[int, str]:
    staff_acts.end_sessions(person, by=by, reason=reason)
    return messages.SUCCESS, gettext("Signed {name} out everywhere.").format(name=person)


def _stop(person: User, by: User, reason: str) -> tuple[int, str]:
    if not staff_acts.stop(person, by=by, reason=reason):
        raise Overtaken
    said = gettext("Stopped {name} from signing in, and signed them out everywhere.")
    return messages.SUCCESS, said.format(name=person)


def _allow(person: User, by: User, reason: str) -> tuple[int, str]:
    if not staff_acts.allow(person, by=by, reason=reason):
        raise Overtaken
    return messages.SUCCESS, gettext("Allowed {name} to sign in again.").format(name=person)


@admin.register(User)
class UserAdmin(Acting, ReadOnly, admin.ModelAdmin):
    """People: acting staff may end their sessions and stop them from signing in, and nothing else."""

    seen_as = gettext_noop("the person {name}")
    change_form_template = "admin/support_change.html"
    allowed_lookups = frozenset({"is_active__exact", "is_staff__exact"})
    list_display = ("email", "name", "is_active", "is_staff", "last_login", "date_joined")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = readonly_fields = ("email", "name", "is_active", "is_staff", "support", "last_login", "date_joined")
    inlines = (MembershipsOfUser,)
    acts = (
        Act(
            slug="end-sessions", words=_("End all sessions"), do=_end_sessions,
            sentence=_("{name} is signed out everywhere, and may sign in again."),
        ),
        Act(
            slug="stop", words=_("Stop from signing in"), do=_stop, offered=lambda person: person.is_active,
            sentence=_("{name} is signed out everywhere, and may not sign in until that is allowed again."),
        ),
        Act(
            slug="allow", words=_("Allow to sign in"), do=_allow, offered=lambda person: not person.is_active,
            sentence=_("{name} may sign in again, with the password of before."),
        ),
    )  # fmt: skip

    def may_act_on(self, request: HttpRequest, thing: User) -> bool:
        return staff.may_act_on(request.user, thing)

    def read_by(self, thing: User) -> str:
        """Name every team that reads the reason, as one of them may be told what is another's business."""
        names = ", ".join(thing.teams.order_by("name").values_list("name", flat=True))
        if not names:
            return gettext("No team reads it, as {name} is in none. It stands in the log of support.").format(name=thing)
        return gettext("Every team of this person reads it: {teams}.").format(teams=names)

    @admin.display(description=_("works in support as"), empty_value="-")
    def support(self, person: User) -> str | None:
        """What of support the person is."""
        if not person.is_staff:
            return None
        if person.is_superuser:
            return gettext("Superuser")
        return gettext("Acting staff") if staff.may_act(person) else gettext("Read-only staff")


@admin.register(Team)
class TeamAdmin(ReadOnly, admin.ModelAdmin):
    seen_as = gettext_noop("the team {name}")
    list_display = ("name", "slug", "created_at")
    search_fields = ("name", "slug")
    ordering = ("name",)
    fields = readonly_fields = ("name", "slug", "second_step_required", "created_at")
    inlines = (MembershipsOfTeam,)


@admin.register(Membership)
class MembershipAdmin(ReadOnly, admin.ModelAdmin):
    seen_as = gettext_noop("the membership of {name}")
    allowed_lookups = frozenset({"role__exact"})
    list_display = ("user", "team", "role", "joined_at", "seen_at")
    list_filter = ("role",)
    list_select_related = ("user", "team")
    search_fields = ("user__email", "user__name", "team__name", "team__slug")
    fields = readonly_fields = ("user", "team", "role", "joined_at", "seen_at")

    def seen_by_name(self, thing: Membership) -> str:
        return str(thing.user)


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, admin.ModelAdmin):
    seen_as = gettext_noop("the invitation of {name}")
    allowed_lookups = frozenset({"role__exact"})
    list_display = ("email", "team", "role", "by", "sent_at", "ends_at")
    list_filter = ("role",)
    list_select_related = ("team", "by")
    search_fields = ("email", "team__name", "team__slug")
    fields = readonly_fields = ("email", "team", "role", "by", "sent_at", "ends_at")


@admin.register(Event)
class EventAdmin(ReadOnly, admin.ModelAdmin):
    seen_as = gettext_noop("the activity")
    allowed_lookups = frozenset({"verb__exact", "team__id__exact"})
    list_display = ("at", "team", "who", "verb", "what", "address")
    list_filter = ("verb",)
    list_select_related = ("team",)
    search_fields = ("team__name", "who", "login", "subject")
    show_full_result_count = False  # Of a long record, counting all rows takes longer than showing some.
    fields = readonly_fields = (
        "at", "team", "who", "login", "verb", "subject", "about", "detail", "address", "number", "previous", "digest",
    )  # fmt: skip

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if event := kwargs.get("obj"):
            event.subject, event.detail = languages.said(event.told_subject), languages.said(event.told_detail)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=pgettext_lazy("column", "subject"))
    def what(self, event: Event) -> str:
        return languages.said(event.told_subject)
