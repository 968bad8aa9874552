"""The staff's view of people and teams. Look-ups are a closed list, so that no address reads a column by a filter [P2]."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from console.models import Event, Invitation, Membership, Team, User


class ClosedLookups:
    """Allow the look-ups that the page itself offers, and no other."""

    allowed_lookups: ClassVar[frozenset[str]] = frozenset()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup in self.allowed_lookups


class ForStaff(ClosedLookups):
    """Open to support staff as such, so that nobody has to be given rights one by one."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)


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


@admin.register(User)
class UserAdmin(ForStaff, admin.ModelAdmin):
    """People: support may stop somebody from signing in, and nothing else."""

    allowed_lookups = frozenset({"is_active__exact", "is_staff__exact"})
    list_display = ("email", "name", "is_active", "is_staff", "last_login", "date_joined")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "is_active", "is_staff", "last_login", "date_joined")
    readonly_fields = ("email", "name", "is_staff", "last_login", "date_joined")
    inlines = (MembershipsOfUser,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(Team)
class TeamAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("name", "slug", "created_at")
    search_fields = ("name", "slug")
    ordering = ("name",)
    fields = readonly_fields = ("name", "slug", "second_step_required", "created_at")
    inlines = (MembershipsOfTeam,)


@admin.register(Membership)
class MembershipAdmin(ReadOnly, admin.ModelAdmin):
    allowed_lookups = frozenset({"role__exact"})
    list_display = ("user", "team", "role", "joined_at", "seen_at")
    list_filter = ("role",)
    list_select_related = ("user", "team")
    search_fields = ("user__email", "user__name", "team__name", "team__slug")
    fields = readonly_fields = ("user", "team", "role", "joined_at", "seen_at")


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, admin.ModelAdmin):
    allowed_lookups = frozenset({"role__exact"})
    list_display = ("email", "team", "role", "by", "sent_at", "ends_at")
    list_filter = ("role",)
    list_select_related = ("team", "by")
    search_fields = ("email", "team__name", "team__slug")
    fields = readonly_fields = ("email", "team", "role", "by", "sent_at", "ends_at")


@admin.register(Event)
class EventAdmin(ReadOnly, admin.ModelAdmin):
    allowed_lookups = frozenset({"verb__exact"})
    list_display = ("at", "team", "who", "verb", "subject", "address")
    list_filter = ("verb",)
    list_select_related = ("team",)
    search_fields = ("team__name", "who", "login", "subject")
    fields = readonly_fields = (
        "at", "team", "who", "login", "verb", "subject", "about", "detail", "address", "number", "previous", "digest",
    )  # fmt: skip
