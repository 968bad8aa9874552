"""The page of a team's activity: what its rows say and lead to, its filters, its pages, what it asks of the database."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from console.models import Event, Role, Team, User, Verb
from console.models.kind import KINDS, kind_of
from console.templatetags.berth import icon
from registries.models import Connection, HandOut, MachineToken, token_days
from registries.views.activity_rows import ICONS, UNKNOWN

PAGE = "/teams/northwind/activity/"
People = Callable[[User], Client]
ROW = re.compile(r'<li id="event-(\d+)".*?</li>', re.DOTALL)


@pytest.fixture
def admins(team: Team, bob: User, signed_in: People) -> Client:
    """Bob's browser. Signing in is a row of its own."""
    return signed_in(bob)


def page_of(client: Client, query: str = "", **headers: str) -> str:
    response = client.get(PAGE + query, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def rows(page: str) -> list[str]:
    """Return what each row says, without its markup, the first one first."""
    return [" ".join(re.sub(r"<[^>]*>", " ", row[0]).split()) for row in ROW.finditer(page)]


def sentences(page: str) -> list[str]:
    return [" ".join(re.sub(r"<[^>]*>", "", text).split()) for text in re.findall(r"<p>(.*?)</p>", page, re.DOTALL)]


def happen(team: Team, by: User, count: int, **told: Any) -> None:
    for number in range(count):
        Event.record(team, Verb.INVITED, f"guest-{number}@example.com", by=by, **told)


# Rows -------------------------------------------------------------------------------------------------------------------


def test_rows_say_who_did_what_to_what_from_where(team: Team, alice: User, admins: Client) -> None:
    Client(REMOTE_ADDR="10.4.1.31").post(
        "/accounts/login/", {"login": alice.email, "password": "correct horse battery staple"}
    )

    newest = rows(page_of(admins))[0]

    assert re.fullmatch(r"\d\d:\d\d Alice Andersen signed in 10\.4\.1\.31 With a password\.", newest)


def test_berth_and_support_staff_are_told_from_people(
    team: Team, connection: Connection, admins: Client, sam: User
) -> None:
    Event.record(team, Verb.CONNECTION_STOPPED, "web", about=connection.pk, detail="Sign-in refused.")
    Event.record(team, Verb.STAFF_LOOKED, "Northwind", by=sam)
    Event.record(team, Verb.MACHINE_TOKEN_REVOKED, "ci")

    page = page_of(admins)

    assert [row[6:] for row in rows(page)[:3]] == [
        "The operator revoked the machine token ci Command line",
        "Sam Sato looked at Northwind Support staff",
        "web stopped working Berth Sign-in refused.",
    ]
    assert '<span class="dot dot--bad">' in page
    assert '<span class="tag tag--warn">Support staff</span>' in page


def test_what_is_still_there_is_linked_and_what_is_gone_is_not(
    team: Team, alice: User, bob: User, vera: User, connection: Connection, admins: Client
) -> None:
    ends_at = timezone.now() + timedelta(days=30)
    token, _ = MachineToken.objects.issue(team, "ci", by=alice, ends_at=ends_at, connections=None)
    team.memberships.get(user=vera).change_role(Role.ADMIN, by=alice)

    page = page_of(admins)

    assert '<a href="/teams/northwind/containers/web/"><bdi>web</bdi></a>' in page
    assert '<a href="/teams/northwind/tokens/"><bdi>ci</bdi></a>' in page
    assert f'<a href="/teams/northwind/members/"><bdi>{vera.email}</bdi></a>' in page

    connection.remove(by=alice)
    token.revoke(by=alice)
    token.remove(by=alice)
    team.memberships.get(user=vera).remove(by=alice)

    page = page_of(admins)
    assert not re.search(r"<a [^>]*><bdi>", page)
    assert "<bdi>web</bdi>" in page


@pytest.mark.parametrize("name", sorted({*ICONS.values(), UNKNOWN}))
def test_each_icon_is_there(name: str) -> None:
    assert icon(name)


def test_a_name_that_was_changed_leads_to_what_has_another_one_now(
    team: Team, alice: User, connection: Connection, admins: Client
) -> None:
    Connection.objects.filter(pk=connection.pk).update(name="web-2")

    assert '<a href="/teams/northwind/containers/web-2/"><bdi>web</bdi></a>' in page_of(admins)


def test_days_have_headings(team: Team, alice: User, admins: Client) -> None:
    with time_machine.travel("2026-11-12T12:00:00Z", tick=False):
        Event.record(team, Verb.SIGNED_IN, "", by=alice)
    with time_machine.travel("2027-01-02T00:30:00Z", tick=False):
        Event.record(team, Verb.SIGNED_IN, "", by=alice)
        Event.record(team, Verb.SIGNED_IN, "", by=alice)
    with time_machine.travel("2027-01-03T09:00:00Z", tick=False):
        Event.record(team, Verb.SIGNED_IN, "", by=alice)
        admins.force_login(alice)

        page = page_of(admins)

    headings = re.findall(r"<h2 id=\"day-[^>]*>([^<]*)</h2>", page)
    assert headings[:3] == ["Today, 3 January", "Yesterday, 2 January", "Thursday, 12 November 2026"]


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202etxt.exe\u202c",
    "\U0001f6a2" * 300,
    "a" * 300,
]


