"""Sessions: what ends them, how long they last, and the page on which a person sees and ends their own."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection as database
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from console import sessions
from console.models import Invitation, LastOwner, NotAllowed, Role, Team, User
from console.receivers import others_end
from tests.conftest import PASSWORD
from tests.second_step import code_of, was_asked_again

NEW = "another long passphrase"
LIST = "/accounts/sessions/"
HERE = "/teams/northwind/members/?page=1"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SIGNED_OUT = "/accounts/login/?next="


@pytest.fixture(autouse=True)
def northwind(team: Team, charlie: User, sam: User) -> Team:
    return team


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def client_of(user: User, password: str = PASSWORD, agent: str = FIREFOX, address: str = "203.0.113.7") -> Client:
    """Return a client that signed in by the form, and entered the password once more."""
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": user.email, "password": password})
    if user.has_second_step:
        client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    client.post("/accounts/reauthenticate/", {"password": password})
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    """Whether a client is signed in. It asks as a page does by itself, so that it is no use of the session."""
    answer = client.get("/teams/", headers={"Berth-By-Itself": "yes"})
    assert answer.status_code == 200 or answer.headers["Location"].startswith(SIGNED_OUT)
    return answer.status_code == 200


def words(content: bytes) -> str:
    return " ".join(unescape(strip_tags(content.decode())).split())


def keys_of(user: User) -> set[str]:
    """Return the keys of the sessions of a person, as Django's own table has them."""
    return {row.session_key for row in Session.objects.all() if row.get_decoded().get("_auth_user_id") == str(user.pk)}


# What ends the others ---------------------------------------------------------------------------------------------------


def changes_the_password(client: Client, user: User) -> None:
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})


def sets_a_first_password(client: Client, user: User) -> None:
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    was_asked_again(client, user)
    client.post("/accounts/password/set/", {"password1": NEW, "password2": NEW})


def changes_the_address(client: Client, user: User) -> None:
    client.post("/accounts/email/", {"email": "new@northwind.example", "action_add": ""})
    client.post("/accounts/" + str(mail.outbox[-1].body).split("/accounts/")[1].split()[0])
    assert User.objects.get(pk=user.pk).email == "new@northwind.example"


def changes_a_factor(client: Client, user: User) -> None:
    request = RequestFactory().get("/")
    request.user, request.session = user, client.session
    authenticator = Authenticator(pk=1, user=user, type=Authenticator.Type.TOTP)
    authenticator_added.send(sender=Authenticator, request=request, user=user, authenticator=authenticator)


def steps_down(client: Client, user: User) -> None:
    client.post(f"/teams/northwind/members/{user.pk}/role/", {"role": "member"})
    assert user.memberships.get().role == Role.MEMBER


def leaves(client: Client, user: User) -> None:
    client.post(f"/teams/northwind/members/{user.pk}/remove/")
    assert not user.memberships.exists()


def takes_a_higher_role(client: Client, user: User) -> None:
    alice = User.objects.get(email="alice@northwind.example")
    [(_, secret)] = Invitation.objects.invite(Team.objects.get(slug="northwind"), [user.email], Role.OWNER, by=alice)
    client.post(f"/invitations/{secret}/")
    assert user.memberships.get().role == Role.OWNER


def ends_them_all(client: Client, user: User) -> None:
    client.post(LIST)


@pytest.mark.parametrize(
    "does",
    [
        changes_the_password,
        sets_a_first_password,
        changes_the_address,
        changes_a_factor,
        steps_down,
        leaves,
        takes_a_higher_role,
        ends_them_all,
    ],
)
def test_a10_all_end_but_the_one_in_which_the_person_acts(
    does: Callable[[Client, User], None], bob: User, vera: User
) -> None:
    here, there, veras = client_of(bob), client_of(bob), client_of(vera)

    does(here, bob)

    assert keys_of(bob) == {here.session.session_key}
    assert [row.session_key for row in UserSession.objects.filter(user=bob)] == [here.session.session_key]
    assert [is_in(client) for client in (here, there, veras)] == [True, False, True]


def test_every_signal_of_second_factors_is_heard() -> None:
    for signal in (authenticator_added, authenticator_removed, authenticator_reset):
        assert others_end in [each for live in signal._live_receivers(Authenticator) for each in live]


def test_v44_setting_the_password_anew_ends_all_also_where_the_link_was_opened(bob: User, vera: User) -> None:
    here, there, veras = client_of(bob), client_of(bob), client_of(vera)
    here.post("/accounts/password/reset/", {"email": bob.email})
    path = "/accounts/" + str(mail.outbox[-1].body).split("/accounts/")[1].split()[0]

    form = here.get(path, follow=True)
    done = here.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW}, follow=True)

    assert done.status_code == 200
    assert keys_of(bob) == set()
    assert not UserSession.objects.filter(user=bob).exists()
    assert [is_in(client) for client in (here, there, veras)] == [False, False, True]
    assert is_in(client_of(bob, NEW))


