"""
A door that does not let somebody in ends the request: nothing of the view behind it runs, and nothing is written [V34].

A status alone does not tell: a view that answers 403 may have done its work before. So each call of Python code is watched
while a request is answered, and the code of the view must not be among it. The addresses are walked as Django knows them,
so a new one is watched from its first day; who is open to everybody is listed here, and a door that is left out fails.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from types import CodeType, FrameType
from typing import Any, NamedTuple

import pytest
from django.db import connection as database
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django.views import View

from console.models import Team, User
from registries.models import MachineToken
from tests.test_access import TABLE, places_of

__all__ = ["places_of"]  # The fixture.

# What is for everybody, or has another door: a link with a secret in it, or a machine's token.
OPEN = {
    "account_confirm_email", "account_confirm_login_code", "account_email_verification_sent", "account_inactive",
    "account_login", "account_logout", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done", "account_signup", "admin:login",
    "api:api-root", "api:credentials", "api:docker_config", "api:docs", "api:openapi-json", "api:pull_secret",
    "api:registries", "api:spec_checks", "index", "invitation", "machine_client", "mfa_authenticate",
    "mfa_login_webauthn", "setup", "theme", "language",
    # Where there is a provider, these ask by themselves who is there; tests/console/test_sso.py has their visitors.
    "sso_callback", "sso_connect", "sso_connections", "sso_login", "sso_reauthenticate",
}  # fmt: skip
# Members may go by themselves, and are led on from the team's settings, so these two decide by themselves.
DECIDED_INSIDE = {"member_remove", "team_detail"}
WRITES = ("INSERT", "UPDATE", "DELETE")


class Address(NamedTuple):
    name: str
    route: str
    callback: Any

    @property
    def is_open(self) -> bool:
        return not getattr(self.callback, "login_required", True)

    @property
    def body(self) -> set[CodeType]:
        """The code of the view itself, without what was put around it."""
        view: type[View] | None = getattr(self.callback, "view_class", None)
        if view is None:
            return {_code(self.callback)}
        return {_code(getattr(view, name)) for name in ("dispatch", "get", "post") if hasattr(view, name)}


def _code(function: Any) -> CodeType:
    inner: Any = inspect.unwrap(function)
    code: CodeType = getattr(inner, "__func__", inner).__code__
    return code


def addresses(resolver: URLResolver, namespace: str = "", route: str = "") -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        here = f"{route}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield Address(f"{namespace}{pattern.name}", here, pattern.callback)
        else:
            yield from addresses(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace, here)


ALL = list(addresses(get_resolver()))
OF_TEAMS = [address for address in ALL if "<slug:team>" in address.route]
OF_STAFF = [address for address in ALL if address.route.startswith("admin/") and not address.is_open]
ARGUMENTS = {row.name: row.arguments for row in reversed(TABLE)}


def path(address: Address, places: dict[str, str]) -> str:
    """Return a path that leads there, to things of Northwind that are there."""
    if address.name in ARGUMENTS:
        return reverse(address.name, args=[places.get(argument, argument) for argument in ARGUMENTS[address.name]])
    assert address.route.startswith("admin/"), f"{address.name} is in no row of the table."
    pk = places["{vera}"] if "/user/" in address.route else "1"
    filled = address.route.replace("<path:object_id>", pk).replace("^(?P<app_label>console|registries)/$", "console/")
    return "/" + filled.replace("(?P<url>.*)$", "nothing/")


class Watched(NamedTuple):
    status: int
    ran: set[CodeType]
    written: list[str]


def watched(client: Client, method: str, where: str) -> Watched:
    """Send a request, and return what ran and what was written while it was answered."""
    ran, written = set[CodeType](), list[str]()

    def watch(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            ran.add(frame.f_code)

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(WRITES):
            written.append(sql)
        return execute(sql, *rest)

    with database.execute_wrapper(note):
        sys.setprofile(watch)
        try:
            status = client.generic(method, where).status_code
        finally:
            sys.setprofile(None)
    return Watched(status, ran, written)


def test_v34_what_is_open_to_everybody_is_listed_here() -> None:
    assert {address.name for address in ALL if address.is_open} == OPEN


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_v34_nothing_runs_for_who_is_not_signed_in(method: str, places_of: dict[str, str]) -> None:
    for address in ALL:
        if not address.is_open:
            seen = watched(Client(), method, path(address, places_of))

            assert (seen.status, seen.ran & address.body, seen.written) == (302, set(), []), address


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_v34_nothing_runs_for_a_stranger_to_the_team(
    method: str, places_of: dict[str, str], charlie: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(charlie)

    for address in OF_TEAMS:
        seen = watched(client, method, path(address, places_of))

        assert (seen.status, seen.ran & address.body, seen.written) == (404, set(), []), address


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_v34_nothing_of_the_admin_runs_for_who_is_not_staff(
    method: str, places_of: dict[str, str], alice: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(alice)

    for address in OF_STAFF:
        seen = watched(client, method, path(address, places_of))

        assert (seen.status, seen.ran & address.body, seen.written) == (302, set(), []), address


def test_v34_nothing_runs_for_a_member_whose_role_is_too_low(
    places_of: dict[str, str], vera: User, signed_in: Callable[[User], Client]
) -> None:
    client, bodies = signed_in(vera), {address.name: address.body for address in OF_TEAMS}
    client.get("/teams/northwind/containers/")  # That she was seen is written once.
    refused = [row for row in TABLE if row.expected[2] == 403]
    assert len(refused) > 40

    for row in refused:
        where = reverse(row.name, args=[places_of.get(argument, argument) for argument in row.arguments])
        seen = watched(client, row.method, where)

        assert (seen.status, seen.written) == (403, []), row
        assert bool(seen.ran & bodies[row.name]) is (row.name in DECIDED_INSIDE), row


def test_what_watches_would_see_a_view_that_ran(
    places_of: dict[str, str], alice: User, sam: User, signed_in: Callable[[User], Client]
) -> None:
    for client, addresses_there in ((signed_in(alice), OF_TEAMS), (signed_in(sam), OF_STAFF)):
        ran = [
            address.name
            for address in addresses_there
            if watched(client, "GET", path(address, places_of)).ran & address.body
        ]

        assert len(ran) > len(addresses_there) / 2


# The machines' API --------------------------------------------------------------------------------------------------------

OF_MACHINES = [f"api:{name}" for name in ("credentials", "registries", "docker_config", "pull_secret", "spec_checks")]
OPERATIONS = {
    inspect.unwrap(function).__code__
    for name in ("registries.api.views", "registries.api.spec_checks")
    for _, function in inspect.getmembers(import_module(name), inspect.isfunction)
    if function.__module__ == name
}


def test_every_address_of_the_api_is_a_machines_or_describes_it() -> None:
    described = {"api:openapi-json", "api:docs", "api:api-root"}

    assert {address.name for address in ALL if address.route.startswith("api/")} == {*OF_MACHINES, *described}


@pytest.mark.parametrize("token", ["", "Bearer nonsense", "Bearer berth_AAAAAAAA_" + "0" * 38, "Basic YTpi"])
def test_v34_nothing_of_the_machines_api_runs_without_a_token(token: str, db: None) -> None:
    client = Client(headers={"Authorization": token} if token else {})

    for name in OF_MACHINES:
        for method in ("GET", "POST"):
            seen = watched(client, method, reverse(name))

            assert (seen.status in (401, 405), seen.ran & OPERATIONS, seen.written) == (True, set(), []), name


def test_what_watches_would_see_the_machines_api_run(team: Team, alice: User) -> None:
    ends_at = timezone.now() + timedelta(days=1)
    _, text = MachineToken.objects.issue(team, "ci", by=alice, ends_at=ends_at, connections=None)
    client = Client(headers={"Authorization": f"Bearer {text.reveal()}"})

    assert watched(client, "GET", reverse("api:registries")).ran & OPERATIONS
