"""
What can go wrong between Berth and a registry, as exceptions.

Broad to catch, narrow to act on:

    RegistryError                 anything below; a registry's fault is never any other exception
    ├── BlockedByPolicy           the egress policy forbids an address, a port or a scheme
    ├── Unreachable               no answer could be had
    │   ├── NameNotFound          the host does not exist in DNS
    │   ├── ConnectionRefused     the host refused the connection or dropped it
    │   └── DeadlinePassed        nothing, or not everything, came in time
    ├── NotTrusted                the TLS certificate is not trusted
    ├── NotARegistry              something answered, but not the registry protocol
    │   └── RealmRefused          a challenge names a token service that must not get the login
    └── Refusal                   the registry answered, and said no
        ├── SignInRefused         the login is wrong
        ├── AccessDenied          the login is right, and may not do this
        ├── NotFound              there is no such repository, tag or blob
        └── RateLimited           too many requests; `retry_after_seconds` where it was said

An error knows the host that was asked, the HTTP status and the registry's own error code. It never carries a
header, a body or the registry's own words, since a hostile registry can put our login into each of them.
"""

import re
from typing import ClassVar

from console.sentences import say

_CODE = re.compile(r"[A-Z][A-Z_]{2,39}", re.ASCII)


class RegistryError(Exception):
    """
    Tell what happened at a registry.

    `host` is who was asked, `status` the HTTP status (None where no answer came), `code` the registry's own error
    code (`DENIED`, `MANIFEST_UNKNOWN`, ...) or "". A code that is not of the field's shape is dropped.
    `at_token_service` is set where the registry's token service gave the answer, whose statuses mean other things.
    """

    summary: ClassVar[str] = say("The registry could not be used.")
    at_token_service: bool = False

    def __init__(self, detail: str = "", *, host: str = "", status: int | None = None, code: str = "") -> None:
        self.detail = detail or self.summary
        self.host = host
        self.status = status
        self.code = code if _CODE.fullmatch(code) else ""
        super().__init__(self.detail)

    @property
    def said(self) -> str:
        """What the registry said, safe to show: its status and its code, such as `HTTP 403 DENIED`."""
        return " ".join(filter(None, [f"HTTP {self.status}" if self.status else "", self.code]))


class BlockedByPolicy(RegistryError):
    """The egress policy forbids this; `allow` is the network that an operator would have to allow, or ""."""

    summary = say("The egress policy does not allow this address.")

    def __init__(self, detail: str = "", *, host: str = "", allow: str = "") -> None:
        super().__init__(detail, host=host)
        self.allow = allow


class Unreachable(RegistryError):
    summary = say("The host did not answer.")


class NameNotFound(Unreachable):
    summary = say("The host does not exist in DNS.")


class ConnectionRefused(Unreachable):
    summary = say("The host refused the connection.")


class DeadlinePassed(Unreachable):
    summary = say("The host did not answer in time.")


class NotTrusted(RegistryError):
    """The certificate is not trusted; `reason` is one of `unknown_authority`, `expired`, `wrong_host`, `other`."""

    summary = say("The certificate is not trusted.")

    def __init__(self, detail: str = "", *, host: str = "", reason: str = "other") -> None:
        super().__init__(detail, host=host)
        self.reason = reason


class NotARegistry(RegistryError):
    summary = say("The host answers, but not as a registry.")


class RealmRefused(NotARegistry):
    """
    The challenge names a token service that is neither the registry's own nor a known one.

    `origin` is that service's, such as `https://auth.example.net`, where somebody may approve it. It is "" where nobody
    may, and where our login stands in it, since a registry that remembers a login can write it into the name.
    """

    summary = say("The registry sends logins to a token service that is not its own.")

    def __init__(self, detail: str = "", *, host: str = "", origin: str = "") -> None:
        super().__init__(detail, host=host)
        self.origin = origin


class Refusal(RegistryError):
    summary = say("The registry refused.")


class SignInRefused(Refusal):
    summary = say("The registry refused the login.")


class AccessDenied(Refusal):
    summary = say("The login may not do this.")


class NotFound(Refusal):
    summary = say("The registry does not have this.")


class RateLimited(Refusal):
    summary = say("The registry asks to slow down.")

    def __init__(
        self,
        detail: str = "",
        *,
        host: str = "",
        status: int | None = None,
        code: str = "",
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(detail, host=host, status=status, code=code)
        self.retry_after_seconds = retry_after_seconds
