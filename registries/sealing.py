"""
The single place where secrets are sealed and unsealed.

An envelope (security page, 3.1): each payload gets a fresh data key, which seals it with AES-256-GCM; the data key is
wrapped, with AES-256-GCM too, by a key of the ring, which lives outside the database. Both are bound to what the secret
belongs to (`Binding`): a payload copied to another row, team or installation, an older revision put back, or a row
pointed at another origin does not open.

A sealed value is bytes: format (1), then nonce and ciphertext. There is no other format, and no way past an unknown one.

A fingerprint tells whether two secrets are the same, and nothing else about them: an HMAC of the values, under a key that
follows from one of the installation's and from the team. Whoever has the database cannot try passwords against it, those of
two teams cannot be compared, and it is as long for each [C14].
"""

import base64
import hashlib
import hmac
import json
import secrets
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from registries.distribution import Secret

FORMAT = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
LETTERS = "bcdfghjkmnpqrstvwxyz"  # Without vowels, so that no word comes about, and without l, which looks like a 1.
FINGERPRINT_LETTERS = 16  # of 20: two secrets have the same by chance once in 10^20 times.
PAD_BYTES = 256  # Lengths are rounded up to this, so that they tell nothing about a password [C14].


class Locked(Exception):
    """The secret does not open: its key is not in the ring, or it was tampered with, or moved. All look the same [C15]."""


@dataclass(frozen=True, kw_only=True)
class Binding:
    """
    What a sealed payload belongs to. It opens only where all of this is the same as when it was sealed.

    `reach` says where the secret may go and whom it trusts on the way, in any words that differ where these differ.
    `kind` is what sort of payload it is, so that none can stand in for one of another sort.
    """

    installation: UUID
    team: UUID
    connection: UUID
    revision: int
    reach: str
    kind: str = "credential"

    def encode(self) -> bytes:
        """Return the associated data: every part with its length in front, so that no two bindings read the same."""
        parts = [
            f"berth/{self.kind}/v1".encode(),
            self.installation.bytes,
            self.team.bytes,
            self.connection.bytes,
            struct.pack(">Q", self.revision),
            self.reach.encode(),
        ]
        return b"".join(struct.pack(">I", len(part)) + part for part in parts)


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A sealed payload: the id of the ring's key that wrapped the data key, the wrapped data key, the ciphertext."""

    key_id: str
    wrapped_key: bytes
    ciphertext: bytes


class KeyRing:
    """The keys that wrap data keys, by id. The first one seals, all of them open."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ImproperlyConfigured("BERTH_SEALING_KEYS has no key.")
        self._keys = dict(keys)
        self.first = next(iter(self._keys))

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read lines of `id:base64 of 32 bytes`. Raises ImproperlyConfigured, which never quotes a key."""
        keys: dict[str, bytes] = {}
        for number, line in enumerate(filter(None, map(str.strip, text.replace(",", "\n").splitlines())), start=1):
            key_id, _, encoded = line.partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except ValueError:
                key = b""
            if len(key) != KEY_BYTES or not (key_id.isascii() and key_id.isalnum() and len(key_id) <= 32):
                raise ImproperlyConfigured(
                    f"BERTH_SEALING_KEYS, line {number}: not an id, a colon, and 32 bytes in base64."
                )
            if key_id in keys:
                raise ImproperlyConfigured(f"BERTH_SEALING_KEYS has the id {key_id} twice.")
            keys[key_id] = key
        return cls(keys)

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def check_value(self, key_id: str) -> str:
        """Return what tells two keys of one id apart, and tells nothing else about them: an HMAC under the key [C10]."""
        return hmac.new(self._keys[key_id], b"berth/key-check/v1", hashlib.sha256).hexdigest()

    def wrap(self, data_key: bytes, aad: bytes) -> tuple[str, bytes]:
        """Wrap a data key under the first key; return that key's id and the wrapped key."""
        return self.first, _seal(self._keys[self.first], data_key, _wrap_aad(self.first, aad))

    def unwrap(self, key_id: str, wrapped: bytes, aad: bytes) -> bytes:
        """Return the data key. Raises Locked."""
        if key_id not in self._keys:
            raise Locked
        return _open(self._keys[key_id], wrapped, _wrap_aad(key_id, aad))


def ring() -> KeyRing:
    """Return the ring that the settings give."""
    return _parsed(settings.BERTH_SEALING_KEYS)


_parsed = lru_cache(maxsize=4)(KeyRing.parse)


def seal(secrets_by_name: Mapping[str, Secret], binding: Binding) -> Envelope:
    """Seal a connection's secrets, all in one payload, under a data key of their own."""
    payload = json.dumps({name: secret.reveal() for name, secret in secrets_by_name.items()}).encode()
    padded = struct.pack(">I", len(payload)) + payload
    padded += bytes(-len(padded) % PAD_BYTES)
    aad, data_key = binding.encode(), secrets.token_bytes(KEY_BYTES)
    key_id, wrapped = ring().wrap(data_key, aad)
    return Envelope(key_id=key_id, wrapped_key=wrapped, ciphertext=_seal(data_key, padded, _body_aad(aad)))


def unseal(envelope: Envelope, binding: Binding) -> dict[str, Secret]:
    """Open what `seal` made. Raises Locked, and nothing else, whatever the envelope holds."""
    aad = binding.encode()
    data_key = ring().unwrap(envelope.key_id, bytes(envelope.wrapped_key), aad)
    padded = _open(data_key, bytes(envelope.ciphertext), _body_aad(aad))
    (length,) = struct.unpack_from(">I", padded)
    return {name: Secret(value) for name, value in json.loads(padded[4 : 4 + length]).items()}


def rewrap(envelope: Envelope, binding: Binding) -> Envelope:
    """Return the same payload with its data key wrapped under the ring's first key. Raises Locked."""
    aad = binding.encode()
    key_id, wrapped = ring().wrap(ring().unwrap(envelope.key_id, bytes(envelope.wrapped_key), aad), aad)
    return Envelope(key_id=key_id, wrapped_key=wrapped, ciphertext=bytes(envelope.ciphertext))


def fingerprint_key() -> Secret:
    """Make the key that an installation's fingerprints are made with. It is sealed as any secret is."""
    return Secret(secrets.token_hex(KEY_BYTES))


def fingerprint(secrets_by_name: Mapping[str, Secret], key: Secret, *, installation: UUID, team: UUID) -> str:
    """
    Return what tells secrets from others within a team: 16 letters.

    What they are called does not count, so that one token in the forms of two flavors is the same.
    """
    info = b"berth/fingerprint/v1" + installation.bytes + team.bytes
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(bytes.fromhex(key.reveal()))
    values = json.dumps(sorted(secret.reveal() for secret in secrets_by_name.values())).encode()
    number = int.from_bytes(hmac.digest(derived, values, "sha256"))
    return "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(FINGERPRINT_LETTERS))


def _wrap_aad(key_id: str, aad: bytes) -> bytes:
    name = key_id.encode()
    return b"kek" + struct.pack(">I", len(name)) + name + aad


def _body_aad(aad: bytes) -> bytes:
    return b"dek" + aad


def _seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return FORMAT + nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def _open(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if sealed[:1] != FORMAT or len(ciphertext) < 16:
        raise Locked
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, aad)
    except InvalidTag:
        raise Locked from None
