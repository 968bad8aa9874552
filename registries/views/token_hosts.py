"""Approving the token service that a registry names on another host, and withdrawing that. Source: security page, S9."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from console.access import TeamRequest, member
from console.models import Role
from registries.bulkhead import wait
from registries.models import Check, Connection, NotNamed, SecretLocked, Stale, TooMany
from registries.models.token_hosts import MOST_TOKEN_HOSTS, name_of
from registries.views.answers import QUICK_SECONDS, found, see

NOT_DONE: Mapping[type[Exception], Any] = {
    Stale: _("Somebody changed {name} meanwhile, so nothing was done. Look at it as it is now."),
    NotNamed: _("{name} does not name this host now, so nothing was done. Run the test again."),
    TooMany: _("{name} has {most} approved token hosts already. Withdraw one first."),
    SecretLocked: _("The secret of {name} cannot be opened, so nothing was done. Enter the secret again."),
}


@member(at_least=Role.ADMIN)
@require_POST
def token_host_approve(request: TeamRequest, name: str) -> HttpResponse:
    """Let the login go to the token host that the latest test named, and test again."""
    connection = found(request, name)
    return _answered(request, connection, connection.approve_token_host, _("<b>{host} is approved for {name}.</b>"))


@member(at_least=Role.ADMIN)
@require_POST
def token_host_withdraw(request: TeamRequest, name: str) -> HttpResponse:
    """Let the login go to a token host no longer, and test again."""
    connection = found(request, name)
    return _answered(request, connection, connection.withdraw_token_host, _("<b>{host} is withdrawn from {name}.</b>"))


def _answered(request: TeamRequest, connection: Connection, verb: Callable[..., None], done: Any) -> HttpResponse:
    """Do what was asked about the origin and the version that the page showed, or say why not."""
    origin, version = request.POST.get("origin", ""), request.POST.get("version", "")[:9]
    try:
        verb(origin, by=request.user, version=int(version) if version.isdecimal() else 0)
    except tuple(NOT_DONE) as refusal:
        messages.warning(request, format_html(NOT_DONE[type(refusal)], name=connection.name, most=MOST_TOKEN_HOSTS))
    else:
        messages.success(request, format_html(done, host=name_of(origin), name=connection.name))
        if not connection.paused:
            Check.objects.ask(connection, by=request.user)
            wait(Check.run_queued(), QUICK_SECONDS)
    return see(request, reverse("connection_detail", args=[request.team.slug, connection.name]) + "#check")