def by_another(role: str) -> Callable[[Client, User], None]:
    def gives(client: Client, user: User) -> None:
        client.post(f"/teams/northwind/members/{user.pk}/role/", {"role": role})

    return gives


@pytest.mark.parametrize(
    "does",
    [
        pytest.param(by_another("admin"), id="a higher role"),
        pytest.param(lambda client, user: client.post(f"/teams/northwind/members/{user.pk}/remove/"), id="removed"),
    ],
)
def test_a21_what_another_person_does_ends_all(does: Callable[[Client, User], None], alice: User, vera: User) -> None:
    alices, here, there = client_of(alice), client_of(vera), client_of(vera)

    does(alices, vera)

    assert is_in(alices)
    assert not is_in(here)
    assert not is_in(there)
    assert keys_of(vera) == set()


def test_handing_over_ends_those_of_both_but_the_acting_one(alice: User, vera: User, bob: User) -> None:
    here, there, veras, bobs = client_of(alice), client_of(alice), client_of(vera), client_of(bob)

    here.post(f"/teams/northwind/members/{vera.pk}/hand-over/")

    assert vera.memberships.get().role == Role.OWNER
    assert [is_in(client) for client in (here, there, veras, bobs)] == [True, False, False, True]


def test_whoever_support_stops_from_signing_in_is_out_at_once(sam: User, bob: User) -> None:
    User.objects.filter(pk=sam.pk).update(is_superuser=True)
    bobs, sams = client_of(bob), client_of(sam)

    sams.post(f"/admin/console/user/{bob.pk}/act/stop/", {"reason": "They left the company."})

    assert not User.objects.get(pk=bob.pk).is_active
    assert not is_in(bobs)
    assert is_in(sams)
    assert keys_of(bob) == set()


def test_what_changes_nothing_ends_nothing(team: Team, alice: User, bob: User, vera: User) -> None:
    clients = [client_of(person) for person in (alice, bob, vera)]
    alices = clients[0]

    alices.post(f"/teams/northwind/members/{vera.pk}/role/", {"role": "member"})
    alices.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": NEW, "password2": NEW})
    with pytest.raises(NotAllowed):
        team.memberships.get(user=alice).change_role(Role.MEMBER, by=bob)
    with pytest.raises(LastOwner):
        team.memberships.get(user=alice).remove(by=alice)
    Team.objects.found("Southwind", by=vera)

    assert all(map(is_in, clients))


def test_whoever_comes_into_a_team_stays_signed_in(team: Team, alice: User, charlie: User) -> None:
    charlies, elsewhere = client_of(charlie), client_of(charlie)
    [(_, secret)] = Invitation.objects.invite(team, [charlie.email], Role.ADMIN, by=alice)

    charlies.post(f"/invitations/{secret}/")

    assert team.memberships.filter(user=charlie).exists()
    assert is_in(elsewhere)


def test_somebody_new_who_came_by_an_invitation_has_a_session_that_can_be_ended(team: Team, alice: User) -> None:
    [(_, secret)] = Invitation.objects.invite(team, ["nina@northwind.example"], Role.MEMBER, by=alice)
    ninas = Client()
    ninas.post(f"/invitations/{secret}/", {"name": "Nina New", "password": NEW})
    assert is_in(ninas)

    client_of(alice).post(f"/teams/northwind/members/{User.objects.get(name='Nina New').pk}/role/", {"role": "admin"})

    assert not is_in(ninas)


# How long they last -----------------------------------------------------------------------------------------------------


def test_a9_a_session_ends_after_an_hour_without_use(clock: Any, bob: User) -> None:
    client = client_of(bob)

    clock.shift(timedelta(minutes=59, seconds=59))
    assert is_in(client)
    clock.shift(timedelta(seconds=1))
    answer = client.get(HERE)

    assert answer.headers["Location"] == "/accounts/login/?next=/teams/northwind/members/%3Fpage%3D1"
    page = client.get(answer.headers["Location"])
    assert "You were signed out after an hour without use." in words(page.content)
    assert keys_of(bob) == set()
    assert not UserSession.objects.filter(user=bob).exists()


def test_from_there_the_sign_in_leads_back_and_says_it_once(clock: Any, bob: User) -> None:
    client = client_of(bob)
    clock.shift(timedelta(hours=2))

    page = client.get(HERE, follow=True)
    hidden = re.search(r'name="next" value="([^"]*)"', page.content.decode())
    assert hidden
    back = client.post("/accounts/login/", {"login": bob.email, "password": PASSWORD, "next": unescape(hidden[1])})

    assert back.headers["Location"] == HERE
    assert "signed out" not in words(client.get(HERE).content)


