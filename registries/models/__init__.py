"""What is stored about a team's connections to container registries."""

from registries.models.check import Check
from registries.models.connection import Connection, FormerName, NameTaken, Stale
from registries.models.sealed import Sealed, SealingKey

__all__ = ["Check", "Connection", "FormerName", "NameTaken", "Sealed", "SealingKey", "Stale"]