@pytest.mark.parametrize("text", HOSTILE, ids=["script", "attribute", "right to left", "emoji", "long"])
def test_hostile_text_stays_text(text: str, team: Team, alice: User, admins: Client) -> None:
    User.objects.filter(pk=alice.pk).update(name=text[:100])
    alice.refresh_from_db()
    Event.record(team, Verb.INVITED, text, by=alice, detail=text)

    page = page_of(admins, "?q=a")

    assert text not in page if "<" in text else text in page_of(admins)
    assert f"<bdi>{escape(text[:300])}</bdi>" in page_of(admins)


# What the ledger adds ---------------------------------------------------------------------------------------------------


@pytest.fixture
def read(team: Team, alice: User) -> Callable[..., None]:
    """Return a function that lets a machine read some registries at a moment, which is a row of the day's first."""
    ends_at = timezone.now() + timedelta(days=30)
    token, _ = MachineToken.objects.issue(team, "ci", by=alice, ends_at=ends_at, connections=None)

    def read(*registries: str, times: int = 1, days_ago: int = 0, **columns: Any) -> None:
        at = timezone.now() - timedelta(days=days_ago)
        told = {"kind": HandOut.Kind.CREDENTIAL, "result": "given", **columns}
        HandOut.objects.bulk_create(
            HandOut(team=team, token=token, who="ci", at=at - timedelta(milliseconds=number), registry=name, **told)
            for number in range(times)
            for name in registries
        )

    with time_machine.travel(timezone.now(), tick=False):
        Event.record(team, Verb.CREDENTIALS_READ, "", who="ci", about=token.public_id, detail="web was the day’s first.")
    return read


def detail(client: Client) -> str:
    match = re.search(r"<small><bdi>(.*?)</bdi>", page_of(client, "?kind=read"))
    assert match
    return match[1]


def test_the_ledger_says_how_often_a_token_read_that_day(read: Callable[..., None], bob: User, admins: Client) -> None:
    assert detail(admins) == "web was the day’s first."

    with time_machine.travel(timezone.now().replace(hour=12), tick=False):
        admins.force_login(bob)  # At night, noon is longer away than a session lasts.
        read("web", "api", times=3)
        read("api", times=2, kind=HandOut.Kind.LIST)
        read("old", times=5, days_ago=1)
        read("no", result="paused")

        assert detail(admins) == "api, web. 3 times today."


def test_many_registries_are_not_all_named_and_many_times_not_counted_up(
    read: Callable[..., None], bob: User, admins: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_days, "MOST_COUNTED", 20)
    with time_machine.travel(timezone.now().replace(hour=12), tick=False):
        admins.force_login(bob)
        read(*(f"r{number}" for number in range(7)), times=2)
        assert detail(admins) == "r0, r1, r2, r3 and 3 more. 2 times today."

        read("r0", times=30)
        assert detail(admins) == "r0, r1, r2, r3 and 3 more. At least 7 times today."


def test_another_teams_ledger_adds_nothing(read: Callable[..., None], admins: Client, charlie: User) -> None:
    read("web")
    HandOut.objects.update(team=charlie.teams.get())

    assert detail(admins) == "web was the day’s first."


# Filters ----------------------------------------------------------------------------------------------------------------


def test_each_word_of_the_vocabulary_is_of_one_kind() -> None:
    kinds = [kind_of(verb) for verb in Verb]

    assert None not in kinds
    assert sum(len(kind.verbs) for kind in KINDS) == len(Verb)


