"""A file of logins becomes drafts, each of which is reviewed, tested and saved, or dropped."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from console import languages
from console.access import TeamRequest, member
from console.models import Role
from registries.forms import LoginsForm
from registries.models import Draft
from registries.pasted.logins import Pasted
from registries.views.answers import posted


@member(at_least=Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def connection_import(request: TeamRequest) -> HttpResponse:
    """Paste a file of logins, and see which of them wait for review."""
    form = LoginsForm(*posted(request))
    if request.method == "POST" and form.is_valid():
        pasted: Pasted = form.cleaned_data["content"]
        Draft.objects.take_in(request.team, pasted.logins, by=request.user)
        for note in pasted.notes:
            messages.info(request, languages.said(note))
        return redirect("connection_import", request.team.slug)
    Draft.objects.sweep()
    context = {"form": form, "drafts": Draft.objects.of(request.team, request.user).filter(from_file=True)}
    return render(request, "registries/connection_import.html", context, status=422 if form.errors else 200)


@member(at_least=Role.ADMIN)
@require_POST
def draft_drop(request: TeamRequest, pk: Any) -> HttpResponse:
    """Drop a draft: what was pasted for it is gone."""
    draft = get_object_or_404(Draft.objects.of(request.team, request.user), uuid=pk)
    draft.delete()
    messages.success(
        request, format_html(_("<b>{what} is dropped.</b>"), what=draft.address or languages.said(draft.flavor_class.name))
    )
    return redirect("connection_import", request.team.slug)
