"""
The registry that an image is pulled from, with a login that was typed for this once or with none.

Source: product page, section 7, one-off check.
"""

from dataclasses import MISSING, fields
from typing import Any

from django.core.exceptions import ValidationError

from console import languages
from console.sentences import say
from registries.distribution import Secret
from registries.flavors import ANYWHERE
from registries.flavors.base import Flavor
from registries.pasted.image import Found

NOWHERE = say("No registry can stand at the host in front of the first slash.")


def registry_of(found: Found, username: str, password: Secret | None) -> Flavor:
    """
    Return the registry of an image: the flavor that its host belongs to, where that one takes such a login.

    A login that no form of that flavor holds may be good all the same, as a token of an hour is, and is offered as it is.
    Without a password there is no login. Raises `ValidationError({field: message})` with the fields `image`, `username`
    and `password`.
    """
    anywhere = ANYWHERE.reads(found.reference.host.lower(), [])
    if anywhere is None:
        raise ValidationError({"image": languages.said(NOWHERE)})
    if password is None:
        return _made(ANYWHERE, {**anywhere, "method": "none"})
    signing_in = found.flavor.filled_by(username, password)
    if signing_in is not None:
        try:
            registry = _made(found.flavor, {**found.filled, **signing_in})
        except ValidationError:
            pass  # It is more particular than the registry itself may be.
        else:
            # What a login fills in must not lead it to another host than the image's.
            if registry.is_at(found.reference.host):
                return registry
    try:
        return _made(ANYWHERE, {**anywhere, **(ANYWHERE.filled_by(username, password) or {})})
    except ValidationError as error:
        field = "username" if "username" in error.error_dict else "password"
        raise ValidationError({field: next(iter(error.error_dict.values()))}) from None


def _made(flavor: type[Flavor], values: dict[str, Any]) -> Flavor:
    """Make the registry; what an image does not tell is blank, and may be refused as that."""
    blank = {f.name: None if f.metadata["input"].sealed else "" for f in fields(flavor) if f.default is MISSING}
    return flavor(**{**blank, **values})