@pytest.fixture
def busy(team: Team, alice: User, bob: User, connection: Connection, sam: User) -> Team:
    """A team in which one thing of each kind happened, besides what made it."""
    Event.record(team, Verb.CONNECTION_STOPPED, "web", about=connection.pk)
    Event.record(team, Verb.CREDENTIALS_READ, "", who="ci", about="abcd1234")
    Event.record(team, Verb.CONNECTION_REVEALED, "web", by=alice, about=connection.pk)
    Event.record(team, Verb.STAFF_PAUSED, "web", by=sam, about=connection.pk)
    Event.record(team, Verb.INVITED, "guest@example.com", by=bob)
    return team


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("kind=checks", ["web stopped working"]),
        ("kind=read", ["Alice Andersen revealed the credential of web", "Machine token ci read credentials"]),
        ("kind=sign-ins", ["Bob Berg signed in"]),
        ("kind=staff", ["Sam Sato paused web"]),
        ("kind=changes&q=web", ["Alice Andersen added web"]),
        ("q=GUEST", ["Bob Berg invited guest@example.com"]),
        ("q=sam sato", ["Sam Sato paused web"]),
        ("q=web&kind=checks&since=7", ["web stopped working"]),
        ("q=%25", []),
        ("q=nothing+has+this", []),
    ],
)
def test_a_filter_keeps_what_it_says(query: str, kept: list[str], busy: Team, admins: Client) -> None:
    assert sentences(page_of(admins, f"?{query}"))[1:] == kept or not kept


def test_a_filter_that_nothing_fits_says_so_and_how_to_clear_it(busy: Team, admins: Client) -> None:
    page = page_of(admins, "?q=nothing-has-this")

    assert rows(page) == []
    assert "Nothing fits these filters" in page
    assert f'<a class="btn" href="{PAGE}">Clear the filters</a>' in page


def test_a_person_and_a_registry_are_filters(busy: Team, bob: User, connection: Connection, admins: Client) -> None:
    assert {row.split(" ", 1)[1][:8] for row in rows(page_of(admins, f"?person={bob.pk}"))} == {"Bob Berg"}
    assert all("web" in row for row in rows(page_of(admins, f"?connection={connection.pk}")))
    assert len(rows(page_of(admins, f"?connection={connection.pk}"))) == 4


def test_whoever_left_is_still_found_by_name_and_whoever_came_back_stands_once(
    team: Team, alice: User, vera: User, admins: Client
) -> None:
    Event.record(team, Verb.SIGNED_IN, "", by=vera)
    team.memberships.get(user=vera).remove(by=alice)

    page = page_of(admins, f"?person={vera.pk}")

    assert '<optgroup label="Not in the team any more">' in page
    assert [row[6:] for row in rows(page)] == ["Vera Voss signed in"]

    team.memberships.create(user=vera, role=Role.MEMBER)
    page = page_of(admins)
    assert page.count(f'value="{vera.pk}"') == 1
    assert "optgroup" not in page


@pytest.mark.parametrize("leaves", [True, False], ids=["who left", "who was removed"])
def test_a_team_does_not_learn_what_a_former_member_is_called_today(
    leaves: bool, team: Team, alice: User, vera: User, admins: Client
) -> None:
    team.memberships.get(user=vera).remove(by=vera if leaves else alice)
    User.objects.filter(pk=vera.pk).update(name="Vera Weiss", email="weiss@elsewhere.example")
    then = "Vera Voss" if leaves else "vera@northwind.example"

    page = page_of(admins)

    assert re.search(rf'value="{vera.pk}">\s*{then}', page)
    assert "Weiss" not in page
    assert "weiss@" not in page


def test_a_person_who_is_gone_for_good_is_found_by_the_address_they_had(
    team: Team, alice: User, vera: User, admins: Client
) -> None:
    team.memberships.get(user=vera).remove(by=alice)
    pk = vera.pk
    vera.delete()

    assert re.search(rf'value="{pk}">\s*vera@northwind.example', page_of(admins))


def test_addresses_are_found_however_they_are_written(team: Team, alice: User, admins: Client) -> None:
    for address in ("2001:db8::7", "10.4.1.31", "110.4.1.3"):
        Client(REMOTE_ADDR=address).post(
            "/accounts/login/", {"login": alice.email, "password": "correct horse battery staple"}
        )

    assert len(rows(page_of(admins, "?q=10.4.1."))) == 1
    assert len(rows(page_of(admins, "?q=2001:DB8:0::0007"))) == 1


