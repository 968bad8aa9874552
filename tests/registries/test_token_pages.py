"""The pages of machine tokens: what each says, what it asks for, and that a token is shown once."""

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection as database
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from console.models import Event, Team, User, Verb
from registries.forms.token import TokenForm
from registries.models import Asker, Connection, HandOut, HandOutResult, MachineToken
from registries.models.machine_token import end_of
from registries.tokens import Token
from tests.conftest import PASSWORD

People = Callable[[User], Client]
Kind = HandOut.Kind
LIST = "/teams/northwind/tokens/"
NEW = f"{LIST}new/"
ASKED_AGAIN = "/accounts/reauthenticate/"
TOKEN = re.compile(r"berth_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}")


@pytest.fixture
def bobs(bob: User, team: Team, signed_in: People) -> Client:
    """Bob's client, who entered his password a moment ago."""
    client = signed_in(bob)
    assert client.post(ASKED_AGAIN, {"password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def issue(team: Team, alice: User) -> Callable[..., tuple[MachineToken, str]]:
    """Make a token: `issue("ci")`; its row and its text."""

    def issue(
        name: str, *, days: int = 30, connections: list[Connection] | None = None, of: Team = team
    ) -> tuple[MachineToken, str]:
        ends_at = timezone.now() + timedelta(days=days)
        row, text = MachineToken.objects.issue(of, name, by=alice, ends_at=ends_at, connections=connections)
        return row, text.reveal()

    return issue


Issue = Callable[..., tuple[MachineToken, str]]


def noted(
    token: MachineToken, *, minutes_ago: float, result: HandOutResult = HandOutResult.GIVEN, kind: str = Kind.CREDENTIAL,
    address: str = "10.4.2.17", program: str = "berth/1", former: bool = False,
) -> None:  # fmt: skip
    """Write a row of the ledger as the door and the API do, some time ago."""
    asker = Asker(team=token.team, name=token.name, token=token, address=address, program=program, by_former_secret=former)
    HandOut.objects.note(asker, result, kind=Kind(kind))
    row = HandOut.objects.latest("pk")
    HandOut.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(minutes=minutes_ago))


def words(response: Any) -> str:
    """Return the text of the main part of a page, its spaces made one."""
    html = response.content.decode()
    part = html.partition("<main")[2].partition("</main>")[0] or html
    return re.sub(r"\s+", " ", unescape(strip_tags(part)))


def typed(**changes: Any) -> dict[str, Any]:
    return {"name": "deploy-bot", "scope": "all", "ends": "90", **changes}


# The list ----------------------------------------------------------------------------------------------------------------


def test_a_team_without_tokens_reads_what_they_are_for(bobs: Client) -> None:
    page = words(bobs.get(LIST))

    assert "No machine tokens yet A token lets CI or a cluster read credentials without a person. New token" in page


def test_what_a_token_can_ask_for_is_a_link_away(bobs: Client, issue: Issue) -> None:
    issue("ci-runner")

    assert '<a href="/api/v1/docs">machine API</a>' in bobs.get(LIST).content.decode()


def test_a_row_says_what_a_token_may_who_used_it_and_when_it_ends(bobs: Client, issue: Issue, team: Team) -> None:
    row, _ = issue("ci-runner", days=62)
    noted(row, minutes_ago=2)

    page = words(bobs.get(LIST))

    today = timezone.localdate()
    assert f"ci-runner {row.shown_id}… by Alice Andersen, {today.day} {today:%b %Y}" in page
    assert "Read credentials All registries 2 min ago from 10.4.2.17 by berth/1 In 62 days" in page
    assert "Rotate ci-runner Revoke ci-runner" in page


def test_a_limited_token_names_its_registries(bobs: Client, issue: Issue, connection: Connection) -> None:
    issue("ci-runner", connections=[connection])

    assert "Read credentials web Never In 30 days" in words(bobs.get(LIST))


def test_a_token_whose_registries_are_deleted_says_so(
    bobs: Client, issue: Issue, connection: Connection, alice: User
) -> None:
    issue("ci-runner", connections=[connection])
    connection.remove(by=alice)

    assert "None: those it was made for are deleted" in words(bobs.get(LIST))


@pytest.mark.parametrize(("days", "kind"), [(15, ""), (13, "warn"), (-1, "bad")])
def test_an_end_that_is_near_warns_and_one_that_has_come_is_bad(days: int, kind: str, bobs: Client, issue: Issue) -> None:
    issue("ci-runner", days=days)

    html = bobs.get(LIST).content.decode()

    assert re.findall(r"status status--(\w+)", html) == ([kind] if kind else [])
    assert ("Remove<" in html) == (days < 0)
    assert ("Rotate<" in html) == (days > 0)


def test_tokens_stand_in_order_of_name(bobs: Client, issue: Issue) -> None:
    for name in ("b", "C", "a"):
        issue(name)

    assert re.findall(r'"name"><b>(\w)</b>', bobs.get(LIST).content.decode()) == ["a", "b", "C"]


def test_who_still_tries_a_revoked_token_is_seen(bobs: Client, issue: Issue, alice: User) -> None:
    row, _ = issue("old-jenkins")
    noted(row, minutes_ago=600, address="10.4.9.9")
    row.revoke(by=alice)
    noted(row, minutes_ago=2, result=HandOutResult.UNAUTHORIZED, kind=Kind.TOKEN, address="10.4.2.18", program="curl/8")

    page = words(bobs.get(LIST))

    assert "Still tried 2 min ago, from 10.4.2.18 by curl/8. It gets nothing." in page
    assert "10 hours ago from 10.4.9.9" in page
    assert "Revoked" in page


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (HandOutResult.PLAIN_HTTP, "It came over plain http, where anybody could read it. Rotate it, and use https."),
        (HandOutResult.RATE_LIMITED, "It asked too often within a minute."),
        (HandOutResult.UNAUTHORIZED, "The secret was a wrong one, perhaps the one from before it was rotated."),
    ],
)
def test_a_refusal_hides_no_use_and_says_why(result: HandOutResult, sentence: str, bobs: Client, issue: Issue) -> None:
    row, _ = issue("ci-runner")
    noted(row, minutes_ago=7)
    noted(row, minutes_ago=2, result=result, kind=Kind.TOKEN, address="198.51.100.7")

    page = words(bobs.get(LIST))

    assert f"Refused 2 min ago, from 198.51.100.7 by berth/1. {sentence}" in page
    assert "7 min ago from 10.4.2.17" in page


