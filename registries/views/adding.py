"""The pages on which a connection is added: choose or paste, then the form of one flavor."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from console.access import TeamRequest, member
from console.models import Role
from registries.flavors import FLAVORS
from registries.forms import ConnectionForm
from registries.models import NameTaken
from registries.views.answers import flavor_of, form_page, posted, saved, tried


@member(at_least=Role.ADMIN)
def connection_add(request: TeamRequest) -> HttpResponse:
    """Choose where the registry lives."""
    return render(request, "registries/connection_add.html", {"flavors": FLAVORS.values()})


@member(at_least=Role.ADMIN)
@sensitive_post_parameters()
def connection_new(request: TeamRequest, flavor: str) -> HttpResponse:
    """Fill in the form of one flavor; a valid one is saved, then tested."""
    form = ConnectionForm(*posted(request), flavor=flavor_of(flavor), team=request.team)
    if request.method == "POST" and form.is_valid():
        try:
            connection = request.team.connections.connect(**form.details(), registry=form.registry, by=request.user)
        except NameTaken:
            form.add_error("name", "Somebody took this name just now. Choose another one.")
        else:
            return saved(request, connection, form.registry, "new")
    return form_page(request, form)


@member(at_least=Role.ADMIN)
@sensitive_post_parameters()
def connection_try(request: TeamRequest, flavor: str) -> HttpResponse:
    """Test what is typed, before it is saved and before it has a name."""
    if request.method != "POST":  # Somebody came back to the address of an answer.
        return redirect("connection_new", request.team.slug, flavor)
    form = ConnectionForm(request.POST, request.FILES, flavor=flavor_of(flavor), team=request.team, for_test=True)
    return tried(request, form)
