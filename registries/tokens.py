"""
The text of a machine token: `berth_`, an id of 8 characters, `_`, a secret of 32, and a checksum of 6.

All of it is letters, digits and underscores, so that a double click takes the whole, and a scanner finds it by
`\\bberth_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}\\b` (security page, 3.5). The checksum is a CRC-32 over everything before it: a
mistyped token is refused before any query is made. The id is public; of the secret only a SHA-256 is kept, which is
enough for 190 random bits.
"""

import hashlib
import secrets
import zlib
from dataclasses import dataclass
from string import ascii_letters, digits
from typing import Self

from console.redaction import CHECKSUM_LENGTH, ID_LENGTH, SECRET_LENGTH, TOKEN
from registries.distribution import Secret

ALPHABET = digits + ascii_letters


@dataclass(frozen=True)
class Token:
    """A machine token: its public id, and its secret."""

    public_id: str
    secret: Secret

    @classmethod
    def new(cls, public_id: str = "") -> Self:
        """Make one of random characters, or a new secret for an id."""
        return cls(public_id or _random(ID_LENGTH), Secret(_random(SECRET_LENGTH)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what a machine presents; None where it is no token, or its checksum does not fit."""
        match = TOKEN.fullmatch(text)
        if match is None or _checksum(match[1]) != match[4]:
            return None
        return cls(match[2], Secret(match[3]))

    @property
    def text(self) -> Secret:
        """The whole token, as a machine presents it."""
        body = f"berth_{self.public_id}_{self.secret.reveal()}"
        return Secret(body + _checksum(body))

    @property
    def digest(self) -> str:
        """What is stored of the secret: its SHA-256, 64 hexadecimal digits."""
        return hashlib.sha256(self.secret.reveal().encode()).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    number, characters = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        characters = ALPHABET[rest] + characters
    return characters
