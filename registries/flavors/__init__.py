"""
The kinds of registry that Berth knows, found by listing this folder.

A module here that defines a flavor under its own name is one; the others are what they are made of.
"""

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from console.languages import said
from registries.flavors.base import Flavor


def _found() -> dict[str, type[Flavor]]:
    found = []
    for module_info in pkgutil.iter_modules(__path__):
        module = import_module(f"{__name__}.{module_info.name}")
        found += [
            thing
            for thing in vars(module).values()
            if isinstance(thing, type) and issubclass(thing, Flavor) and thing.__dict__.get("slug") == module_info.name
        ]
    return {flavor.slug: flavor for flavor in sorted(found, key=lambda flavor: flavor.order)}


FLAVORS: Mapping[str, type[Flavor]] = MappingProxyType(_found())
"""Flavors by slug, in the order of the chooser."""

ANYWHERE = next(flavor for flavor in FLAVORS.values() if flavor.any_host)
"""The flavor of every host that no other flavor knows."""


def choices() -> list[tuple[str, str]]:
    """Return (slug, name) for every flavor, for a model's field: a callable, so that a new flavor makes no migration."""
    return [(slug, said(flavor.name)) for slug, flavor in FLAVORS.items()]


def flavor_of(host: str) -> type[Flavor] | None:
    """Return the flavor that a host, in lower case, belongs to, or None where any registry may stand there."""
    return next((flavor for flavor in FLAVORS.values() if flavor.serves(host)), None)
