"""The front page of support: numbers that are right, lists of who needs somebody, and few queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import Team, User
from registries.admin import front
from registries.admin.health import HEALTH, health_of
from registries.models import Asker, Connection, HandOut, HandOutResult, MachineToken
from registries.outcomes import Outcome
from tests.browser.scene import Scene

INDEX = "/admin/"


def count(rows: list[front.Number], words: str) -> int:
    return next(row.count for row in rows if row.words == words)


@pytest.fixture
def northwind(team: Team, alice: User) -> Team:
    Scene(team, alice).every_state()
    return team


def noted(connection: Connection, result: HandOutResult, times: int = 1, days_ago: int = 0) -> None:
    at = timezone.now() - timedelta(days=days_ago)
    HandOut.objects.bulk_create(
        HandOut(
            team=connection.team, who="ci", connection=connection, registry=connection.name, at=at,
            kind=HandOut.Kind.CREDENTIAL, result=result,
        )
        for _ in range(times)
    )  # fmt: skip


def test_each_connection_is_counted_once_by_health_and_by_flavor(northwind: Team) -> None:
    told = front.numbers()

    by_health = {row.words: row.count for row in told["by_health"]}
    assert by_health == {"Connected": 2, "Failing": 2, "Could not check": 0, "Not checked yet": 2, "Paused": 1}
    assert sum(row.count for row in told["by_flavor"]) == count(told["totals"], "Registries") == 7
    assert (count(told["totals"], "Teams"), count(told["totals"], "People")) == (1, 3)


@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize("outcome", ["", *Outcome])
def test_the_list_behind_a_number_has_as_many(outcome: str, paused: bool, connection: Connection) -> None:
    Connection.objects.update(outcome=outcome, paused=paused)

    words = [word for word, (_, which) in HEALTH.items() if Connection.bare.filter(which).exists()]

    assert words == [health_of(outcome, paused)]


def test_every_number_leads_to_its_list(reading: Client, northwind: Team) -> None:
    told = front.numbers()

    for row in [*told["totals"], *told["by_health"], *told["by_flavor"]]:
        listed = reading.get(row.url)
        assert listed.context["cl"].result_count == row.count, row
    assert reading.get(told["ending_url"]).context["cl"].result_count == len(told["ending"]) == 1


def test_who_is_refused_most_stands_first(connection: Connection, alice: User) -> None:
    second = Scene(connection.team, alice).connected()
    noted(connection, HandOutResult.LOCKED, times=2)
    noted(second, HandOutResult.PAUSED, times=3)
    noted(second, HandOutResult.NOT_FOUND, times=9)
    noted(second, HandOutResult.GIVEN, times=9)
    noted(connection, HandOutResult.LOCKED, times=9, days_ago=8)

    rows = [(row["connection__name"], row["rows"]) for row in front.refused_most()]

    assert rows == [("ghcr-northwind", 3), ("web", 2)]


def test_a_refusal_about_no_connection_is_its_teams(reading: Client, team: Team) -> None:
    asker = Asker(team=team, name="ci")
    HandOut.objects.note(asker, HandOutResult.UNAUTHORIZED, kind=HandOut.Kind.TOKEN)

    page = reading.get(INDEX).content.decode()

    assert "None in particular" in page
    assert f"?team__id__exact={team.pk}" in page


def test_what_fails_longest_stands_first_and_what_is_paused_does_not(northwind: Team, alice: User) -> None:
    Connection.bare.filter(name="harbor-onprem").update(outcome_since=timezone.now() - timedelta(days=40))

    assert [row.name for row in front.failing_longest()] == ["harbor-onprem", "acr-vision"]


def test_what_ends_within_30_days_is_listed_the_next_first(connection: Connection, alice: User) -> None:
    scene = Scene(connection.team, alice)
    for days in (29, 3, 31, -1):
        typed = {"registry": f"r{abs(days)}", "token": "dop_v1_x"}
        scene.connect("digitalocean", f"in-{days}".replace("--", "-past-"), typed, days)
    MachineToken.objects.issue(
        connection.team, "ci", by=alice, ends_at=timezone.now() + timedelta(days=5), connections=None
    )

    assert [row.name for row in front.ending()] == ["in-3", "in-29"]
    assert [token.name for token in front.tokens_ending()] == ["ci"]


def test_a_front_page_about_nothing_says_so(reading: Client) -> None:
    page = reading.get(INDEX).content.decode()

    for sentence in ("Nobody was refused a login", "No registry fails.", "No login and no machine token ends soon."):
        assert sentence in page


def test_it_makes_as_many_queries_for_many_as_for_few(
    reading: Client, northwind: Team, charlie: User, django_assert_num_queries: Any
) -> None:
    reading.get(INDEX)
    with django_assert_num_queries(13):  # One is for the second step, which whoever comes in needs.
        reading.get(INDEX)
    for number in range(30):
        team = Team.objects.found(f"Team {number}", by=charlie)
        row = Connection.bare.create(
            team=team, name="c", flavor="other", host="h", outcome="unreachable", outcome_since=timezone.now(),
            ends_on=timezone.localdate() + timedelta(days=number),
        )  # fmt: skip
        noted(row, HandOutResult.PAUSED)

    with django_assert_num_queries(13):
        reading.get(INDEX)


def test_only_support_staff_see_it(team: Team, alice: User, client: Client) -> None:
    client.force_login(alice)

    assert client.get(reverse("admin:index")).status_code == 302