def test_days_are_whole_and_the_last_one_is_included(team: Team, alice: User, admins: Client) -> None:
    for moment in ("2030-03-01T23:59:59Z", "2030-03-02T00:00:00Z", "2030-03-03T23:59:59Z", "2030-03-04T00:00:00Z"):
        with time_machine.travel(moment, tick=False):
            Event.record(team, Verb.INVITED, moment, by=alice)

    page = page_of(admins, "?since=dates&from=2030-03-02&to=2030-03-03&kind=changes")
    assert re.findall(r"<bdi>(2030[^<]*)", page) == ["2030-03-03T23:59:59Z", "2030-03-02T00:00:00Z"]
    assert len(rows(page_of(admins, "?since=dates&to=2030-03-01&q=2030"))) == 1
    assert len(rows(page_of(admins, "?from=2030-03-02&q=2030"))) == 4, "Days hold only where they are chosen."


STRANGE = [
    "kind=secret", "person=1", "person=00000000-0000-0000-0000-000000000000", "connection=web", "since=-1", "since=9" * 300,
    "since=dates&from=yesterday", "since=dates&to=2026-02-31", "since=dates&from=0001-01-01&to=9999-12-31",
    "before=-1", "before=x", "before=" + "9" * 30, "before=٣", "before=999999999999999999", "order=secret",
    "token__startswith=b", "kind=changes&kind=staff", "q=" + "x" * 5000, "q=%F0%9F%9A%A2", "shown=never",
    "since=dates&from=2027-01-01&to=2026-01-01", "q[]=1", "kind=%C3%BC", "before=0",
]  # fmt: skip


@pytest.mark.parametrize("query", STRANGE, ids=range(len(STRANGE)))
def test_z9_a_filter_that_is_no_filter_is_left_out(query: str, busy: Team, admins: Client) -> None:
    for headers in ({}, {"HX-Request": "true"}, {"HX-Request": "true", "HX-Target": "older"}):
        assert admins.get(f"{PAGE}?{query}", headers=headers).status_code == 200
    for suffix in ("csv", "jsonl"):
        assert admins.get(f"{PAGE}export.{suffix}?{query}").status_code in (200, 302)


def test_a_value_that_nothing_has_is_told(busy: Team, admins: Client) -> None:
    page = page_of(admins, "?kind=secret&since=dates&from=yesterday")

    assert "Left out of the filters, since nothing here has that value: Kind, From." in page
    assert len(rows(page)) > 5


def test_another_teams_people_and_registries_are_no_filters(busy: Team, admins: Client, charlie: User) -> None:
    page = page_of(admins, f"?person={charlie.pk}")

    assert "Left out of the filters" in page
    assert "Charlie" not in page


def test_the_address_of_the_page_keeps_the_filters_that_are_set(busy: Team, admins: Client) -> None:
    response = admins.get(f"{PAGE}?q=web&kind=&person=&connection=&since=30&from=&to=", headers={"HX-Request": "true"})

    assert response.headers["HX-Push-Url"] == f"{PAGE}?q=web&since=30"
    assert f'href="{PAGE}export.csv?q=web&amp;since=30"' in response.content.decode()
    assert "rows shown." in response.content.decode()


def test_a_quiet_week_leads_to_a_longer_time(team: Team, admins: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=False):
        admins.force_login(team.memberships.get(role=Role.OWNER).user)
        page = page_of(admins, "?since=7&kind=")
        assert rows(page) != []
    other = Team.objects.found("Quiet", by=team.memberships.get(role=Role.OWNER).user)
    with time_machine.travel(timezone.now() + timedelta(days=10), tick=False):
        client = Client()
        client.cookies = admins.cookies
        response = client.get(f"/teams/{other.slug}/activity/?since=7")

    page = response.content.decode()
    assert "Nothing happened in these 7 days" in page
    assert f'href="/teams/{other.slug}/activity/?since=30">Last 30 days</a>' in page


# Pages ------------------------------------------------------------------------------------------------------------------


def numbers(page: str) -> list[int]:
    return [int(match[1]) for match in ROW.finditer(page)]


def test_pages_follow_one_another_without_a_gap_while_new_rows_come(team: Team, alice: User, admins: Client) -> None:
    happen(team, alice, 120)
    first = page_of(admins, "?kind=changes")
    seen = numbers(first)
    assert len(seen) == 50

    page = first
    while match := re.search(r'<a class="btn" href="([^"]*before=\d+)"', page):
        Event.record(team, Verb.INVITED, "new@example.com", by=alice)
        page = page_of(admins, match[1].replace("&amp;", "&").removeprefix(PAGE))
        assert "Back to the newest" in page
        seen += numbers(page)

    everything = team.events.exclude(subject="new@example.com").exclude(verb=Verb.SIGNED_IN)
    assert seen == list(everything.order_by("-number").values_list("number", flat=True))