def test_a_refusal_that_a_use_followed_is_old(bobs: Client, issue: Issue) -> None:
    row, _ = issue("ci-runner")
    noted(row, minutes_ago=7, result=HandOutResult.UNAUTHORIZED, kind=Kind.TOKEN)
    noted(row, minutes_ago=2, result=HandOutResult.NOT_FOUND)

    page = words(bobs.get(LIST))

    assert "Refused" not in page
    assert "2 min ago from 10.4.2.17" in page


@time_machine.travel("2026-11-10T14:02:30Z", tick=False)
def test_while_two_secrets_work_it_is_seen_who_uses_the_old_one(bobs: Client, issue: Issue, alice: User) -> None:
    row, _ = issue("ci-runner")
    row.rotate(by=alice, digest=row.digest)
    assert "The old secret works until 14:02 UTC tomorrow. Nobody used it since." in words(bobs.get(LIST))

    with time_machine.travel("2026-11-10T16:30:00Z", tick=False):
        noted(row, minutes_ago=20, former=True, address="10.4.8.3", program="docker-credential-berth/0.1")
        noted(row, minutes_ago=3)
        page = words(bobs.get(LIST))

    assert "The old secret works until 14:02 UTC tomorrow." in page
    assert "It was last used 20 min ago, from 10.4.8.3 by docker-credential-berth/0.1." in page
    assert "3 min ago from 10.4.2.17" in page


def test_who_used_a_secret_before_the_last_rotation_does_not_count(bobs: Client, issue: Issue, alice: User) -> None:
    row, _ = issue("ci-runner")
    row.rotate(by=alice, digest=row.digest)
    noted(row, minutes_ago=1, former=True)
    row.rotate(by=alice, digest=row.digest)

    assert "Nobody used it since." in words(bobs.get(LIST))


