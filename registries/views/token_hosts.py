"""Approving the token service that a registry names on another host, and withdrawing that. Source: security page, S9."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from console.access import TeamRequest, member
from console.models import Role
from registries.bulkhead import wait
from registries.models import Check, Connection, NotNamed, SecretLocked, Stale, TooMany
from registries.models.token_hosts import MOST_TOKEN_HOSTS, name_of
from registries.views.answers import QUICK_SECONDS, found, see

NOT_DONE = {
    Stale: "Somebody changed {} meanwhile, so nothing was done. Look at it as it is now.",
    NotNamed: "{} does not name this host now, so nothing was done. Run the test again.",
    TooMany: f"{{}} has {MOST_TOKEN_HOSTS} approved token hosts already. Withdraw one first.",
    SecretLocked: "The secret of {} cannot be opened, so nothing was done. Enter the secret again.",
}


@member(at_least=Role.ADMIN)
@require_POST
def token_host_approve(request: TeamRequest, name: str) -> HttpResponse:
    """Let the login go to the token host that the latest test named, and test again."""
    connection = found(request, name)
    return _answered(request, connection, connection.approve_token_host, "<b>{} is approved for {}.</b>")


@member(at_least=Role.ADMIN)
@require_POST
def token_host_withdraw(request: TeamRequest, name: str) -> HttpResponse:
    """Let the login go to a token host no longer, and test again."""
    connection = found(request, name)
    return _answered(request, connection, connection.withdraw_token_host, "<b>{} is withdrawn from {}.</b>")


def _answered(request: TeamRequest, connection: Connection, verb: Callable[..., None], done: str) -> HttpResponse:
    """Do what was asked about the origin and the version that the page showed, or say why not."""
    origin, version = request.POST.get("origin", ""), request.POST.get("version", "")[:9]
    try:
        verb(origin, by=request.user, version=int(version) if version.isdecimal() else 0)
    except tuple(NOT_DONE) as refusal:
        messages.warning(request, format_html(NOT_DONE[type(refusal)], connection.name))
    else:
        messages.success(request, format_html(done, name_of(origin), connection.name))
        if not connection.paused:
            Check.objects.ask(connection, by=request.user)
            wait(Check.run_queued(), QUICK_SECONDS)
    return see(request, reverse("connection_detail", args=[request.team.slug, connection.name]) + "#check")
