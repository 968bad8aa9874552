"""The first run: one link, once; and the same from the command line."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.urls import reverse

from console import first_run
from console.models import AlreadySetUp, Installation, Role, Team, User

TYPED = {"name": "Alice", "email": "Alice@Northwind.example", "password": "correct horse battery", "team": "Northwind Labs"}


@pytest.fixture
def link(db: None) -> str:
    return reverse("setup", args=[first_run.token()])


def test_the_front_page_tells_a_visitor_to_open_the_link_from_the_terminal(client: Client, db: None) -> None:
    assert b"terminal" in client.get("/").content


def test_the_link_makes_an_owner_and_a_team_and_signs_the_owner_in(client: Client, link: str) -> None:
    response = client.post(link, TYPED)

    assert response.headers["Location"] == "/teams/northwind-labs/containers/"
    owner = User.objects.get()
    assert owner.email == "alice@northwind.example"
    assert [(m.team.name, m.role) for m in owner.memberships.select_related("team")] == [("Northwind Labs", Role.OWNER)]
    assert client.get(response.headers["Location"]).status_code == 200


def test_the_password_that_was_chosen_just_now_is_not_asked_for_again(client: Client, link: str) -> None:
    client.post(link, TYPED)

    assert client.get("/teams/northwind-labs/tokens/new/").status_code == 200
    client.post("/teams/northwind-labs/members/invite/", {"emails": "b@x.example", "role": "member"})
    assert Team.objects.get().invitations.count() == 1


def test_the_owner_may_sign_in_again_without_confirming_the_address(client: Client, link: str) -> None:
    client.post(link, TYPED)

    response = Client().post(reverse("account_login"), {"login": TYPED["email"], "password": TYPED["password"]})

    assert response.headers["Location"] == "/"


def test_the_link_is_worth_nothing_once_it_was_used(client: Client, link: str) -> None:
    client.post(link, TYPED)

    assert Client().get(link).status_code == 404
    assert Client().post(link, {**TYPED, "email": "eve@evil.example"}).status_code == 404
    assert User.objects.count() == 1


def test_a_wrong_token_opens_nothing(client: Client, link: str) -> None:
    assert client.post(reverse("setup", args=["0" * 64]), TYPED).status_code == 404
    assert not User.objects.exists()


def test_a_weak_password_is_refused_beside_its_field(client: Client, link: str) -> None:
    response = client.post(link, {**TYPED, "password": "password12"})

    assert response.status_code == 422
    assert b"too common" in response.content
    assert b"password12" not in response.content
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_set_ups_at_once_one_wins() -> None:
    installation = Installation.this()

    def set_up(number: int) -> str:
        try:
            return installation.set_up(email=f"p{number}@example.com", password="correct horse battery", team="T").slug
        except AlreadySetUp:
            return "too late"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(set_up, range(8)))

    assert sorted(results) == ["t"] + ["too late"] * 7
    assert (User.objects.count(), Team.objects.count()) == (1, 1)


def test_the_command_makes_the_same_and_prints_the_slug(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERTH_OWNER_PASSWORD", TYPED["password"])
    out = StringIO()

    call_command("setup", email=TYPED["email"], team="Northwind Labs", stdout=out)

    assert out.getvalue() == "northwind-labs\n"
    assert User.objects.get().check_password(TYPED["password"])


def test_the_command_refuses_where_there_is_a_user(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERTH_OWNER_PASSWORD", TYPED["password"])

    with pytest.raises(CommandError, match="There is a user already"):
        call_command("setup", email="eve@evil.example", team="Evil")

    assert not Team.objects.exists()


def test_the_command_says_what_is_wrong_with_what_it_was_given(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERTH_OWNER_PASSWORD", "short")

    with pytest.raises(CommandError, match="password: This password is too short"):
        call_command("setup", email=TYPED["email"], team="Northwind")