@pytest.mark.parametrize(
    ("gone", "sentence"),
    [
        ("disabled", "Alice Andersen, who made it, may not sign in any more."),
        ("left", "Alice Andersen, who made it, is not in the team any more."),
        ("disabled and left", "Alice Andersen, who made it, may not sign in any more."),
        ("", ""),
    ],
)
def test_v48_that_whoever_made_a_token_is_gone_is_seen_and_the_token_works_on(
    gone: str, sentence: str, bobs: Client, issue: Issue, alice: User, team: Team
) -> None:
    row, text = issue("ci-runner")
    issue("ended", days=-1)
    User.objects.filter(pk=alice.pk).update(is_active="disabled" not in gone)
    if "left" in gone:
        team.memberships.filter(user=alice).delete()

    page = words(bobs.get(LIST))

    assert page.count("who made it") == bool(sentence)  # What does not work needs no word.
    assert not sentence or f"{sentence} It works on. Rotate it if they could still have it." in page
    asked = Client(headers={"Authorization": f"Bearer {text}"}).get("/api/v1/registries")
    assert (asked.status_code, row.in_force) == (200, True)


def test_a_token_that_nobody_made_by_name_says_nothing_of_its_maker(bobs: Client, team: Team) -> None:
    MachineToken.objects.issue(team, "ci", by=None, ends_at=timezone.now() + timedelta(days=30), connections=None)

    assert "who made it" not in words(bobs.get(LIST))


def test_what_a_program_calls_itself_is_shown_as_text(bobs: Client, issue: Issue) -> None:
    row, _ = issue("ci-runner")
    noted(row, minutes_ago=1, program="<script>alert(1)</script>")

    html = bobs.get(LIST).content.decode()

    assert "by &lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


def test_the_list_takes_as_many_queries_for_one_as_for_twenty(
    bobs: Client, issue: Issue, connection: Connection, alice: User, django_assert_num_queries: Any
) -> None:
    def more(count: int) -> None:
        for number in range(count):
            row, _ = issue(f"token-{MachineToken.objects.count()}", connections=[connection] if number % 2 else None)
            noted(row, minutes_ago=number)
            noted(row, minutes_ago=number, former=True)
            row.rotate(by=alice, digest=row.digest)

    more(2)
    bobs.get(LIST)
    # Session, person, membership, four for the tokens, how many registries there are, the teams in the menu.
    with django_assert_num_queries(9):
        bobs.get(LIST)
    more(18)
    with django_assert_num_queries(9):
        bobs.get(LIST)


def test_tokens_of_another_team_are_not_there(bobs: Client, issue: Issue, charlie: User) -> None:
    issue("elsewhere-token", of=charlie.teams.get())

    assert "elsewhere-token" not in words(bobs.get(LIST))


def test_only_admins_see_the_tab(bobs: Client, vera: User, signed_in: People) -> None:
    containers = "/teams/northwind/containers/"

    assert LIST in bobs.get(containers).content.decode()
    assert LIST not in signed_in(vera).get(containers).content.decode()


# Making one --------------------------------------------------------------------------------------------------------------


def test_a_new_token_is_shown_once_with_how_to_use_it(bobs: Client, connection: Connection, team: Team, bob: User) -> None:
    response = bobs.post(NEW, typed(scope="chosen", connections=[str(connection.pk)]))

    (text,) = set(TOKEN.findall(response.content.decode()))
    row = team.machine_tokens.get()
    read = Token.read(text)
    assert read is not None
    assert (read.public_id, read.digest) == (row.public_id, row.digest)
    assert (row.name, row.created_by, row.everything, list(row.connections.all())) == (
        "deploy-bot",
        bob,
        False,
        [connection],
    )
    assert row.ends_at == end_of(timezone.localdate() + timedelta(days=90))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    page = words(response)
    assert "deploy-bot is ready Copy the token now. Berth keeps only a hash of it and cannot show it again." in page
    assert "It reads credentials of web and ends on" in page
    assert "export BERTH_URL=" in page
    assert "deploy-bot New" in page
    assert (team.events.first().verb, team.events.first().by) == (Verb.MACHINE_TOKEN_ISSUED, bob)  # type: ignore[union-attr]