def test_a9_however_it_is_used_a_session_ends_after_twelve_hours(clock: Any, bob: User) -> None:
    client = client_of(bob)

    for _ in range(14):
        clock.shift(timedelta(minutes=50))
        assert client.get(HERE).status_code == 200
    clock.shift(timedelta(minutes=20))

    page = client.get(HERE, follow=True)
    assert "You were signed out, 12 hours after you had signed in." in words(page.content)
    assert keys_of(bob) == set()


def test_a_change_of_the_password_does_not_make_a_session_last_longer(clock: Any, bob: User) -> None:
    client = client_of(bob)
    for _ in range(13):
        clock.shift(timedelta(minutes=50))
        client.get(HERE)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    changes_the_password(client, bob)
    assert is_in(client)

    clock.shift(timedelta(minutes=59))
    assert is_in(client)
    clock.shift(timedelta(minutes=12))
    assert not is_in(client)


def test_the_next_morning_it_is_said_too(clock: Any, bob: User) -> None:
    client = client_of(bob)

    clock.shift(timedelta(hours=14))

    assert "You were signed out: that session has ended." in words(client.get(HERE, follow=True).content)


def test_whoever_was_signed_out_from_elsewhere_is_told(bob: User) -> None:
    here, there = client_of(bob), client_of(bob)
    here.post(LIST)

    assert "You were signed out: that session has ended." in words(there.get(HERE, follow=True).content)
    assert "signed out" not in words(there.get(HERE, follow=True).content)


def test_whoever_signed_out_and_whoever_never_signed_in_is_told_nothing(bob: User) -> None:
    client = client_of(bob)
    client.post("/accounts/logout/")
    client.get("/accounts/login/")  # It says that they signed out.

    assert "signed out" not in words(client.get(HERE, follow=True).content)
    assert "signed out" not in words(Client().get(HERE, follow=True).content)


def test_a_page_that_asks_by_itself_is_no_use(clock: Any, bob: User) -> None:
    client = client_of(bob)

    for _ in range(5):
        clock.shift(timedelta(minutes=11))
        assert is_in(client)
    clock.shift(timedelta(minutes=6))

    assert not is_in(client)


@pytest.mark.parametrize("template", ["registries/_check.html", "registries/_connection.html"])
def test_what_asks_by_itself_says_so(template: str) -> None:
    from django.template.loader import get_template

    source = get_template(template).template.source  # type: ignore[attr-defined]

    assert source.count('hx-trigger="load') == source.count('hx-headers=\'{"Berth-By-Itself": "yes"}\'') == 1


def test_that_a_session_is_used_is_written_down_every_few_minutes_and_not_at_every_page(clock: Any, bob: User) -> None:
    client = client_of(bob)
    client.get(HERE)

    clock.shift(timedelta(minutes=2))
    with CaptureQueriesContext(database) as asked:
        client.get(HERE)
    assert not [query for query in asked.captured_queries if "session" in query["sql"] and "SELECT" not in query["sql"][:9]]

    clock.shift(timedelta(minutes=1))
    client.get(HERE)
    assert UserSession.objects.get(user=bob).last_seen_at == timezone.now()


def test_a_form_sent_too_late_does_nothing_and_leads_back_to_its_page(clock: Any, bob: User, vera: User) -> None:
    client = client_of(bob)
    clock.shift(timedelta(hours=1))

    form = f"/teams/northwind/members/{vera.pk}/remove/"
    answer = client.post(form, headers={"Referer": f"http://testserver{HERE}#x"})

    assert answer.headers["Location"] == "/accounts/login/?next=/teams/northwind/members/%3Fpage%3D1"
    page = words(client.get(answer.headers["Location"]).content)
    assert "You were signed out after an hour without use." in page
    assert "Nothing was changed. Sign in, then do it again." in page
    assert vera.memberships.exists()


@pytest.mark.parametrize(
    "came_from",
    ["", "https://evil.example/teams/", "http://testserver.evil.example/", "javascript:x", "http://[", "//evil.example"],
)
def test_a_form_from_nowhere_leads_to_the_front(came_from: str) -> None:
    answer = Client().post("/teams/create/", headers={"Referer": came_from})

    assert answer.headers["Location"] == "/accounts/login/?next=/"


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example"])
def test_a_page_that_looks_like_another_host_is_not_led_back_to(path: str, bob: User) -> None:
    answer = Client().post("/teams/create/", headers={"Referer": f"http://testserver{path}"})

    client = Client()
    hidden = re.search(r'name="next" value="([^"]*)"', client.get(answer.headers["Location"]).content.decode())
    details = {"login": bob.email, "password": PASSWORD, "next": unescape(hidden[1]) if hidden else ""}
    assert client.post("/accounts/login/", details).headers["Location"] == "/"