def test_older_rows_go_on_within_the_day_that_is_shown(team: Team, alice: User, admins: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        happen(team, alice, 60)
        admins.force_login(alice)
        part = re.search(r'hx-get="([^"]*shown=[^"]*)"', page_of(admins))
        assert part

        answer = page_of(
            admins, part[1].replace("&amp;", "&").removeprefix(PAGE), **{"HX-Request": "true", "HX-Target": "older"}
        )

    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    goes_on, _, begins = answer.partition('hx-swap-oob="beforeend:#days"')
    assert f'<ol hx-swap-oob="beforeend:#rows-{day}">' in goes_on
    assert len(numbers(goes_on)) == 11
    assert "Yesterday" in begins
    assert f"rows-{day}" not in begins
    assert answer.count("data-arrived") == 1
    assert "rows added." in answer


def test_a_search_that_takes_too_long_says_how_far_it_got(
    team: Team, alice: User, admins: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registries.forms.activity.LOOKED_THROUGH", 20)
    monkeypatch.setattr("registries.views.activity.LOOKED_THROUGH", 20)
    happen(team, alice, 50)

    seen, page = list[str](), page_of(admins, "?q=Northwind&kind=changes")
    assert "20 rows were looked through." in page
    assert "Nothing fits" not in page
    while match := re.search(r'<a class="btn" href="([^"]*)"[^>]*>Look further back</a>', page):
        page = page_of(admins, match[1].replace("&amp;", "&").removeprefix(PAGE))
        seen += sentences(page)

    assert "Alice Andersen made the team Northwind" in seen


def test_after_rows_were_dropped_the_page_ends_where_they_do(team: Team, alice: User, admins: Client) -> None:
    first = team.events.order_by("number").first()
    assert first is not None

    page = page_of(admins, f"?before={first.number}")

    assert "Nothing older is kept" in page


@pytest.mark.parametrize("query", ["", "?kind=changes&q=guest", "?since=30", "?kind=read"])
def test_a_page_takes_as_many_queries_for_500_rows_as_for_5(
    query: str, team: Team, alice: User, admins: Client, read: Callable[..., None], django_assert_num_queries: Any
) -> None:
    read("web", times=3)
    happen(team, alice, 5)
    page_of(admins, query)

    with CaptureQueriesContext(database) as few:
        page_of(admins, query)
    happen(team, alice, 500)
    for number in range(20):
        Event.record(team, Verb.CREDENTIALS_READ, "", who="ci", about=f"abcd{number}")

    with django_assert_num_queries(len(few)):
        page_of(admins, query)
    assert len(few) <= 15


@pytest.mark.skipif(database.vendor != "sqlite", reason="PostgreSQL reads a small table whole.")
@pytest.mark.parametrize("query", ["", "?kind=changes", "?kind=read&q=x", "?connection={}", "?since=30&kind=staff"])
def test_the_database_finds_rows_by_their_number_and_puts_none_in_order(
    query: str, connection: Connection, admins: Client
) -> None:
    with CaptureQueriesContext(database) as asked:
        page_of(admins, query.format(connection.pk))

    [sql] = [one["sql"] for one in asked if "LIMIT 51" in one["sql"]]
    with database.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = str(cursor.fetchall())
    assert re.search(r"USING INDEX \S+ \(team_id=\?( AND about=\?)? AND number>\? AND number<\?\)", plan), plan
    assert "TEMP B-TREE" not in plan


# Ways in ----------------------------------------------------------------------------------------------------------------


def test_only_admins_find_ways_in(team: Team, bob: User, vera: User, connection: Connection, signed_in: People) -> None:
    for person, there in ((bob, True), (vera, False)):
        client = signed_in(person)
        for path in ("containers/", "containers/web/", "members/"):
            assert (b"/teams/northwind/activity/" in client.get(f"/teams/northwind/{path}").content) is there, path


def test_each_member_and_each_registry_leads_to_its_activity(
    team: Team, alice: User, connection: Connection, admins: Client
) -> None:
    members = admins.get("/teams/northwind/members/").content.decode()
    detail = admins.get("/teams/northwind/containers/web/").content.decode()

    assert f'href="{PAGE}?person={alice.pk}"' in members, "An admin looks at what an owner did, too."
    assert f'href="{PAGE}?connection={connection.pk}"' in detail


def test_what_is_not_there_any_more_leads_admins_to_its_name(team: Team, bob: User, vera: User, signed_in: People) -> None:
    for person, there in ((bob, True), (vera, False)):
        response = signed_in(person).get("/teams/northwind/containers/gone/")

        assert response.status_code == 404
        assert ("Search the activity" in response.content.decode()) is there
