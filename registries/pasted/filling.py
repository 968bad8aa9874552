"""What was pasted, as values of a form: from an image the address, from a stored login the address and the login."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.sentences import say
from registries.distribution import Secret
from registries.flavors import ANYWHERE, flavor_of, tokens
from registries.flavors.base import Flavor, inputs
from registries.pasted.image import Found
from registries.pasted.logins import Login

NOT_FILLED = say("Its user name looks like a token, so it is not filled in, where pages would show it.")


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A form as far as it is filled: names of the flavor's fields to plain values, and to secrets."""

    flavor: type[Flavor]
    plain: Mapping[str, str]
    secrets: Mapping[str, Secret]
    note: str = ""

    @property
    def registry(self) -> Flavor:
        """The registry to be looked at, as far as it is known."""
        return self.flavor.without_secrets(self.plain)


def from_image(found: Found, flavor: type[Flavor]) -> dict[str, str]:
    """
    Return what an image fills into the form of a flavor, its test image too.

    The flavor is the one that was found, or one that people run on hosts of their own; an image of another host fills
    nothing.
    """
    reference = found.reference
    if flavor is found.flavor:
        return {**found.filled, "test_image": str(reference)}
    if found.known or not (flavor.own_hosts or flavor.any_host):
        return {}
    filled = flavor.reads(reference.host.lower(), reference.repository.split("/")[:-1])
    return {**filled, "test_image": str(reference)} if filled is not None else {}


def from_login(login: Login) -> Filled:
    """Return the form that a stored login belongs into; it is the one for any host where no other can hold it."""
    parts = login.path.split("/") if login.path else []
    # A path that no form takes is left out, since the login in itself is good without it.
    for flavor, path in ((flavor_of(login.host), parts), (ANYWHERE, parts), (ANYWHERE, [])):
        address = flavor.reads(login.host, path) if flavor else None
        signing_in = _signing_in(flavor, login) if flavor else None
        if flavor and address is not None and signing_in is not None:
            values = {**address, **signing_in}
            sealed = {name: value for name, value in values.items() if inputs(flavor)[name].sealed}
            plain = {name: value for name, value in values.items() if name not in sealed}
            told = [name for name in signing_in if name in plain and _is_secret(plain[name], login.password)]
            return Filled(
                flavor=flavor,
                plain={**plain, **dict.fromkeys(told, "")},
                secrets=sealed,
                note=NOT_FILLED if told else "",
            )
    return Filled(flavor=ANYWHERE, plain={}, secrets={}, note=say("Berth cannot read where this login is for."))


def _is_secret(text: str, password: Secret | None) -> bool:
    """Whether what would stand in the clear is a secret itself: at some registries the token is the user name."""
    return tokens.is_token(text) or (password is not None and Secret(text) == password)


def _signing_in(flavor: type[Flavor], login: Login) -> dict[str, Any] | None:
    if login.password is not None:
        return flavor.filled_by(login.username, login.password)
    return {"username": login.username} if "username" in inputs(flavor) else {}
