"""The pages on which a connection is added: choose or paste, then the form of one flavor."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from console.access import TeamRequest, member
from console.languages import said
from console.models import Role
from registries.distribution import InvalidReference
from registries.flavors import FLAVORS
from registries.flavors.base import Flavor
from registries.forms import ConnectionForm
from registries.models import Draft, NameTaken
from registries.pasted.filling import from_image
from registries.pasted.image import read_image
from registries.views.answers import drafted, flavor_of, form_page, posted, saved, tried


@member(at_least=Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def connection_add(request: TeamRequest) -> HttpResponse:
    """
    Choose where the registry lives, or find it from an image.

    The image is posted, although finding changes nothing: a clipboard may hold a password, which belongs in no address.
    """
    Draft.objects.sweep()
    pasted = request.POST.get("ref", "").strip()
    context: dict[str, Any] = {"flavors": FLAVORS.values()}
    if pasted:
        try:
            found = read_image(pasted)
        except InvalidReference as error:
            context["not_found"] = said(error.args[0])
        else:
            own_hosts = [] if found.known else [flavor for flavor in FLAVORS.values() if flavor.own_hosts]
            context |= {"found": found, "image": str(found.reference), "own_hosts": own_hosts}
    return render(request, "registries/_found.html" if request.htmx else "registries/connection_add.html", context)


@member(at_least=Role.ADMIN)
@sensitive_post_parameters()
def connection_new(request: TeamRequest, flavor: str) -> HttpResponse:
    """Fill in the form of one flavor; a valid one is saved, then tested."""
    kind = flavor_of(flavor)
    draft = drafted(request, kind)
    form = ConnectionForm(
        *posted(request), flavor=kind, team=request.team, draft=draft, initial=filled_in(request, kind, draft)
    )
    if request.method == "POST" and form.is_valid():
        try:
            connection = request.team.connections.connect(**form.details(), registry=form.registry, by=request.user)
        except NameTaken:
            form.add_error("name", _("Somebody took this name just now. Choose another one."))
        else:
            if draft:
                draft.delete()
            tell_of_the_rest(request)
            return saved(request, connection, form, "new")
    return form_page(request, form)


@member(at_least=Role.ADMIN)
@sensitive_post_parameters()
def connection_try(request: TeamRequest, flavor: str) -> HttpResponse:
    """Test what is typed, before it is saved and before it has a name."""
    if request.method != "POST":  # Somebody came back to the address of an answer.
        return redirect("connection_new", request.team.slug, flavor)
    kind = flavor_of(flavor)
    form = ConnectionForm(
        request.POST, request.FILES, flavor=kind, team=request.team, draft=drafted(request, kind), for_test=True
    )
    return tried(request, form)


def filled_in(request: TeamRequest, flavor: type[Flavor], draft: Draft | None) -> dict[str, Any]:
    """Return what fills the form before anybody typed: a draft from a file, or the image that was found."""
    if draft:
        return {**draft.typed, "name": request.team.connections.free_name(draft.name) if draft.name else ""}
    if request.method == "POST" or not request.GET.get("image"):
        return {}
    try:
        filled: dict[str, Any] = from_image(read_image(request.GET["image"]), flavor)
    except InvalidReference:
        return {}
    if filled:
        filled["name"] = request.team.connections.free_name(flavor.without_secrets(filled).suggested_name)
    return filled


def tell_of_the_rest(request: TeamRequest) -> None:
    """Say how many logins of an imported file still wait for review."""
    waiting = Draft.objects.of(request.team, request.user).filter(from_file=True).count()
    if waiting:
        sentence = ngettext(
            '{count} more login from your file waits for review. <a href="{page}">Open them</a>.',
            '{count} more logins from your file wait for review. <a href="{page}">Open them</a>.',
            waiting,
        )
        page = reverse("connection_import", args=[request.team.slug])
        messages.info(request, format_html(sentence, count=waiting, page=page))
