"""Fingerprints: whether it is the same secret, told without opening it, and nothing else about it."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from console.models import Team, User
from registries import sealing
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.models import Check, Connection, Fingerprint, FingerprintKey, fingerprint
from registries.models.fingerprint import KEPT, Told
from tests.conftest import CANARY

NEW = "new:" + "A" * 43 + "="
KEY = sealing.fingerprint_key()
HERE, TEAM = uuid.UUID(int=1), uuid.UUID(int=2)


def told(text: str, *, key: Secret = KEY, installation: uuid.UUID = HERE, team: uuid.UUID = TEAM) -> str:
    return sealing.fingerprint({"password": Secret(text)}, key, installation=installation, team=team)


def saved(connection: Connection, password: str, by: User) -> None:
    """Replace a connection's secret, as its form does."""
    connection.refresh_from_db()
    registry = FLAVORS["other"](
        url="https://registry.example.com", namespace="web", username="puller", password=Secret(password)
    )  # type: ignore[call-arg]
    connection.replace(registry, by=by, version=connection.version, keep_secrets=False, name=connection.name)


def other(team: Team, by: User, password: str, name: str = "second") -> Connection:
    registry = FLAVORS["github"](namespace="acme", username="octo", password=Secret(password))  # type: ignore[call-arg]
    return team.connections.connect(name, registry, by=by)


@pytest.fixture
def page(connection: Connection, sam: User, signed_in: Callable[[User], Client]) -> Callable[[], str]:
    """What support reads of the connection's secret."""

    def page() -> str:
        shown = signed_in(sam).get(reverse("admin:registries_connection_change", args=[connection.pk])).content.decode()
        return " ".join(shown[shown.index("Its secret") : shown.index("Who asked for its login")].split())

    return page


# The letters ------------------------------------------------------------------------------------------------------------


@given(st.text(max_size=300), st.text(max_size=300))
def test_it_is_the_same_for_the_same_secret_and_as_long_for_each(one: str, another: str) -> None:
    assert (told(one) == told(another)) == (one == another)
    assert {len(told(text)) for text in (one, another)} == {sealing.FINGERPRINT_LETTERS}
    assert set(told(one)) <= set(sealing.LETTERS)


def test_it_tells_nothing_beyond_its_team_its_installation_and_its_key() -> None:
    elsewhere = [
        told(CANARY, team=uuid.UUID(int=3)),
        told(CANARY, installation=uuid.UUID(int=3)),
        told(CANARY, key=sealing.fingerprint_key()),
    ]

    assert len({told(CANARY), *elsewhere}) == 4


def test_what_a_secret_is_called_does_not_count_and_how_many_there_are_does() -> None:
    def of(**secrets: str) -> str:
        named = {name: Secret(text) for name, text in secrets.items()}
        return sealing.fingerprint(named, KEY, installation=HERE, team=TEAM)

    assert of(password="a") == of(token="a")
    assert of(password="a", token="b") != of(password="ab")
    assert of(password="a", token="b") != of(password="a")


def test_no_letter_follows_from_the_secret_alone(connection: Connection) -> None:
    first = Fingerprint.objects.get().letters
    Fingerprint.objects.all().delete()
    FingerprintKey.objects.all().delete()

    Fingerprint.objects.take(connection, 1, {"password": Secret(CANARY)}, at=timezone.now())

    assert Fingerprint.objects.get().letters != first


# What pages say ---------------------------------------------------------------------------------------------------------


def test_support_reads_since_when_it_is_the_same(page: Callable[[], str], connection: Connection) -> None:
    Fingerprint.objects.update(at=timezone.now() - timedelta(days=2))
    day = timezone.localdate() - timedelta(days=2)

    assert f"The same secret since {day.day} {day:%b %Y}." in page()
    assert str(Fingerprint.objects.get()) in page()
    assert CANARY not in page()


def test_saving_the_same_secret_again_is_no_other_one(page: Callable[[], str], connection: Connection, alice: User) -> None:
    saved(connection, CANARY, alice)

    assert Fingerprint.objects.count() == 2
    assert len(Told.of(connection).stretches) == 1
    assert "Replaced" not in page()


def test_another_secret_is_told_from_the_one_before(page: Callable[[], str], connection: Connection, alice: User) -> None:
    saved(connection, "another one", alice)

    assert "It is another one than before." in page()


def test_the_one_that_stood_before_is_known_again(page: Callable[[], str], connection: Connection, alice: User) -> None:
    saved(connection, "another one", alice)
    saved(connection, CANARY, alice)

    assert "It is the one that stood before, until" in page()
    assert len(Told.of(connection).stretches) == 3


