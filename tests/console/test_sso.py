"""Single sign-on, driven over real HTTP against a provider on loopback: who comes in, and who does not."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from console.models import Invitation, Role, Team, User, Verb
from console.sso.configuration import Place
from tests.at_once import at_once
from tests.console.sso_world import ACCOUNT, AGAIN, BEGIN, linked, round_trip, set_to, titled, way_back, way_there, who
from tests.fake_provider import ACCESS_TOKEN, CODE, OTHER_KEY, SECRET, FakeProvider

pytestmark = pytest.mark.enable_socket
LOGIN = "/accounts/login/"
# A visitor's GET and POST, then a person's: 302 leads to sign-in, or to a recent one, or on.
PAGES = {
    BEGIN: ((405, 200), (405, 302)),
    f"{BEGIN}callback/": ((400, 405), (400, 405)),
    ACCOUNT: ((302, 302), (200, 422)),
    f"{ACCOUNT}connect/": ((302, 302), (405, 302)),
    AGAIN: ((302, 302), (200, 200)),
}


# Who comes in ----------------------------------------------------------------------------------------------------------


def test_the_sign_in_page_has_the_button(client: Client, provider: FakeProvider, db: None) -> None:
    page = client.get(f"{LOGIN}?next=/teams/").content.decode()

    assert "Sign in with Northwind SSO" in page
    assert f'<form method="post" action="{BEGIN}">' in page
    assert page.count('name="next" value="/teams/"') == 3  # With the password, a passkey, or there.


def test_somebody_of_a_listed_domain_gets_an_account_and_joins_its_team(
    client: Client, provider: FakeProvider, team: Team
) -> None:
    answer = round_trip(client)

    nina = User.objects.get(email="nina@northwind.example")
    assert (answer.status_code, who(client)) == (302, str(nina.pk))
    assert (nina.name, nina.has_usable_password()) == ("Nina New", False)
    assert team.memberships.get(user=nina).role == Role.MEMBER
    event = team.events.get(verb=Verb.JOINED_BY_SSO)
    assert (event.verb, event.by, event.detail) == ("person:member:sso", nina, "As a member.")
    assert b"You are in Northwind now." in client.get("/", follow=True).content


def test_a_domain_may_lead_to_another_role(client: Client, provider: FakeProvider, team: Team, settings: Settings) -> None:
    settings.BERTH_OIDC = set_to(provider, teams={"northwind.example": Place("northwind", "admin")})

    round_trip(client)

    assert team.memberships.get(user__email="nina@northwind.example").role == Role.ADMIN


def test_a_team_that_was_renamed_is_still_the_one(client: Client, provider: FakeProvider, team: Team, alice: User) -> None:
    team.rename("Northwind", "northwind-labs", by=alice)

    round_trip(client)

    assert team.memberships.filter(user__email="nina@northwind.example").exists()


def test_somebody_comes_in_again_by_who_they_are_and_not_by_their_address(
    client: Client, provider: FakeProvider, team: Team
) -> None:
    round_trip(Client())
    provider.claims |= {"email": "nina@elsewhere.example", "email_verified": False}

    round_trip(client)

    assert who(client) == str(User.objects.get(email="nina@northwind.example").pk)
    assert User.objects.filter(email__startswith="nina").count() == 1


def test_who_left_the_team_or_was_removed_is_not_taken_in_again(
    client: Client, provider: FakeProvider, team: Team, alice: User
) -> None:
    round_trip(Client())
    team.memberships.get(user__email="nina@northwind.example").remove(by=alice)

    round_trip(client)

    assert who(client)
    assert not team.memberships.filter(user__email="nina@northwind.example").exists()


def test_who_was_a_member_before_is_not_taken_in_after_their_removal(
    client: Client, provider: FakeProvider, team: Team, vera: User, alice: User
) -> None:
    linked(vera, provider)
    provider.claims["email"] = vera.email
    team.memberships.get(user=vera).remove(by=alice)

    round_trip(client)

    assert who(client) == str(vera.pk)
    assert not team.memberships.filter(user=vera).exists()
    assert not team.events.filter(verb=Verb.JOINED_BY_SSO).exists()


def test_a_team_that_is_not_there_keeps_nobody_out(
    client: Client, provider: FakeProvider, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    round_trip(client)

    assert who(client)
    assert "BERTH_OIDC_TEAMS leads to the team northwind, which is not there" in caplog.text


def test_who_was_invited_gets_an_account_and_joins_by_the_link(
    client: Client, provider: FakeProvider, team: Team, alice: User
) -> None:
    provider.claims["email"] = "nina@elsewhere.example"
    [(_, secret)] = Invitation.objects.invite(team, ["Nina@elsewhere.example"], Role.ADMIN, by=alice)
    link = f"/invitations/{secret}/"
    assert f'name="next" value="{link}"' in client.get(link).content.decode()

    answer = round_trip(client, next=link)

    assert answer.headers["Location"] == link
    assert not team.memberships.filter(user__email="nina@elsewhere.example").exists()
    assert b"Join the team" in client.get(link).content
    client.post(link)
    assert team.memberships.get(user__email="nina@elsewhere.example").role == Role.ADMIN


def test_the_link_of_an_invitation_is_in_no_session(provider: FakeProvider, team: Team, alice: User) -> None:
    provider.claims["email"] = "nina@elsewhere.example"
    [(_, secret)] = Invitation.objects.invite(team, ["nina@elsewhere.example"], Role.MEMBER, by=alice)
    client = Client()

    began = client.post(BEGIN, {"next": f"/invitations/{secret}/"})
    during = [session.get_decoded() for session in Session.objects.all()]
    client.get(way_back(way_there(began)))
    after = [session.get_decoded() for session in Session.objects.all()]

    assert secret not in repr(during + after)


@pytest.mark.parametrize("case", ["no domain", "ended", "withdrawn", "another address"])
def test_nobody_else_gets_an_account(client: Client, provider: FakeProvider, team: Team, alice: User, case: str) -> None:
    provider.claims["email"] = "nina@elsewhere.example"
    if case != "no domain":
        invited = "other@elsewhere.example" if case == "another address" else "nina@elsewhere.example"
        [(invitation, _)] = Invitation.objects.invite(team, [invited], Role.MEMBER, by=alice)
        if case == "ended":
            Invitation.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
        if case == "withdrawn":
            invitation.withdraw(by=alice)

    answer = round_trip(client)

    assert answer.status_code == 403
    assert titled(answer, "There is no place for you here yet")
    assert "Northwind SSO says that you are nina@elsewhere.example." in answer.content.decode()
    assert not User.objects.filter(email="nina@elsewhere.example").exists()
    assert not who(client)


@pytest.mark.parametrize(
    "lookalike", ["nina@evil-northwind.example", "nina@northwind.example.evil.example", "n@x.northwind.example"]
)
def test_a_domain_is_compared_whole(client: Client, provider: FakeProvider, team: Team, lookalike: str) -> None:
    provider.claims["email"] = lookalike

    assert round_trip(client).status_code == 403


@pytest.mark.parametrize(
    "unverified",
    [
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": 1},
        {"email_verified": None},
        {"email": ["nina@northwind.example"]},
        {"email": None},
        {"email": "nina@northw\u0131nd.example"},
        {"email": "\u212aina@northwind.example"},
    ],
    ids=["false", "text", "number", "null", "list", "none", "dotless", "kelvin"],
)
def test_an_address_that_the_provider_does_not_vouch_for_lets_nobody_in(
    client: Client, provider: FakeProvider, team: Team, unverified: dict[str, Any]
) -> None:
    provider.claims |= unverified

    answer = round_trip(client)

    assert answer.status_code == 403
    assert titled(answer, "Northwind SSO does not vouch for your address")
    assert not User.objects.filter(email__startswith="nina").exists()


def test_an_address_is_verified_or_not_where_it_comes_from(client: Client, provider: FakeProvider, team: Team) -> None:
    provider.thin = True
    provider.about = {**provider.claims, "email_verified": False}

    assert round_trip(client).status_code == 403

    provider.about["email_verified"] = "true"  # As text, as one provider writes it.
    round_trip(client)
    assert who(client)
    assert "/userinfo" in provider.paths()


def test_what_is_said_of_somebody_else_is_not_believed(client: Client, provider: FakeProvider, team: Team) -> None:
    provider.thin = True
    provider.about = {**provider.claims, "sub": "sub-of-another"}

    assert titled(round_trip(client), "The answer of Northwind SSO is not right")
    assert not who(client)


def test_nobody_is_the_first_before_berth_is_set_up(client: Client, provider: FakeProvider, db: None) -> None:
    answer = round_trip(client)

    assert titled(answer, "Berth is not set up yet")
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_tabs_that_come_back_at_the_same_moment_are_one_person(provider: FakeProvider, team: Team) -> None:
    clients = [Client() for _ in range(8)]
    backs = [way_back(way_there(client.post(BEGIN))) for client in clients]

    answers = at_once(8, lambda number: str(clients[number].get(backs[number]).status_code))

    assert answers == ["302"] * 8
    assert User.objects.filter(email="nina@northwind.example").count() == SocialAccount.objects.count() == 1
    assert team.events.filter(verb=Verb.JOINED_BY_SSO).count() == 1


# Where people are led, and what is kept --------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(client: Client, provider: FakeProvider, team: Team, target: str) -> None:
    assert round_trip(client, next=target).headers["Location"] == "/"

    client.post("/accounts/logout/")
    begun = client.post(BEGIN)
    client.cookies["berth-next"] = target
    assert client.get(way_back(way_there(begun))).headers["Location"] == "/"


def test_people_are_led_to_where_they_wanted(client: Client, provider: FakeProvider, team: Team) -> None:
    assert round_trip(client, next="/teams/northwind/").headers["Location"] == "/teams/northwind/"


def test_an_address_of_any_shape_breaks_nothing(client: Client, provider: FakeProvider, team: Team) -> None:
    assert round_trip(client, next="/teams/☃/?a=\r\nb").headers["Location"].startswith("/teams/%E2%98%83/")
    client.post("/accounts/logout/")
    assert round_trip(client, next="/" + "x" * 100_000).headers["Location"] == "/"


def test_what_is_asked_of_the_provider_is_ours_to_say(client: Client, provider: FakeProvider, db: None) -> None:
    began = client.post(f"{BEGIN}?auth_params=prompt%3Dnone&scope=admin&process=redirect&next=/teams/")

    asked = dict(parse_qsl(urlsplit(way_there(began)).query))
    asked["scope"] = " ".join(sorted(asked["scope"].split()))
    assert {name: asked[name] for name in asked if name not in ("state", "nonce", "code_challenge")} == {
        "client_id": "berth",
        "redirect_uri": "http://127.0.0.1:8000/accounts/oidc/sso/login/callback/",
        "scope": "email openid profile",
        "response_type": "code",
        "code_challenge_method": "S256",
    }
    assert len(asked["nonce"]) >= 40


def test_the_way_there_needs_a_form_of_ours(provider: FakeProvider, db: None) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.get(BEGIN).status_code == 405
    assert strict.post(BEGIN).status_code == 403
    assert provider.asked == []


def test_no_token_of_the_provider_is_kept_anywhere(client: Client, provider: FakeProvider, team: Team) -> None:
    round_trip(client)

    kept = [session.get_decoded() for session in Session.objects.all()]
    assert not SocialToken.objects.exists()
    assert SocialAccount.objects.get().extra_data == {"email": "nina@northwind.example"}
    assert not [secret for secret in (ACCESS_TOKEN, CODE, SECRET) if secret in repr(kept)]


def test_the_session_key_changes_at_sign_in(client: Client, provider: FakeProvider, team: Team) -> None:
    began = client.post(BEGIN)
    before = client.session.session_key

    client.get(way_back(way_there(began)))

    assert client.session.session_key != before


def test_the_configuration_and_the_keys_are_asked_for_once(provider: FakeProvider, team: Team) -> None:
    for _ in range(2):
        round_trip(Client())

    assert provider.paths().count("/.well-known/openid-configuration") == 1
    assert provider.paths().count("/keys") == 1


def test_a_key_that_the_provider_made_since_is_asked_for(client: Client, provider: FakeProvider, team: Team) -> None:
    round_trip(Client())
    provider.key, provider.kid = OTHER_KEY, "second"
    provider.published = {"second": OTHER_KEY}

    round_trip(client)

    assert who(client)


def test_a_provider_that_wants_the_secret_in_a_header_gets_it_there(
    client: Client, provider: FakeProvider, team: Team
) -> None:
    provider.configuration = {"token_endpoint_auth_methods_supported": ["client_secret_basic"]}

    answer = round_trip(client)

    assert answer.status_code == 502  # Ours wants it in the body.
    assert "client_secret" not in provider.last("/token")


def test_nothing_of_it_is_there_where_no_provider_is_set(client: Client, alice: User) -> None:
    cache.clear()
    client.force_login(alice)

    for path in (BEGIN, f"{BEGIN}callback/", ACCOUNT, f"{ACCOUNT}connect/", f"{ACCOUNT}reauthenticate/"):
        assert (client.get(path).status_code, client.post(path).status_code) == (404, 404)
        assert Client().get(path).status_code == 404
    assert "Single sign-on" not in client.get("/accounts/email/").content.decode()
    assert BEGIN not in Client().get(LOGIN).content.decode()


@pytest.mark.parametrize("visitor", ["nobody", "alice"])
def test_where_a_provider_is_set_its_pages_are_for_whom_they_are_for(
    provider: FakeProvider, alice: User, visitor: str
) -> None:
    client = Client()
    if visitor == "alice":
        client.force_login(alice)

    got = {path: (client.get(path).status_code, client.post(path).status_code) for path in PAGES}

    assert got == {path: answers[visitor == "alice"] for path, answers in PAGES.items()}
