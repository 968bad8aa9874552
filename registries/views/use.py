"""
The card “Use it”: what people paste into a workflow, Docker, Kubernetes or Podman, to be copied or downloaded.

Nothing in it is secret. Source: design page, section 6; reference page, section 4.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.access import TeamRequest
from console.models import Team
from registries import snippets
from registries.models import Connection
from registries.resolution import Problem, resolve_server

TABS = {
    "workflow": _("Workflow"),
    "docker": _("Docker login"),
    "kubernetes": "Kubernetes",
    "helper": _("Credential helper"),
    "podman": "Podman",
}
_CONTENT_TYPES = {"yaml": "application/yaml", "json": "application/json", "shell": "application/x-sh"}


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """A snippet: `title` stands over it, `file` is what its download is called."""

    title: str
    file: str
    text: str
    language: Literal["yaml", "json", "shell"] = "shell"

    @property
    def marked(self) -> SafeString:
        """The text as HTML, its parts in classes."""
        return snippets.highlighted(self.text, self.language)


def tab_of(request: TeamRequest) -> str:
    """Return which tab is asked for; the first where it is none of them."""
    return tab if (tab := request.GET.get("use", "")) in TABS else "workflow"


def snippets_of(tab: str, connection: Connection) -> dict[str, Snippet]:
    """Return the snippets of a tab, by what its template calls them."""
    url = settings.BERTH_URL.geturl()
    set_up = {
        "client": Snippet(title=gettext("Install the client"), file="install-berth.sh", text=snippets.client(url)),
        "environment": Snippet(
            title=gettext("Shell, or its profile"), file="berth-settings.sh", text=snippets.environment(url)
        ),
    }
    return (set_up if tab != "workflow" else {}) | _MADE_BY[tab](connection, url)


def download(request: TeamRequest, connection: Connection) -> HttpResponse:
    """Answer with one snippet as a file; 404 where the tab has none of this name."""
    for snippet in snippets_of(tab_of(request), connection).values():
        if snippet.file == request.GET.get("file"):
            return HttpResponse(
                snippet.text,
                content_type=f"{_CONTENT_TYPES[snippet.language]}; charset=utf-8",
                headers={"Content-Disposition": f'attachment; filename="{snippet.file}"'},
            )
    raise Http404


def use_context(request: TeamRequest, connection: Connection) -> dict[str, Any]:
    """Return what the card shows. `reveal_key` marks one press of the button that shows the credential."""
    tab = tab_of(request)
    return {
        "tabs": TABS,
        "tab": tab,
        "tab_template": f"registries/_use_{tab}.html",
        "snippets": snippets_of(tab, connection),
        "login_name": connection.login_name,
        "mints": connection.flavor_class.without_secrets(connection.settings).mints,
        "has_login": connection.sealed_with is not None,
        "reveal_key": uuid.uuid4(),
        **(_others_at_its_host(connection) if tab == "helper" else {}),
    }


def _others_at_its_host(connection: Connection) -> dict[str, Any]:
    """Return which registries share the host, and what a credential helper, which asks by host alone, then gets."""
    there = list(connection.team.connections.filter(host=connection.host))
    if len(there) == 1:
        return {}
    by_host = resolve_server(connection.host, there)
    names = sorted((one.name for one in there if one.pk != connection.pk), key=str.lower)
    return {
        "neighbours": _linked(connection.team, names),
        "helper_gets": by_host.chosen.name if by_host.chosen else "",
        "ambiguous": by_host.problem == Problem.AMBIGUOUS,
    }


def _linked(team: Team, names: Sequence[str]) -> SafeString:
    """Put registries in a row, each leading to how it is used with a credential helper."""
    addresses = [reverse("connection_detail", args=[team.slug, name]) for name in names]
    links = [format_html('<a href="{}?use=helper#use">{}</a>', *one) for one in zip(addresses, names, strict=True)]
    *others, last = links
    if not others:
        return last
    return format_html(gettext("{others} and {last}"), others=format_html_join(", ", "{}", zip(others)), last=last)


# The tabs ----------------------------------------------------------------------------------------------------------------


def _workflow(connection: Connection, url: str) -> dict[str, Snippet]:
    text = snippets.workflow(connection)
    return {"workflow": Snippet(title="workflow.yaml", file="workflow.yaml", text=text, language="yaml")}


def _docker(connection: Connection, url: str) -> dict[str, Snippet]:
    name = connection.login_name
    made = {"login": Snippet(title=gettext("Shell"), file="docker-login.sh", text=snippets.docker_login(connection, name))}
    if name:
        text = snippets.docker_login_by_curl(connection, name, url)
        made["curl"] = Snippet(title=gettext("Shell, without the client"), file="docker-login-by-curl.sh", text=text)
    return made


def _kubernetes(connection: Connection, url: str) -> dict[str, Snippet]:
    provider = snippets.credential_provider(connection, url)
    return {
        "secret": Snippet(title=gettext("Shell"), file="pull-secret.sh", text=snippets.pull_secret(connection)),
        "pod": Snippet(title="pod.yaml", file="pod.yaml", text=snippets.pod(connection), language="yaml"),
        "provider": Snippet(
            title="credential-provider.yaml", file="credential-provider.yaml", text=provider, language="yaml"
        ),
    }


def _helper(connection: Connection, url: str) -> dict[str, Snippet]:
    text = snippets.helper_config(connection)
    return {"config": Snippet(title="~/.docker/config.json", file="config.json", text=text, language="json")}


def _podman(connection: Connection, url: str) -> dict[str, Snippet]:
    helper = snippets.containers_helper_config(connection)
    return {
        "auth": Snippet(title=gettext("Shell"), file="podman-login.sh", text=snippets.containers_auth(connection)),
        "config": Snippet(title="~/.config/containers/auth.json", file="auth.json", text=helper, language="json"),
    }


_MADE_BY: Mapping[str, Callable[[Connection, str], dict[str, Snippet]]] = {
    "workflow": _workflow,
    "docker": _docker,
    "kubernetes": _kubernetes,
    "helper": _helper,
    "podman": _podman,
}
