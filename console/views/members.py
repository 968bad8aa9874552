"""
The people of a team: who they are, and what may happen to their membership.

Source: product page, section 2. What changes who may do what asks for a recent sign-in. The models judge who may; these
pages offer only what may be done, and say it where somebody was quicker.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console import invitations, languages
from console.access import TeamRequest, member
from console.forms import InviteForm, RoleForm
from console.models import (
    AskedToday,
    Invitation,
    InvitationGone,
    LastOwner,
    Membership,
    NotAllowed,
    Role,
    TooManyInvitations,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

ASKED_OR_DONE = ["GET", "HEAD", "POST"]
LAST_OWNER = gettext_lazy("A team keeps at least one owner, and {person} is the last. Make somebody else an owner first.")
TOO_MANY = gettext_lazy(
    "As many invitations are open, or were sent today, as there may be. Withdraw some, or invite them tomorrow."
)
GONE = gettext_lazy("That invitation is not there any more: it was accepted, withdrawn or sent again.")


@member()
@require_safe
def member_list(request: TeamRequest) -> HttpResponse:
    """Show who is in the team, and to admins who is invited."""
    return _page(request)


@member(at_least=Role.ADMIN)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def member_invite(request: TeamRequest) -> HttpResponse:
    """Invite some addresses, and show the links that could not be mailed."""
    form = InviteForm(request.POST, by=request.membership)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    role = Role(form.cleaned_data["role"])
    try:
        made = Invitation.objects.invite(request.team, form.cleaned_data["emails"], role, by=request.user)
    except NotAllowed:
        raise PermissionDenied from None
    except TooManyInvitations:
        form.add_error("emails", TOO_MANY)
        return _page(request, form=form, status=422)
    return _told(request, made)


@member(at_least=Role.ADMIN)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def invitation_again(request: TeamRequest, pk: UUID) -> HttpResponse:
    """Send an invitation again, with a new link."""
    invitation = request.team.invitations.filter(pk=pk).first()
    if invitation is None:
        return _said(request, messages.WARNING, GONE)
    if timezone.now() < invitation.may_be_sent_again_at:
        return _said(
            request, messages.WARNING, _("{email} was invited just now. Wait a minute.").format(email=invitation.email)
        )
    try:
        secret = invitation.send_again(by=request.user)
    except NotAllowed:
        raise PermissionDenied from None
    except InvitationGone:
        return _said(request, messages.WARNING, GONE)
    except TooManyInvitations:
        return _said(request, messages.WARNING, TOO_MANY)
    return _told(request, [(invitation, secret)])


@member(at_least=Role.ADMIN)
@require_POST
def invitation_withdraw(request: TeamRequest, pk: UUID) -> HttpResponse:
    """Let an invitation open nothing any more."""
    invitation = request.team.invitations.filter(pk=pk).first()
    try:
        if invitation is None:
            raise InvitationGone
        invitation.withdraw(by=request.user)
    except NotAllowed:
        raise PermissionDenied from None
    except InvitationGone:
        return _said(request, messages.WARNING, GONE)
    withdrawn = _("The invitation of {email} is withdrawn.").format(email=invitation.email)
    return _said(request, messages.SUCCESS, withdrawn)


@member(at_least=Role.ADMIN)
@require_http_methods(ASKED_OR_DONE)
def member_role(request: TeamRequest, user: UUID) -> HttpResponse:
    """Ask which role somebody gets, and give it."""
    other = _found(request, user)
    if not request.membership.may_change(other):
        raise PermissionDenied
    form = RoleForm(request.POST if request.method == "POST" else None, by=request.membership, of=other)
    if request.method == "POST" and form.is_valid():
        answer: HttpResponse = _role_given(request, other, form)
        return answer
    return _asked(request, other, "role", form=form)


@reauthentication_required  # type: ignore[untyped-decorator]
def _role_given(request: TeamRequest, other: Membership, form: RoleForm) -> HttpResponse:
    role = Role(form.cleaned_data["role"])
    try:
        other.change_role(role, by=request.user)
    except NotAllowed:
        raise PermissionDenied from None
    except LastOwner:
        form.add_error("role", LAST_OWNER.format(person=other.user))
        return _asked(request, other, "role", form=form)
    given = _("{person} is {role} now.").format(person=other.user, role=languages.said(role.with_article))
    return _said(request, messages.SUCCESS, given)


@member()
@require_http_methods(ASKED_OR_DONE)
def member_remove(request: TeamRequest, user: UUID) -> HttpResponse:
    """Ask whether somebody goes, or oneself, and take them out of the team."""
    other = _found(request, user)
    if other.user != request.user and not request.membership.may_change(other):
        raise PermissionDenied
    if request.method != "POST":
        return _asked(request, other, "remove")
    answer: HttpResponse = _removed(request, other)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _removed(request: TeamRequest, other: Membership) -> HttpResponse:
    try:
        other.remove(by=request.user)
    except NotAllowed:
        raise PermissionDenied from None
    except LastOwner:
        return _said(request, messages.ERROR, LAST_OWNER.format(person=other.user))
    if other.user == request.user:
        messages.success(request, _("You left {team}.").format(team=request.team))
        return redirect("team_list")
    return _said(request, messages.SUCCESS, _("{person} is not in the team any more.").format(person=other.user))


@member(at_least=Role.ADMIN)
@require_POST
def member_ask(request: TeamRequest, user: UUID) -> HttpResponse:
    """Mail somebody that a second step is wished for."""
    other = _found(request, user)
    if other.user.has_second_step:
        return _said(request, messages.INFO, _("{person} has a second step.").format(person=other.user))
    try:
        other.ask_for_second_step(by=request.user)
    except NotAllowed:
        raise PermissionDenied from None
    except AskedToday:
        return _said(request, messages.WARNING, _("{person} was asked within a day.").format(person=other.user))
    if not invitations.asked_for_second_step(other, by=request.user):
        unsent = _("The mail to {person} could not be sent. Tell them yourself.").format(person=other.user)
        return _said(request, messages.WARNING, unsent)
    return _said(request, messages.SUCCESS, _("Asked {person} to set up a second step.").format(person=other.user))


@member(at_least=Role.OWNER)
@require_http_methods(ASKED_OR_DONE)
def member_hand_over(request: TeamRequest, user: UUID) -> HttpResponse:
    """Ask whether somebody else becomes the owner in one’s place, and make it so."""
    other = _found(request, user)
    if other.user == request.user:
        raise PermissionDenied
    if request.method != "POST":
        return _asked(request, other, "hand_over")
    answer: HttpResponse = _handed_over(request, other)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _handed_over(request: TeamRequest, other: Membership) -> HttpResponse:
    try:
        request.membership.hand_over(other)
    except NotAllowed:
        raise PermissionDenied from None
    words = _("{person} owns {team} now, and you are an admin.").format(person=other.user, team=request.team)
    return _said(request, messages.SUCCESS, words)


# Parts of these answers -----------------------------------------------------------------------------------------------


def _page(request: TeamRequest, *, form: InviteForm | None = None, status: int = 200, **context: Any) -> HttpResponse:
    steps = request.team.second_steps() if request.membership.is_admin else {}
    people = list(request.team.memberships.select_related("user").order_by("user__name", "user__email"))
    for person in people:
        person.team = request.team
        person.second_step = steps.get(person.user_id, "")  # type: ignore[attr-defined]
        person.changeable = request.membership.may_change(person)  # type: ignore[attr-defined]
    if request.membership.is_admin:
        context["form"] = form or InviteForm(by=request.membership)
        invited = list(request.team.invitations.select_related("by").order_by("email"))
        context |= {"invitations": invited, "open": sum(not invitation.ended for invitation in invited)}
    return render(request, "console/member_list.html", {"people": people, **context}, status=status)


def _found(request: TeamRequest, user: UUID) -> Membership:
    return get_object_or_404(request.team.memberships.select_related("user", "team"), user=user)


def _asked(request: TeamRequest, other: Membership, verb: str, **context: Any) -> HttpResponse:
    """Ask before a verb: in the page's dialog, or on a page of its own."""
    part = f"console/_member_{verb}.html"
    template = part if request.htmx else "console/member_verb.html"
    errors = "form" in context and context["form"].errors
    return render(request, template, {"person": other, "part": part, **context}, status=422 if errors else 200)


def _said(request: TeamRequest, level: int, sentence: "str | StrPromise") -> HttpResponse:
    messages.add_message(request, level, sentence)
    return redirect("member_list", request.team.slug)


def _told(request: TeamRequest, made: list[tuple[Invitation, str]]) -> HttpResponse:
    """Mail invitations; the links of those that could not be mailed are shown, in this answer alone."""
    unsent = [(invitation, secret) for invitation, secret in made if not invitations.sent(invitation, secret)]
    if not unsent:
        emails = languages.listed([one.email for one, _secret in made])
        return _said(request, messages.SUCCESS, _("Invited {emails}.").format(emails=emails))
    links = [(invitation, invitations.link(secret)) for invitation, secret in unsent]
    return _page(request, links=links, mailed=[one.email for one, _secret in made if one not in dict(unsent)])
