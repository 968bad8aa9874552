"""
What registries really answer, one file for each: every deviation of the reference page, sections 2.2 to 2.9, and of each
flavor's quirks. A module here that has `ROWS` is one, under the name of its flavor.
"""

import pkgutil
from collections.abc import Sequence
from importlib import import_module

from tests.registries.recorded_answers.rows import Recorded, ScriptedWay

RECORDED: Sequence[Recorded] = tuple(
    row
    for module in (import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    for row in getattr(module, "ROWS", ())
)

__all__ = ["RECORDED", "Recorded", "ScriptedWay"]
