"""A secret that cannot be shown by accident, and a credential: what a registry accepts as a login, and until when."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn


class Secret:
    """
    Hold a password or token so that only `.reveal()` gives it back.

    Printing, formatting, logging or interpolating one shows `Secret(****)`; JSON, pickle, copies, length, hashing and
    iteration are refused. Compare with `==`, which takes constant time.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError("A Secret is made of a str.")
        self.__value = value

    def reveal(self) -> str:
        """Return the secret itself. `test_layers` names the few files that may ask."""
        return self.__value

    def __repr__(self) -> str:
        return "Secret(****)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        import hmac

        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(
            self.__value.encode("utf-8", "surrogatepass"), other.__value.encode("utf-8", "surrogatepass")
        )

    __hash__ = None  # type: ignore[assignment]

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("A Secret is not pickled or copied.")


@dataclass(frozen=True, kw_only=True)
class Credential:
    """
    A login as a registry takes it.

    `host` is the registry's host as images name it, `expires_at` aware UTC, or None where the login does not lapse.
    The user name stays out of the `repr` too, because at some registries it is the token itself.
    """

    host: str
    username: str = field(repr=False)
    password: Secret
    expires_at: datetime | None = None