def test_the_same_post_again_makes_no_second_token_and_shows_none(bobs: Client, team: Team) -> None:
    bobs.post(NEW, typed())

    again = bobs.post(NEW, typed())

    assert again.status_code == 422
    assert "The name deploy-bot is taken. Choose another name, or remove that token first." in words(again)
    assert TOKEN.search(again.content.decode()) is None
    assert team.machine_tokens.count() == 1


def test_b12_a_name_that_somebody_took_just_now_is_refused_without_a_fault(
    bobs: Client, issue: Issue, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue("deploy-bot")
    monkeypatch.setattr(TokenForm, "clean_name", lambda form: form.cleaned_data["name"])  # It was free a moment ago.

    response = bobs.post(NEW, typed())

    assert response.status_code == 422
    assert "The name deploy-bot is taken." in words(response)
    assert TOKEN.search(response.content.decode()) is None
    assert team.events.filter(verb=Verb.MACHINE_TOKEN_ISSUED).count() == 1


def test_after_its_one_answer_a_token_is_nowhere(
    bobs: Client, bob: User, sam: User, signed_in: People, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = bobs.post(NEW, typed()).content.decode()
    row = MachineToken.objects.get()
    (first,) = set(TOKEN.findall(made))
    rotated = bobs.post(f"{LIST}{row.public_id}/rotate/", {"stamp": row.stamp}).content.decode()
    (second,) = set(TOKEN.findall(rotated))

    staff = signed_in(sam)
    pages = [bobs.get(path) for path in (LIST, NEW, f"{LIST}{row.public_id}/rotate/", f"{LIST}{row.public_id}/revoke/")]
    pages += [staff.get(f"/admin/registries/machinetoken/{page}") for page in ("", f"{row.pk}/change/")]
    seen = "".join(page.content.decode() for page in pages)

    row.refresh_from_db()
    for text in (first, second):
        secret = text.split("_")[2]
        assert not any(secret[:32] in place for place in (seen, caplog.text, str(mail.outbox), str(bobs.cookies)))
        assert secret[:32] not in str(dict(bobs.session))
        assert tables_holding(secret[:32]) == []
    assert not any(digest in seen for digest in (row.digest, row.former_digest))


def tables_holding(text: str) -> list[str]:
    found = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            if any(text in str(value) for row in cursor.fetchall() for value in row):
                found.append(table)
    return found


def test_a_limit_without_a_registry_is_refused(bobs: Client, connection: Connection, team: Team) -> None:
    response = bobs.post(NEW, typed(scope="chosen"))

    assert response.status_code == 422
    assert "Choose at least one registry." in words(response)
    assert not team.machine_tokens.exists()


def test_a_team_without_registries_is_not_asked_to_choose_any(bobs: Client, team: Team) -> None:
    page = bobs.get(NEW).content.decode()

    assert re.findall(r'name="scope" value="(\w+)"', page) == ["all"]
    assert 'name="connections"' not in page
    assert bobs.post(NEW, typed(scope="chosen")).status_code == 422
    assert not team.machine_tokens.exists()


def test_registries_of_another_team_are_refused_as_if_they_were_not_there(
    bobs: Client, connection: Connection, team: Team, charlie: User
) -> None:
    foreign = charlie.teams.get().connections.connect("theirs", connection.open(), by=charlie)
    absent = "7f1c1b9e-0000-4000-8000-000000000000"

    answers = [
        words(bobs.post(NEW, typed(scope=scope, connections=[str(connection.pk), named])))
        for named in (str(foreign.pk), absent, "not-an-id", "' OR 1=1", "\x00")
        for scope in ("chosen", "all")
    ]

    assert all("One of these is not there any more." in answer for answer in answers)
    assert "theirs" not in "".join(answers)
    assert not team.machine_tokens.exists()


def test_other_keys_that_are_posted_are_ignored(bobs: Client, team: Team, charlie: User, bob: User) -> None:
    extra = {
        "team": str(charlie.teams.get().pk), "team_id": str(charlie.teams.get().pk), "digest": "0" * 64,
        "public_id": "AAAAAAAA", "ends_at": "2099-01-01", "created_by": str(charlie.pk), "everything": "no", "id": "7",
        "revoked_at": "2020-01-01",
    }  # fmt: skip

    bobs.post(NEW, typed(**extra))

    row = MachineToken.objects.get()
    assert (row.team, row.created_by, row.everything, row.revoked_at) == (team, bob, True, None)
    assert row.ends_at == end_of(timezone.localdate() + timedelta(days=90))
    assert row.digest != "0" * 64
    assert row.public_id != "AAAAAAAA"


@pytest.mark.parametrize(
    "name", ["", "-ci", "ci runner", "cï", "ci\n", "ci/1", "x" * 65, "<b>", ".ci", "berth\x00"], ids=ascii
)
def test_a_name_is_as_strict_as_that_of_a_registry(name: str, bobs: Client, team: Team) -> None:
    response = bobs.post(NEW, typed(name=name))

    if name == "ci\n":  # Browsers send no line break in a line; one at the end is cut off like a space.
        assert (response.status_code, team.machine_tokens.get().name) == (200, "ci")
        return
    assert response.status_code == 422
    assert not team.machine_tokens.exists()


def test_a_name_that_differs_in_case_alone_is_taken(bobs: Client, issue: Issue) -> None:
    issue("deploy-bot")

    assert bobs.post(NEW, typed(name="Deploy-Bot")).status_code == 422


def test_another_team_may_use_the_same_name(bobs: Client, issue: Issue, charlie: User) -> None:
    issue("deploy-bot", of=charlie.teams.get())

    assert bobs.post(NEW, typed()).status_code == 200


@pytest.mark.parametrize(
    ("days", "status"), [(-1, 422), (0, 200), (1, 200), (365, 200), (366, 422), (100_000, 422), (None, 422)]
)
def test_a_chosen_day_is_at_most_a_year_away(days: int | None, status: int, bobs: Client, team: Team) -> None:
    day = "" if days is None else (timezone.localdate() + timedelta(days=days)).isoformat()

    response = bobs.post(NEW, typed(ends="date", ends_on=day))

    assert response.status_code == status
    if status == 200:
        assert team.machine_tokens.get().ends_at.date().isoformat() == day
    else:
        assert "Enter a day from today to" in words(response)


@pytest.mark.parametrize("ends", ["", "91", "366", "-1", "date ", "never"])
def test_a_token_without_an_end_is_refused(ends: str, bobs: Client, team: Team) -> None:
    assert bobs.post(NEW, typed(ends=ends)).status_code == 422
    assert not team.machine_tokens.exists()


def test_a_day_that_is_not_asked_for_is_passed_over(bobs: Client, team: Team) -> None:
    assert bobs.post(NEW, typed(ends="30", ends_on="not a day")).status_code == 200


def test_a_form_with_faults_leads_to_each_and_keeps_the_rest(bobs: Client, connection: Connection) -> None:
    html = bobs.post(NEW, {"name": "a b", "scope": "chosen", "ends": "date", "ends_on": "2020-01-01"}).content.decode()

    assert "Nothing is saved yet: 3 fields need a change" in html
    for anchor in ("id_name", "id_connections_0", "id_ends_on"):
        assert f'<a href="#{anchor}">' in html
        assert f'id="{anchor}"' in html
    assert 'value="a b"' in html
    assert "<title>Error: " in html


# A recent sign-in --------------------------------------------------------------------------------------------------------


def test_making_a_token_asks_for_the_password_even_right_after_signing_in(bob: User, team: Team, signed_in: People) -> None:
    client = signed_in(bob)

    for response in (client.get(NEW), client.post(NEW, typed())):
        assert (response.status_code, response["Location"]) == (
            302,
            f"{ASKED_AGAIN}?next=%2Fteams%2Fnorthwind%2Ftokens%2Fnew%2F",
        )
    assert not team.machine_tokens.exists()


def test_what_was_posted_goes_on_once_after_the_password(bob: User, team: Team, signed_in: People) -> None:
    client = signed_in(bob)
    client.post(NEW, typed())
    wrong = client.post(ASKED_AGAIN, {"password": "wrong", "next": NEW})
    assert "The password is not right." in wrong.content.decode()

    answer = client.post(ASKED_AGAIN, {"password": PASSWORD, "next": NEW})
    again = client.post(ASKED_AGAIN, {"password": PASSWORD, "next": NEW})

    assert "deploy-bot is ready" in words(answer)
    assert "no-store" in answer["Cache-Control"]
    assert (again.status_code, again["Location"]) == (302, NEW)
    assert team.machine_tokens.count() == 1


def test_a_password_that_was_entered_long_ago_does_not_count(bobs: Client, team: Team, issue: Issue) -> None:
    row, _ = issue("ci-runner")

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        made = bobs.post(NEW, typed())
        rotated = bobs.post(f"{LIST}{row.public_id}/rotate/", {"stamp": row.stamp})

    assert (made.status_code, rotated.status_code) == (302, 302)
    assert ASKED_AGAIN in made["Location"]
    assert ASKED_AGAIN in rotated["Location"]
    assert list(team.machine_tokens.values_list("name", "digest")) == [("ci-runner", row.digest)]


def test_a_member_is_not_even_asked_for_the_password(vera: User, team: Team, signed_in: People) -> None:
    assert signed_in(vera).post(NEW, typed()).status_code == 403


# The verbs ---------------------------------------------------------------------------------------------------------------


def test_rotating_shows_the_new_token_once_and_says_until_when_the_old_one_works(bobs: Client, issue: Issue) -> None:
    row, old = issue("ci-runner")
    url = f"{LIST}{row.public_id}/rotate/"
    (stamp,) = re.findall(r'name="stamp" value="(\w+)"', bobs.get(url).content.decode())

    response = bobs.post(url, {"stamp": stamp})

    (new,) = set(TOKEN.findall(response.content.decode()))
    row.refresh_from_db()
    old_token, new_token = Token.read(old), Token.read(new)
    assert old_token is not None
    assert new_token is not None
    assert row.accepts(old_token)
    assert row.accepts(new_token)
    assert row.is_former(old_token)
    assert "ci-runner is ready" in words(response)
    assert "The one from before works until" in words(response)
    assert "no-store" in response["Cache-Control"]


def test_the_same_rotation_again_does_nothing_and_shows_nothing(bobs: Client, issue: Issue) -> None:
    row, _ = issue("ci-runner")
    url, asked = f"{LIST}{row.public_id}/rotate/", {"stamp": row.stamp}
    bobs.post(url, asked)
    digest = MachineToken.objects.get().digest

    again = bobs.post(url, asked, follow=True)

    assert again.redirect_chain == [(LIST, 302)]
    assert "ci-runner was rotated meanwhile, so nothing was done now." in words(again)
    assert TOKEN.search(again.content.decode()) is None
    assert MachineToken.objects.get().digest == digest


@pytest.mark.parametrize("stamp", [None, "", "0" * 64, "digest", "ï"])
def test_a_rotation_of_a_secret_that_was_not_seen_is_refused(stamp: str | None, bobs: Client, issue: Issue) -> None:
    row, _ = issue("ci-runner")
    asked = {} if stamp is None else {"stamp": row.digest if stamp == "digest" else stamp}

    assert bobs.post(f"{LIST}{row.public_id}/rotate/", asked).status_code == 302
    assert MachineToken.objects.get().digest == row.digest


def test_the_stamp_tells_nothing_of_the_hash_that_is_kept(bobs: Client, issue: Issue, settings: Any) -> None:
    row, _ = issue("ci-runner")
    page = bobs.get(f"{LIST}{row.public_id}/rotate/").content.decode()
    stamp = row.stamp

    settings.SECRET_KEY = "another key, with which the same hash has another stamp, and long enough"

    assert row.digest not in page
    assert row.stamp != stamp


def test_rotating_while_two_secrets_work_says_which_one_stops(bobs: Client, issue: Issue, alice: User) -> None:
    row, _ = issue("ci-runner")
    row.rotate(by=alice, digest=row.digest)

    page = words(bobs.get(f"{LIST}{row.public_id}/rotate/"))

    assert "The one from before it stops working at once." in page


def test_revoking_says_who_used_it_last_and_works_at_once(bobs: Client, issue: Issue, team: Team, bob: User) -> None:
    row, text = issue("ci-runner")
    noted(row, minutes_ago=2)
    url = f"{LIST}{row.public_id}/revoke/"

    asked = words(bobs.get(url))
    done = bobs.post(url, follow=True)

    assert "Revoke ci-runner? It stops working at once. It was last used 2 min ago, from 10.4.2.17 by berth/1." in asked
    assert "Keep it Revoke token" in asked
    assert "ci-runner is revoked. It works no longer." in words(done)
    answer = Client().get("/api/v1/registries", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 401
    assert team.events.get(verb=Verb.MACHINE_TOKEN_REVOKED).by == bob
    assert str(team.events.first()) == "ci-runner was refused a credential"


def test_what_works_is_not_removed_and_what_is_revoked_is_not_rotated(bobs: Client, issue: Issue, alice: User) -> None:
    row, _ = issue("ci-runner")

    for response in (bobs.get(f"{LIST}{row.public_id}/remove/", follow=True),
                     bobs.post(f"{LIST}{row.public_id}/remove/", follow=True)):  # fmt: skip
        assert "ci-runner still works, so it was not removed. Revoke it first." in words(response)
    row.revoke(by=alice)
    response = bobs.post(f"{LIST}{row.public_id}/rotate/", {"stamp": row.stamp}, follow=True)

    assert "ci-runner does not work any more, so it cannot be rotated." in words(response)
    assert MachineToken.objects.get().digest == row.digest


def test_removing_leaves_the_ledger_and_frees_the_name(bobs: Client, issue: Issue, alice: User) -> None:
    row, _ = issue("ci-runner")
    noted(row, minutes_ago=2)
    row.revoke(by=alice)

    assert "Remove ci-runner?" in words(bobs.get(f"{LIST}{row.public_id}/remove/"))
    done = bobs.post(f"{LIST}{row.public_id}/remove/", follow=True)

    assert "ci-runner is removed." in words(done)
    assert HandOut.objects.get().who == "ci-runner"
    assert bobs.post(NEW, typed(name="ci-runner")).status_code == 200


@pytest.mark.parametrize("verb", ["rotate", "revoke", "remove"])
def test_a_confirmation_is_a_page_and_with_htmx_a_part(verb: str, bobs: Client, issue: Issue, alice: User) -> None:
    row, _ = issue("ci-runner")
    if verb == "remove":
        row.revoke(by=alice)
    url = f"{LIST}{row.public_id}/{verb}/"

    page, part = bobs.get(url), bobs.get(url, headers={"HX-Request": "true"})

    assert "<!doctype html>" in page.content.decode()
    assert f"<h1>{verb.capitalize()} ci-runner?</h1>" in page.content.decode()
    assert part.content.decode().startswith("<form")
    assert f'<h2 id="dialog-h">{verb.capitalize()} ci-runner?</h2>' in part.content.decode()
    assert 'id="dialog-p"' in part.content.decode()


def test_two_who_remove_one_at_once_are_both_told_that_it_is_gone(
    bobs: Client, issue: Issue, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = issue("ci-runner")
    row.revoke(by=alice)
    remove = MachineToken.remove

    def after_somebody_else(token: MachineToken, *, by: User) -> None:
        remove(MachineToken.objects.get(pk=token.pk), by=alice)
        remove(token, by=by)

    monkeypatch.setattr(MachineToken, "remove", after_somebody_else)

    assert "ci-runner is removed." in words(bobs.post(f"{LIST}{row.public_id}/remove/", follow=True))
    assert Event.objects.filter(verb=Verb.MACHINE_TOKEN_REMOVED).count() == 1
