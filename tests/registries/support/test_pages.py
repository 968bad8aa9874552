"""Why can't this team pull? The team's page, the question about an image, and a connection's page answer it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import Team, User
from registries import sealing
from registries.flavors import FLAVORS
from registries.models import Asker, Check, Connection, HandOut, HandOutResult, MachineToken
from tests.browser.scene import REFUSED, Scene, examined
from tests.conftest import CANARY

IMAGE = "registry.example.com/web/app:1.4"


def asked(client: Client, team: Team, image: str, named: str = "") -> str:
    """Put the question, and return what is read of the answer."""
    answer = client.post(reverse("admin:console_team_why", args=[team.pk]), {"image": image, "named": named})
    return " ".join(answer.content.decode().split())


def refused(connection: Connection, image: str = IMAGE, result: HandOutResult = HandOutResult.LOCKED) -> None:
    asker = Asker(team=connection.team, name="ci-runner", address="10.4.2.17", program="berth/1")
    HandOut.objects.note(
        asker, result, kind=HandOut.Kind.CREDENTIAL, asked=image, connection_id=connection.pk, registry=connection.name
    )


@pytest.fixture
def failing(connection: Connection) -> Connection:
    return examined(connection, REFUSED)


# The team ---------------------------------------------------------------------------------------------------------------


def test_the_teams_page_says_how_each_connection_is(reading: Client, failing: Connection, team_page: str) -> None:
    refused(failing)
    page = " ".join(reading.get(team_page).content.decode().split())

    for shown in (
        "registry.example.com/web",
        "Ended",
        "The registry refused the login.",
        "8 min ago",
        "Not known",
        "Locked",
    ):
        assert shown in page, shown
    assert reverse("admin:registries_connection_change", args=[failing.pk]) in page


def test_the_failing_stand_first(reading: Client, connection: Connection, alice: User, team_page: str) -> None:
    Scene(connection.team, alice).every_state()
    page = reading.get(team_page)

    names = [row.name for row in page.context["connections"]]
    assert set(names[:2]) == {"acr-vision", "harbor-onprem"}
    assert names[-1] == "old-hub"


def test_a_team_of_many_is_one_page_with_as_many_queries(
    reading: Client, connection: Connection, alice: User, team_page: str, django_assert_max_num_queries: Any
) -> None:
    reading.get(team_page)
    with django_assert_max_num_queries(25) as few:
        reading.get(team_page)
    for number in range(120):
        registry = FLAVORS["other"](url="https://r.example.com", namespace=f"n{number}", method="none")  # type: ignore[call-arg]
        connection.team.connections.connect(f"c{number}", registry, by=alice)

    with django_assert_max_num_queries(len(few)):
        page = reading.get(team_page).content.decode()

    assert "These are 100 of 121, the failing ones first." in page


def test_a_team_without_anything_says_so(reading: Client, team: Team) -> None:
    page = reading.get(reverse("admin:console_team_change", args=[team.pk])).content.decode()

    for sentence in ("no registries yet", "no machine tokens", "Nobody asked for a login yet."):
        assert sentence in page


# The question -----------------------------------------------------------------------------------------------------------


def test_the_answer_is_that_of_the_teams_own_page(
    reading: Client, failing: Connection, alice: User, signed_in: Callable[[User], Client]
) -> None:
    ours = signed_in(alice).post("/teams/northwind/spec-checker/image/", {"image": IMAGE, "do": "resolve"}).context
    page = asked(reading, failing.team, IMAGE)

    assert ours["resolution"].sentence in page.replace("&#x27;", "'")
    assert all(row.sentence in page for row in ours["considered"])
    assert "Resolves, but fails" in page


def test_with_a_login_that_fails_the_last_test_and_what_mends_it_stand_there(reading: Client, failing: Connection) -> None:
    page = asked(reading, failing.team, IMAGE)

    assert "A client secret most likely ended: replace it" in page
    assert "HTTP 401 UNAUTHORIZED" in page


@pytest.mark.parametrize(
    ("image", "named", "sentence"),
    [
        ("registry.example.com/other/app:1", "", "Not chosen"),
        (IMAGE, "wob", "No such registry"),
        ("ghcr.io/acme/web:1", "web", "For another host"),
        ("registry.example.com/other/app:1", "web", "For another path"),
        ("ubuntu:22.04", "", "No registry"),
    ],
)
def test_why_another_one_lost(image: str, named: str, sentence: str, reading: Client, connection: Connection) -> None:
    assert sentence in asked(reading, connection.team, image, named)


def test_a_paused_one_is_told_as_the_reason(reading: Client, connection: Connection, alice: User) -> None:
    connection.pause(True, by=alice)

    assert "Paused" in asked(reading, connection.team, IMAGE, "web")


def test_a_machine_that_may_not_have_the_login_is_told(reading: Client, connection: Connection, alice: User) -> None:
    ends_at = timezone.now() + timedelta(days=30)
    for name, limited_to in (("everything", None), ("nothing", [])):
        MachineToken.objects.issue(connection.team, name, by=alice, ends_at=ends_at, connections=limited_to)

    page = asked(reading, connection.team, IMAGE)

    assert "everything</a></th><td>Yes" in page
    assert "nothing</a></th><td>No: it is limited to other registries" in page


def test_what_was_answered_for_this_image_lately_stands_there(reading: Client, connection: Connection) -> None:
    refused(connection, "registry.example.com/web/app:1.3")
    refused(connection, "registry.example.com/web/other:1")

    page = asked(reading, connection.team, IMAGE)

    assert "registry.example.com/web/app:1.3" in page
    assert "registry.example.com/web/other:1" not in page


@pytest.mark.parametrize("image", ["", "not an image", "ghp_" + "a" * 36])
def test_what_is_no_image_is_refused_with_the_reason_and_not_shown_again(
    image: str, reading: Client, connection: Connection
) -> None:
    answer = reading.post(reverse("admin:console_team_why", args=[connection.team_id]), {"image": image})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert "ghp_" not in answer.content.decode()


def test_nobody_is_asked_and_nothing_is_counted(
    reading: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "unseal", lambda *args: pytest.fail("A question unsealed a secret."))

    asked(reading, connection.team, IMAGE)

    assert not Check.objects.exists()
    assert not HandOut.objects.exists()


# A connection -----------------------------------------------------------------------------------------------------------


def test_a_connections_page_has_the_five_steps_with_facts_and_fixes(
    reading: Client, failing: Connection, page_of: str
) -> None:
    page = reading.get(page_of).content.decode()

    for shown in ("DNS", "TLS", "Sign in", "Pull", "Push", "Failed at Sign in", "A client secret most likely ended"):
        assert shown in page, shown


def test_one_that_was_never_tested_shows_what_a_test_would_do(
    reading: Client, connection: Connection, page_of: str
) -> None:
    page = reading.get(page_of).content.decode()

    assert "It was never tested." in page
    assert page.count("Not run yet") == 4


def test_hand_outs_stand_newest_first_and_are_filtered_by_result(
    reading: Client, connection: Connection, page_of: str
) -> None:
    for number, result in enumerate((HandOutResult.GIVEN, HandOutResult.PAUSED, HandOutResult.GIVEN)):
        refused(connection, f"registry.example.com/web/app:{number}", result)
    page = reading.get(page_of).content.decode()
    listed = reading.get(
        reverse("admin:registries_handout_changelist"),
        {"connection__id__exact": str(connection.pk), "result__exact": "paused"},
    ).content.decode()

    assert page.index("app:2") < page.index("app:1") < page.index("app:0")
    assert "10.4.2.17" in page
    assert f"?connection__id__exact={connection.pk}" in page
    assert "app:1" in listed
    assert "app:2" not in listed


def test_no_page_for_support_opens_or_shows_a_secret(
    reading: Client, failing: Connection, page_of: str, team_page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "unseal", lambda *args: pytest.fail("A GET unsealed a secret."))

    for url in (page_of, team_page, reverse("admin:index")):
        assert CANARY not in reading.get(url).content.decode()


def test_words_of_a_team_are_only_words(reading: Client, connection: Connection, team_page: str, page_of: str) -> None:
    hostile = "<script>alert(1)</script>"
    Connection.objects.update(description=hostile, reason=hostile, outcome="unreachable", pause_reason=hostile)
    HandOut.objects.note(
        Asker(team=connection.team, name=hostile), HandOutResult.NOT_FOUND, kind=HandOut.Kind.CREDENTIAL, asked=hostile
    )

    for url in (page_of, team_page, reverse("admin:index")):
        assert hostile not in reading.get(url).content.decode()