def test_the_same_secret_in_another_connection_of_the_team_is_named(
    page: Callable[[], str], connection: Connection, alice: User
) -> None:
    other(connection.team, alice, CANARY)
    other(connection.team, alice, "not the same", "third")

    assert "The same secret as in" in page()
    assert ">second</a> of this team." in page()
    assert "third" not in page()


def test_a_twin_is_found_behind_any_number_of_connections_that_only_had_the_secret(
    connection: Connection, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "MOST_TWINS", 2)
    for name in ("a", "b"):
        registry = FLAVORS["github"](namespace="acme", username="octo", password=Secret("new"))  # type: ignore[call-arg]
        other(connection.team, alice, CANARY, name).replace(registry, by=alice, version=1, keep_secrets=False, name=name)
    for name in ("c", "d", "e"):
        other(connection.team, alice, CANARY, name)

    assert [twin.name for twin in Told.of(connection).twins] == ["c", "d"]


def test_a_connection_that_has_another_secret_now_is_no_twin(connection: Connection, alice: User) -> None:
    second = other(connection.team, alice, CANARY)
    registry = FLAVORS["github"](namespace="acme", username="octo", password=Secret("new"))  # type: ignore[call-arg]
    second.replace(registry, by=alice, version=1, keep_secrets=False, name="second")

    assert Told.of(connection).twins == ()


def test_another_team_with_the_same_secret_is_not_known(connection: Connection, charlie: User) -> None:
    elsewhere = other(charlie.teams.get(), charlie, CANARY)

    assert Told.of(connection).twins == Told.of(elsewhere).twins == ()
    letters = {row.letters for row in Fingerprint.objects.all()}
    assert len(letters) == 2


def test_one_without_a_secret_says_so(page: Callable[[], str], connection: Connection, alice: User) -> None:
    registry = FLAVORS["other"](url="https://registry.example.com", namespace="web", method="none")  # type: ignore[call-arg]
    connection.replace(registry, by=alice, version=1, keep_secrets=False, name="web")

    assert "It is saved without a secret." in page()


# Rows of before, rotation, and lost keys --------------------------------------------------------------------------------


def test_a_row_of_before_gets_its_fingerprint_at_the_next_test(
    page: Callable[[], str], connection: Connection, alice: User, unreachable: None
) -> None:
    letters = Fingerprint.objects.get().letters
    Fingerprint.objects.all().delete()
    assert "not known until it is tested, or its secret is saved again" in page()

    Check.objects.ask(connection, by=alice)
    Check.run_waiting()

    assert Fingerprint.objects.get().letters == letters
    assert "The same secret since" in page()


def test_a_test_of_a_secret_that_was_replaced_meanwhile_tells_nothing_of_the_new_one(
    connection: Connection, alice: User
) -> None:
    Fingerprint.objects.all().delete()
    unknown = Fingerprint.objects.unknown_revision(connection)
    saved(connection, "another one", alice)
    Fingerprint.objects.all().delete()

    Fingerprint.objects.fill_in(connection, unknown, {"password": Secret(CANARY)})

    assert not Fingerprint.objects.exists()


def test_rotating_the_sealing_keys_leaves_what_compares(connection: Connection, alice: User, settings: Settings) -> None:
    settings.BERTH_SEALING_KEYS = f"{NEW}\n{settings.BERTH_SEALING_KEYS}"
    call_command("rotate_keys", stdout=StringIO())
    settings.BERTH_SEALING_KEYS = NEW

    saved(connection, CANARY, alice)

    assert FingerprintKey.objects.get().key_id == "new"
    assert len(Told.of(connection).stretches) == 1


def test_with_a_lost_key_it_is_said_that_it_cannot_be_told(
    page: Callable[[], str], connection: Connection, alice: User, settings: Settings
) -> None:
    settings.BERTH_SEALING_KEYS = NEW
    settings.BERTH_LOST_KEYS = ["test1"]

    saved(connection, CANARY, alice)

    assert list(FingerprintKey.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert "Whether it is the one of before cannot be told" in page()


def test_the_key_of_fingerprints_does_not_open_in_another_installation(connection: Connection) -> None:
    from console.models import Installation

    Installation.objects.update(id=uuid.uuid4())

    with pytest.raises(sealing.Locked):
        FingerprintKey.objects.get().unseal()


def test_few_are_kept(connection: Connection) -> None:
    for revision in range(2, KEPT + 5):
        Fingerprint.objects.take(connection, revision, {"password": Secret(str(revision))}, at=timezone.now())

    assert Fingerprint.objects.count() == KEPT
    assert Fingerprint.objects.latest("pk").revision == KEPT + 4


def test_they_go_with_their_connection(connection: Connection, alice: User) -> None:
    connection.remove(by=alice)

    assert not Fingerprint.objects.exists()
