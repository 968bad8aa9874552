"""
The page that the link of an invitation opens.

Opening it changes nothing, since mail scanners open links too: whoever is meant accepts by a POST. The link serves the
address that it was made for alone (security page, A15).
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from console import sign_ins
from console.forms import JoinForm
from console.models import Invitation, InvitationGone, NotAllowed, User
from console.sso import passwords


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def invitation(request: Any, secret: str) -> HttpResponse:
    """Show an invitation to whoever holds its link, and let them accept it."""
    found = Invitation.objects.presented(secret)
    if found is None:
        return _gone(request)
    if request.user.is_authenticated:
        return _for_a_person(request, found)
    if User.objects.filter(email=found.email).exists():
        return render(request, "console/invitation.html", {"invitation": found, "known": True})
    return _for_somebody_new(request, found)


def _for_a_person(request: Any, found: Invitation) -> HttpResponse:
    if request.method != "POST":
        return render(request, "console/invitation.html", {"invitation": found})
    try:
        found.accept(by=request.user)
    except NotAllowed:
        return render(request, "console/invitation.html", {"invitation": found}, status=403)
    except InvitationGone:
        return _gone(request)
    return _welcomed(request, found)


def _for_somebody_new(request: Any, found: Invitation) -> HttpResponse:
    """Make an account for the address that was invited. That the link reached them says that it is theirs."""
    if passwords.are_closed():
        return render(request, "console/invitation.html", {"invitation": found})
    form = JoinForm(request.POST if request.method == "POST" else None, email=found.email)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "console/invitation.html", {"invitation": found, "form": form}, status=status)
    try:
        with transaction.atomic():
            person = User.objects.create_user(found.email, form.cleaned_data["password"], name=form.cleaned_data["name"])
            found.accept(by=person)
    except (IntegrityError, InvitationGone):
        return _gone(request)
    sign_ins.let_in(request, person)
    return _welcomed(request, found)


def _welcomed(request: Any, found: Invitation) -> HttpResponse:
    messages.success(request, _("You are in {team} now.").format(team=found.team))
    return redirect("connection_list", found.team.slug)


def _gone(request: Any) -> HttpResponse:
    return render(request, "console/invitation_gone.html", status=404)
