"""
Showing the credential of a connection to a person, once.

Sources: product page, section 8; security page, rows L9, A12, B10 and B12. The secret is in the answer to one POST and
nowhere else: not in the session, an address, a message or a log.
"""

from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _

from console import languages
from console.access import TeamRequest, member
from console.models import Role
from registries.models import Asker, Connection, LedgerUnavailable, Refused, ShownBefore, reveal
from registries.views.answers import found

RETRY_AFTER_SECONDS = 5


@member(at_least=Role.ADMIN)
def connection_reveal(request: TeamRequest, name: str) -> HttpResponse:
    """Show the credential of a connection to an admin who entered the password a moment ago; a GET shows nothing."""
    connection = found(request, name)
    if request.method != "POST":
        return redirect("connection_detail", request.team.slug, connection.name)
    answer: HttpResponse = _shown(request, connection)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _shown(request: TeamRequest, connection: Connection) -> HttpResponse:
    """Show it, or lead back to the page with the sentence that says why not."""
    asker = Asker(
        team=request.team,
        name=str(request.user),
        person=request.user,
        address=get_adapter().get_client_ip(request),
        program=request.headers.get("User-Agent", ""),
    )
    try:
        credential = reveal(connection, asker, key=UUID(request.POST.get("key", "")))
    except (ShownBefore, ValueError):
        said = _(
            "<b>This was answered before, and a credential is shown once.</b> For that of {name}, press the button anew."
        )
        messages.warning(request, format_html(said, name=connection.name))
    except Refused as refused:
        messages.warning(
            request, format_html(_("<b>The credential is not shown.</b> {why}"), why=languages.said(refused.sentence))
        )
    except LedgerUnavailable:
        answer = render(request, "registries/reveal_unavailable.html", {"connection": connection}, status=503)
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return answer
    except Connection.DoesNotExist:
        raise Http404 from None
    else:
        shown = {"connection": connection, "credential": credential, "password": credential.password.reveal()}
        return render(request, "registries/connection_reveal.html", shown)
    return redirect("connection_detail", request.team.slug, connection.name)
