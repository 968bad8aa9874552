"""Sealing: what is sealed opens where it belongs, and nowhere else."""

import base64
import dataclasses
import secrets
import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from registries import sealing
from registries.distribution import Secret
from registries.sealing import Binding, Envelope, KeyRing, Locked

BINDING = Binding(
    installation=uuid.UUID(int=1),
    team=uuid.UUID(int=2),
    connection=uuid.UUID(int=3),
    revision=7,
    reach="https://registry.example.com",
)


def line(key_id: str) -> str:
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def sealed(text: str = "hunter2") -> Envelope:
    return sealing.seal({"password": Secret(text)}, BINDING)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=400), max_size=4))
def test_what_is_sealed_opens_to_the_same(values: dict[str, str]) -> None:
    envelope = sealing.seal({name: Secret(value) for name, value in values.items()}, BINDING)

    assert {name: secret.reveal() for name, secret in sealing.unseal(envelope, BINDING).items()} == values


def test_a_sealed_payload_shows_nothing_of_the_secret() -> None:
    envelope = sealed("CANARY-secret")

    assert b"CANARY" not in envelope.ciphertext + envelope.wrapped_key


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    one, other = sealed(), sealed()

    assert one.ciphertext != other.ciphertext
    assert one.wrapped_key != other.wrapped_key


def test_the_length_of_a_password_does_not_show() -> None:
    assert {len(sealed("x" * length).ciphertext) for length in range(1, 201)} == {len(sealed().ciphertext)}


@pytest.mark.parametrize(
    "moved",
    [
        {"installation": uuid.UUID(int=9)},
        {"team": uuid.UUID(int=9)},
        {"connection": uuid.UUID(int=9)},
        {"revision": 6},
        {"revision": 8},
        {"reach": "https://evil.example.com"},
        {"reach": "http://registry.example.com"},
        {"reach": "https://registry.example.com:444"},
    ],
    ids=lambda moved: "-".join(f"{name}={value}" for name, value in moved.items()),
)
def test_a_payload_that_was_moved_does_not_open(moved: dict[str, object]) -> None:
    envelope = sealed()

    with pytest.raises(Locked):
        sealing.unseal(envelope, dataclasses.replace(BINDING, **moved))  # type: ignore[arg-type]


def test_the_parts_of_two_envelopes_do_not_mix() -> None:
    one, other = sealed("one"), sealed("other")

    with pytest.raises(Locked):
        sealing.unseal(dataclasses.replace(one, ciphertext=other.ciphertext), BINDING)


@given(st.data())
def test_a_flipped_bit_anywhere_is_refused(data: st.DataObject) -> None:
    envelope = sealed()
    part = data.draw(st.sampled_from(["ciphertext", "wrapped_key"]))
    mutated = bytearray(getattr(envelope, part))
    mutated[data.draw(st.integers(0, len(mutated) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(Locked):
        sealing.unseal(Envelope(**{**vars(envelope), part: bytes(mutated)}), BINDING)


@given(st.binary(max_size=300), st.binary(max_size=80))
def test_garbage_in_place_of_an_envelope_is_refused(ciphertext: bytes, wrapped: bytes) -> None:
    with pytest.raises(Locked):
        sealing.unseal(Envelope(key_id="test1", wrapped_key=wrapped, ciphertext=ciphertext), BINDING)


def test_a_value_without_the_format_is_never_taken_for_plain_text() -> None:
    plain = b'{"password": "hunter2"}'

    with pytest.raises(Locked):
        sealing.unseal(dataclasses.replace(sealed(), ciphertext=plain), BINDING)


def test_a_missing_key_locks(settings: Settings) -> None:
    envelope = sealed()
    settings.BERTH_SEALING_KEYS = line("other")

    with pytest.raises(Locked):
        sealing.unseal(envelope, BINDING)


def test_wrong_bytes_under_the_right_id_lock(settings: Settings) -> None:
    envelope = sealed()
    settings.BERTH_SEALING_KEYS = line("test1")

    with pytest.raises(Locked):
        sealing.unseal(envelope, BINDING)


def test_rotation_moves_a_payload_to_the_new_key_alone(settings: Settings) -> None:
    old, new = settings.BERTH_SEALING_KEYS, line("new")
    envelope = sealed()
    settings.BERTH_SEALING_KEYS = f"{new}\n{old}"

    moved = sealing.rewrap(envelope, BINDING)

    settings.BERTH_SEALING_KEYS = new
    assert sealing.unseal(moved, BINDING)["password"].reveal() == "hunter2"
    with pytest.raises(Locked):
        sealing.unseal(envelope, BINDING)


def test_bindings_whose_parts_join_to_the_same_text_differ() -> None:
    one = dataclasses.replace(BINDING, reach="https://a")
    other = dataclasses.replace(BINDING, reach="https://a\x00")

    assert one.encode() != other.encode()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "BERTH_SEALING_KEYS has no key."),
        ("k1", "BERTH_SEALING_KEYS, line 1: not an id, a colon, and 32 bytes in base64."),
        ("k1:c2hvcnQ=", "BERTH_SEALING_KEYS, line 1: not an id, a colon, and 32 bytes in base64."),
        ("k1:***", "BERTH_SEALING_KEYS, line 1: not an id, a colon, and 32 bytes in base64."),
        (
            "k 1:" + base64.b64encode(bytes(32)).decode(),
            "BERTH_SEALING_KEYS, line 1: not an id, a colon, and 32 bytes in base64.",
        ),
        ("\n".join(["k1:" + base64.b64encode(bytes(32)).decode()] * 2), "BERTH_SEALING_KEYS has the id k1 twice."),
    ],
)
def test_a_malformed_ring_is_refused_without_quoting_it(text: str, fault: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        KeyRing.parse(text)

    assert str(refused.value) == fault
