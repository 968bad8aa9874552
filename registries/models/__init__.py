"""What is stored about a team's connections to container registries."""

from registries.models.check import Check
from registries.models.connection import Connection, Stale
from registries.models.connections import NameTaken
from registries.models.draft import Draft
from registries.models.former_name import FormerName
from registries.models.minted import Minted
from registries.models.sealed import Sealed, SealingKey

__all__ = ["Check", "Connection", "Draft", "FormerName", "Minted", "NameTaken", "Sealed", "SealingKey", "Stale"]
