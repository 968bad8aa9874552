"""Rotating sealing keys: every row moves, a stop half-way loses nothing, a key in use is not retired."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from pytest_django import Settings

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.management.commands.rotate_keys import TABLES
from registries.models import Connection, Draft, Minted, Sealed, sealed
from registries.models.sealed import Payload, PayloadManager

NEW = "new:" + "A" * 43 + "="


@pytest.fixture
def five(team: Team, alice: User) -> None:
    for number in range(5):
        registry = FLAVORS["other"](
            url="https://registry.example.com", namespace="", username="u", password=Secret(f"p{number}")
        )  # type: ignore[call-arg]
        team.connections.connect(f"c{number}", registry, by=alice)


def run(**options: str) -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out, **options)
    return out.getvalue()


def passwords() -> list[str]:
    return [connection.secrets()["password"].reveal() for connection in Connection.objects.order_by("name")]


def test_every_row_opens_with_the_new_key_alone(five: None, settings: Settings) -> None:
    settings.BERTH_SEALING_KEYS = f"{NEW}\n{settings.BERTH_SEALING_KEYS}"

    assert run() == "6 wrapped under new.\nnew: 6\n"  # The key of fingerprints is one of them.

    settings.BERTH_SEALING_KEYS = NEW
    assert passwords() == ["p0", "p1", "p2", "p3", "p4"]


def test_a_rotation_that_was_cut_off_is_taken_up_again(
    five: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BERTH_SEALING_KEYS = f"{NEW}\n{settings.BERTH_SEALING_KEYS}"
    monkeypatch.setattr(sealed, "BATCH_ROWS", 2)
    Sealed.objects.rewrap_batch(0)
    assert Sealed.objects.by_key() == {"new": 2, "test1": 3}

    assert run() == "4 wrapped under new.\nnew: 6\n"
    assert passwords() == ["p0", "p1", "p2", "p3", "p4"]


def test_a_second_rotation_finds_nothing_to_do(five: None) -> None:
    assert run() == "0 wrapped under test1.\ntest1: 6\n"


def test_a_key_in_use_is_not_retired(five: None, settings: Settings) -> None:
    settings.BERTH_SEALING_KEYS = f"{NEW}\n{settings.BERTH_SEALING_KEYS}"

    with pytest.raises(CommandError, match="test1 still opens 6"):
        run(retire="test1")

    run()
    assert "opens nothing any more" in run(retire="test1")


def test_the_key_that_seals_is_not_retired(five: None) -> None:
    with pytest.raises(CommandError, match="the first key of the ring"):
        run(retire="test1")


def test_a_key_that_nobody_knows_is_not_said_to_be_free(five: None) -> None:
    with pytest.raises(CommandError, match="No key is called nosuch"):
        run(retire="nosuch")


def test_a_row_that_does_not_open_is_counted_and_left_as_it_is(five: None, settings: Settings) -> None:
    broken = Sealed.objects.order_by("pk").first()
    assert broken is not None
    Sealed.objects.filter(pk=broken.pk).update(reach="https://evil.example.com")
    settings.BERTH_SEALING_KEYS = f"{NEW}\n{settings.BERTH_SEALING_KEYS}"

    with pytest.raises(CommandError, match="1 are locked"):
        run()

    assert Sealed.objects.by_key() == {"new": 4, "test1": 1}


# What is sealed beside the stored logins ----------------------------------------------------------------------------


@pytest.fixture
def beside(five: None, team: Team, alice: User) -> tuple[Draft, Minted]:
    """A draft, and a login that was minted, beside the five that are stored."""
    secrets = {"password": Secret("typed")}
    draft = Draft.objects.keep(team, FLAVORS["other"], secrets, by=alice, reach="https://registry.example.com")
    minted = Minted(connection=Connection.objects.get(name="c0"), reach="r")
    minted.seal({"username": Secret("AWS"), "password": Secret("minted")})
    minted.save()
    return draft, minted


def test_every_table_of_sealed_rows_is_rotated() -> None:
    assert {table.model for table in TABLES} == {model for model in apps.get_models() if issubclass(model, Payload)}


def test_drafts_and_minted_logins_move_too(beside: tuple[Draft, Minted], settings: Settings) -> None:
    settings.BERTH_SEALING_KEYS = f"{NEW}\n{settings.BERTH_SEALING_KEYS}"

    assert run() == "8 wrapped under new.\nnew: 8\n"

    settings.BERTH_SEALING_KEYS = NEW
    assert Draft.objects.get().unseal() == {"password": Secret("typed")}
    assert Minted.objects.get().unseal() == {"username": Secret("AWS"), "password": Secret("minted")}
    assert len(passwords()) == 5


@pytest.mark.parametrize("kept", TABLES, ids=lambda table: table.model.__name__)
def test_a_key_that_any_sort_of_row_needs_is_not_retired(
    kept: PayloadManager, beside: tuple[Draft, Minted], settings: Settings
) -> None:
    settings.BERTH_SEALING_KEYS = f"{NEW}\n{settings.BERTH_SEALING_KEYS}"
    for table in TABLES:
        if table is not kept:
            table.rewrap_batch(0)
    rows = kept.count()

    with pytest.raises(CommandError, match=f"test1 still opens {rows}\\."):
        run(retire="test1")

    run()
    assert "opens nothing any more" in run(retire="test1")
