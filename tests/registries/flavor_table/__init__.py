"""
One row for each flavor: what people type and what must come of it, and what must be refused.

The contract that every flavor keeps is run over this table by `test_flavors`. What is typed goes through the form
fields, as a person's typing does. A module here that has a `ROW` is one, under the name of its flavor.
"""

import pkgutil
from collections.abc import Sequence
from importlib import import_module

from tests.registries.flavor_table.azure import AZURE
from tests.registries.flavor_table.dockerhub import HUB
from tests.registries.flavor_table.gcp import GCP, KEY, google_key
from tests.registries.flavor_table.github import GITHUB
from tests.registries.flavor_table.other import OTHER
from tests.registries.flavor_table.rows import PASSWORD, Good, Row, login, made, registry_of

TABLE: Sequence[Row] = tuple(
    module.ROW
    for module in (import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    if hasattr(module, "ROW")
)

__all__ = [
    "AZURE",
    "GCP",
    "GITHUB",
    "HUB",
    "KEY",
    "OTHER",
    "PASSWORD",
    "TABLE",
    "Good",
    "Row",
    "google_key",
    "login",
    "made",
    "registry_of",
]
