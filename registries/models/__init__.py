"""What is stored about a team's connections to container registries."""

from registries.models.check import Check
from registries.models.connection import Connection, Stale
from registries.models.connections import NameTaken
from registries.models.former_name import FormerName
from registries.models.sealed import Sealed, SealingKey

__all__ = ["Check", "Connection", "FormerName", "NameTaken", "Sealed", "SealingKey", "Stale"]
