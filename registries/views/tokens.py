"""
The pages of a team's machine tokens.

The text of a token stands in one answer: the one to the POST that made it. That answer is no redirect, so nothing has to
keep the text until the next page asks for it; loaded again, the same POST is refused, by the name that is taken now or by
the stamp of a secret that is no longer the present one (security page, B10).
"""

from contextlib import suppress
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from console.access import TeamRequest, member
from console.models import Role
from registries import snippets
from registries.distribution import Secret
from registries.forms.token import TokenForm, name_taken
from registries.models import MachineToken, Rotated, TokenNameTaken
from registries.models.token_uses import listed
from registries.views.answers import see

PAGE_OR_VERB = ["GET", "HEAD", "POST"]
ROTATED_MEANWHILE = gettext_lazy(
    "{name} was rotated meanwhile, so nothing was done now. Its new secret was shown once, and not again."
)


@member(at_least=Role.ADMIN)
@require_http_methods(["GET", "HEAD"])
def token_list(request: TeamRequest) -> HttpResponse:
    """List a team's machine tokens, by name, with who last used them."""
    return _page(request)


@member(at_least=Role.ADMIN)
@require_http_methods(PAGE_OR_VERB)
@reauthentication_required  # type: ignore[untyped-decorator]
def token_new(request: TeamRequest) -> HttpResponse:
    """Ask about a new token, make it, and show it once."""
    form = TokenForm(request.POST if request.method == "POST" else None, team=request.team)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            token, text = request.team.machine_tokens.issue(
                request.team, name, by=request.user, ends_at=form.ends_at, connections=form.limited_to
            )
        except TokenNameTaken:
            form.add_error("name", name_taken(name))
        else:
            return _shown_once(request, token, text)
    context = {"form": form, "error_summary": form.error_summary()}
    return render(request, "registries/token_new.html", context, status=422 if form.errors else 200)


@member(at_least=Role.ADMIN)
@require_http_methods(PAGE_OR_VERB)
def token_rotate(request: TeamRequest, public_id: str) -> HttpResponse:
    """Give a token a new secret, and show it once."""
    token = _found(request, public_id)
    if not token.in_force:
        return _led_back(request, _("{name} does not work any more, so it cannot be rotated. Make a new one."), token)
    if request.method != "POST":
        return _asked(request, token, "token_rotate")
    if constant_time_compare(request.POST.get("stamp", ""), token.stamp):
        answer: HttpResponse = _rotated(request, token)
        return answer
    return _led_back(request, ROTATED_MEANWHILE, token)


@reauthentication_required  # type: ignore[untyped-decorator]
def _rotated(request: TeamRequest, token: MachineToken) -> HttpResponse:
    """Rotate the token that was asked about; of two who were asked about the same secret, one does."""
    try:
        text = token.rotate(by=request.user, digest=token.digest)
    except Rotated:
        return _led_back(request, ROTATED_MEANWHILE, token)
    return _shown_once(request, token, text)


@member(at_least=Role.ADMIN)
@require_http_methods(PAGE_OR_VERB)
def token_revoke(request: TeamRequest, public_id: str) -> HttpResponse:
    """Let a token stop working at once."""
    token = _found(request, public_id)
    if request.method != "POST":
        return _asked(request, token, "token_revoke")
    answer: HttpResponse = _revoked(request, token)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _revoked(request: TeamRequest, token: MachineToken) -> HttpResponse:
    token.revoke(by=request.user)
    messages.success(request, format_html(_("<b>{name} is revoked.</b> It works no longer."), name=token.name))
    return see(request, reverse("token_list", args=[request.team.slug]))


@member(at_least=Role.ADMIN)
@require_http_methods(PAGE_OR_VERB)
def token_remove(request: TeamRequest, public_id: str) -> HttpResponse:
    """Delete a token that works no longer."""
    token = _found(request, public_id)
    if token.in_force:
        return _led_back(request, _("{name} still works, so it was not removed. Revoke it first."), token)
    if request.method != "POST":
        return _asked(request, token, "token_remove")
    with suppress(Rotated):  # Somebody else removed it just now.
        token.remove(by=request.user)
    messages.success(request, format_html(_("<b>{name} is removed.</b>"), name=token.name))
    return see(request, reverse("token_list", args=[request.team.slug]))


def _found(request: TeamRequest, public_id: str) -> MachineToken:
    """Return the team's token of this id, with its last uses; 404 where there is none."""
    tokens = listed(request.team.machine_tokens.filter(public_id=public_id))
    if not tokens:
        raise Http404
    return tokens[0]


def _page(request: TeamRequest, made: MachineToken | None = None, **once: object) -> HttpResponse:
    """Show the list, and above it what is shown this once of the token that was made."""
    tokens = listed(request.team.machine_tokens.all())
    context = {"tokens": tokens, "registry_count": request.team.connections.count(), **once}
    if made:
        context["made"] = next((token for token in tokens if token.pk == made.pk), made)
    return render(request, "registries/token_list.html", context)


def _shown_once(request: TeamRequest, token: MachineToken, text: Secret) -> HttpResponse:
    """Show the list with a token's text above it, and how a machine uses it."""
    usage = snippets.environment(settings.BERTH_URL.geturl())
    return _page(
        request,
        made=token,
        text=text.reveal(),
        first_registry=token.visible.order_by(Lower("name")).first(),
        token_file=snippets.TOKEN_FILE,
        usage=snippets.highlighted(usage, "shell"),
        usage_text=usage,
    )


def _asked(request: TeamRequest, token: MachineToken, verb: str) -> HttpResponse:
    """Ask before a verb is done: on a page, or in the dialog that htmx fills."""
    part = f"registries/_{verb}.html"
    context = {"token": token, "part": part}
    return render(request, part if request.htmx else "registries/token_verb.html", context)


def _led_back(request: TeamRequest, words: Any, token: MachineToken) -> HttpResponse:
    """Say on the list why nothing was done."""
    messages.warning(request, format_html(words, name=format_html("<b>{}</b>", token.name)))
    return see(request, reverse("token_list", args=[request.team.slug]))
