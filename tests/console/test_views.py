"""Teams, the theme, and what stands on every answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.urls import reverse

from console.models import Role, Team, User, Verb

People = Callable[[User], Client]


def test_a_person_lands_where_they_were_last(alice: User, team: Team, signed_in: People) -> None:
    other = Team.objects.found("Aardvark", by=alice)
    client = signed_in(alice)
    client.get(reverse("connection_list", args=[team.slug]))

    assert client.get("/").headers["Location"] == f"/teams/{team.slug}/containers/"
    client.get(reverse("connection_list", args=[other.slug]))
    assert client.get("/").headers["Location"] == "/teams/aardvark/containers/"


def test_a_person_without_a_team_is_led_to_make_one(sam: User, signed_in: People) -> None:
    assert signed_in(sam).get("/").headers["Location"] == "/teams/"


def test_whoever_makes_a_team_owns_it(charlie: User, signed_in: People) -> None:
    response = signed_in(charlie).post("/teams/create/", {"name": "Field Trials", "slug": "hacked", "role": "member"})

    assert response.headers["Location"] == "/teams/field-trials/containers/"
    team = Team.objects.get(slug="field-trials")
    assert team.memberships.get().role == Role.OWNER
    assert [(event.verb, event.by) for event in team.events.all()] == [(Verb.TEAM_FOUNDED, charlie)]


def test_two_teams_of_one_name_get_addresses_of_their_own(alice: User, charlie: User) -> None:
    one, other = Team.objects.found("Müller & Söhne", by=alice), Team.objects.found("Müller & Söhne", by=charlie)

    assert one.slug == "muller-sohne"
    assert other.slug.startswith("muller-sohne-")


@pytest.mark.django_db(transaction=True)
def test_many_who_make_a_team_of_one_name_at_once_get_one_each() -> None:
    alice = User.objects.create_user("alice@northwind.example")

    def found(number: int) -> str:
        try:
            return Team.objects.found("Field Trials", by=alice).slug
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        slugs = set(threads.map(found, range(16)))

    assert len(slugs) == 16
    assert "field-trials" in slugs


@pytest.mark.parametrize("name", ["create", "new", "!!!", "日本"])
def test_a_name_never_takes_an_address_that_has_another_meaning(name: str, alice: User) -> None:
    team = Team.objects.found(name, by=alice)

    assert team.slug not in Team.RESERVED
    assert reverse("team_detail", args=[team.slug]) not in (reverse("team_create"), reverse("team_list"))


def test_the_switcher_shows_the_teams_one_is_in_and_no_others(
    alice: User, team: Team, charlie: User, signed_in: People
) -> None:
    page = signed_in(alice).get(reverse("connection_list", args=[team.slug])).content.decode()

    assert "Northwind" in page
    assert "Elsewhere" not in page


@pytest.mark.parametrize(("chosen", "shown"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')])
def test_the_theme_is_kept_in_a_cookie_and_rendered_by_the_server(
    client: Client, db: None, chosen: str, shown: str
) -> None:
    client.post("/theme/", {"theme": chosen})

    assert shown in client.get("/").content.decode()


def test_the_system_theme_leaves_no_cookie(client: Client, db: None) -> None:
    client.post("/theme/", {"theme": "dark"})
    client.post("/theme/", {"theme": "system"})

    assert "data-theme=" not in client.get("/").content.decode()


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "x", "\\evil", "javascript:alert(1)", ""])
def test_choosing_a_theme_never_leads_to_another_site(client: Client, db: None, target: str) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": target}).headers["Location"] == "/"


HEADERS = {
    "Content-Security-Policy": (
        "base-uri 'none'; connect-src 'self'; default-src 'none'; font-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; img-src 'self'; script-src 'self'; style-src 'self'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/teams/", "/nowhere/", "/admin/"])
def test_security_headers_stand_on_every_answer(client: Client, db: None, path: str) -> None:
    response = client.get(path)

    policy = "; ".join(sorted(response.headers["Content-Security-Policy"].split("; ")))
    assert {**{name: response.headers.get(name) for name in HEADERS}, "Content-Security-Policy": policy} == HEADERS
    assert "camera=()" in response.headers["Permissions-Policy"]


@pytest.mark.parametrize(
    "path", ["/teams/", "/accounts/email/", "/accounts/sessions/", "/accounts/password/change/", "/nowhere/"]
)
def test_no_answer_to_a_signed_in_person_is_kept_by_a_cache(alice: User, team: Team, signed_in: People, path: str) -> None:
    response = signed_in(alice).get(path)

    assert "no-store" in response.headers["Cache-Control"]


def test_a_request_larger_than_any_form_is_refused_in_words(client: Client, db: None) -> None:
    response = client.post("/accounts/login/", {"login": "x" * 1_100_000})

    assert response.status_code == 413
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert b"1024" in response.content


@pytest.mark.parametrize("path", ["/teams/northwind/containers/?q=%00", "/teams/a%00b/", "/?%00", "/admin/?e=%00"])
def test_a_nul_in_the_address_is_refused(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("charset", ["hex", "base64", "idna", "rot13", "undefined", "unicode_escape", "utf-16"])
def test_a_charset_that_no_form_has_is_refused(client: Client, db: None, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"

    assert client.generic("POST", "/accounts/login/", b"login=x", content_type=kind).status_code == 400


def test_a_database_that_is_away_is_said_to_be_for_a_while(
    alice: User, signed_in: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: User) -> None:
        raise OperationalError("database is locked")

    client = signed_in(alice)
    client.raise_request_exception = False
    monkeypatch.setattr(User, "teams", property(away))

    response = client.get("/")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


def test_a_foreign_host_name_is_refused(client: Client, db: None) -> None:
    response = client.get("/", HTTP_HOST="evil.example")

    assert response.status_code == 400
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_security_headers_stand_on_static_files_too(client: Client, db: None) -> None:
    response = client.get("/static/css/berth.css")
    response.close()

    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