def test_a_part_that_is_asked_for_too_late_leads_the_whole_page_to_the_sign_in(clock: Any, bob: User) -> None:
    client = client_of(bob)
    clock.shift(timedelta(hours=1))

    headers = {"HX-Request": "true", "Referer": f"http://testserver{HERE}"}
    answer = client.get("/teams/northwind/containers/?q=x", headers=headers)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=/teams/northwind/members/%3Fpage%3D1"
    assert "after an hour without use" in words(client.get(answer.headers["HX-Redirect"]).content)


def test_a_session_of_which_nobody_knows_when_it_began_is_none(bob: User) -> None:
    client = client_of(bob)
    session = client.session
    del session["began_at"]
    session.save()

    assert not is_in(client)


# Their page -------------------------------------------------------------------------------------------------------------


def rows(page: bytes) -> list[str]:
    return [words(row.encode()) for row in re.findall(r"<tr.*?</tr>", page.decode(), re.DOTALL)[1:]]


def test_a_person_sees_where_they_are_signed_in(clock: Any, bob: User, vera: User) -> None:
    client_of(vera)
    client_of(bob, agent=CHROME, address="2001:db8::7")
    clock.shift(timedelta(minutes=20))
    here = client_of(bob)

    page = here.get(LIST)

    assert rows(page.content) == [
        "Firefox on Linux This one 203.0.113.7 Just now Now Sign out",
        "Chrome on Windows 2001:db8::7 20 min ago 20 min ago End Chrome on Windows, 2001:db8::7",
    ]
    assert "Sign out everywhere else" in words(page.content)


def test_a_session_began_when_it_began_whatever_its_key_is_now(clock: Any, bob: User) -> None:
    client = client_of(bob)
    before = client.session.session_key
    clock.shift(timedelta(minutes=4))

    changes_the_password(client, bob)

    assert client.session.session_key != before
    assert rows(client.get(LIST).content) == ["Firefox on Linux This one 203.0.113.7 4 min ago Now Sign out"]


def test_v43_no_key_of_a_session_is_in_any_page_of_theirs(bob: User) -> None:
    here = client_of(bob)
    client_of(bob, agent=CHROME)

    pages = here.get(LIST).content + here.get("/accounts/email/").content

    assert len(keys_of(bob)) == 2
    assert not any(key.encode() in pages for key in keys_of(bob))


def test_one_is_ended_and_the_others_go_on(bob: User) -> None:
    here, there, elsewhere = client_of(bob), client_of(bob, agent=CHROME), client_of(bob)
    ended = UserSession.objects.get(user_agent=CHROME)

    page = here.post(f"{LIST}{ended.pk}/end/", follow=True)

    assert "That session is ended." in words(page.content)
    assert [is_in(client) for client in (here, there, elsewhere)] == [True, False, True]
    assert "That session had ended already." in words(here.post(f"{LIST}{ended.pk}/end/", follow=True).content)


def test_nobody_ends_somebody_elses(bob: User, vera: User) -> None:
    veras = client_of(vera)
    of_vera = UserSession.objects.get(user=vera)

    page = client_of(bob).post(f"{LIST}{of_vera.pk}/end/", follow=True)

    assert "That session had ended already." in words(page.content)
    assert is_in(veras)


def test_ending_the_one_in_use_leads_to_signing_out(bob: User) -> None:
    here = client_of(bob)

    answer = here.post(f"{LIST}{UserSession.objects.get(user=bob).pk}/end/")

    assert answer.headers["Location"] == "/accounts/logout/"
    assert is_in(here)


@pytest.mark.parametrize("path", [LIST, f"{LIST}1/end/"])
def test_ending_needs_the_token_of_the_form(path: str, bob: User) -> None:
    there = client_of(bob)
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)

    assert client.post(path).status_code == 403
    assert is_in(there)


def test_what_has_ended_by_itself_is_not_listed(clock: Any, bob: User) -> None:
    client_of(bob, agent=CHROME)
    clock.shift(timedelta(hours=1))

    page = client_of(bob).get(LIST)

    assert len(rows(page.content)) == 1
    assert "Sign out everywhere else" not in words(page.content)
    assert len(keys_of(bob)) == 1


def test_signing_out_takes_the_row_away(bob: User) -> None:
    client_of(bob).post("/accounts/logout/")

    assert not UserSession.objects.filter(user=bob).exists()
    assert keys_of(bob) == set()


def test_where_nothing_says_from_where_somebody_comes_they_sign_in_all_the_same(bob: User) -> None:
    assert is_in(client_of(bob, address=""))


def test_outside_of_a_request_there_is_no_acting_session(bob: User) -> None:
    client_of(bob)

    assert sessions.acting() is None
