"""What was pasted, as values of a form: from an image the address, from a stored login the address and the login."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registries.distribution import Secret
from registries.flavors import ANYWHERE, flavor_of
from registries.flavors.base import Flavor, inputs
from registries.pasted.image import Found
from registries.pasted.logins import Login


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A form as far as it is filled: names of the flavor's fields to plain values, and to secrets."""

    flavor: type[Flavor]
    plain: Mapping[str, str]
    secrets: Mapping[str, Secret]

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
    if not (flavor.own_hosts or flavor.any_host):
        return {}
    filled = flavor.reads(reference.host.lower(), reference.repository.split("/")[:-1])
    return {**filled, "test_image": str(reference)} if filled is not None else {}


def from_login(login: Login) -> Filled:
    """Return the form that a stored login belongs into; it is the one for any host where no other can hold it."""
    parts = login.path.split("/") if login.path else []
    for flavor in filter(None, (flavor_of(login.host), ANYWHERE)):
        address = flavor.reads(login.host, parts)
        signing_in = _signing_in(flavor, login)
        if address is not None and signing_in is not None:
            values = {**address, **signing_in}
            sealed = {name for name, input_ in inputs(flavor).items() if input_.sealed}
            return Filled(
                flavor=flavor,
                plain={name: value for name, value in values.items() if name not in sealed},
                secrets={name: value for name, value in values.items() if name in sealed},
            )
    return Filled(flavor=ANYWHERE, plain={}, secrets={})


def _signing_in(flavor: type[Flavor], login: Login) -> dict[str, Any] | None:
    if login.password is not None:
        return flavor.filled_by(login.username, login.password)
    return {"username": login.username} if "username" in inputs(flavor) else {}
