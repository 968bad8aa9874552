"""What is stored about a team's connections to container registries."""

from registries.models.catalogue import Container
from registries.models.check import Check
from registries.models.connection import Connection
from registries.models.connections import ConnectionQuerySet, NameTaken, Stale
from registries.models.draft import Draft
from registries.models.fingerprint import Fingerprint, FingerprintKey
from registries.models.former_name import FormerName
from registries.models.hand_out import Asker, HandOut, HandOutResult, LedgerUnavailable, Refused
from registries.models.machine_token import MachineToken, Rotated, TokenNameTaken
from registries.models.minted import Minted
from registries.models.referrers import Referrers
from registries.models.revealing import ShownBefore, reveal
from registries.models.sealed import Sealed, SealingKey
from registries.models.token_hosts import NotNamed, SecretLocked, TooMany
from registries.models.visit import Visit

__all__ = [
    "Asker",
    "Check",
    "Connection",
    "ConnectionQuerySet",
    "Container",
    "Draft",
    "Fingerprint",
    "FingerprintKey",
    "FormerName",
    "HandOut",
    "HandOutResult",
    "LedgerUnavailable",
    "MachineToken",
    "Minted",
    "NameTaken",
    "NotNamed",
    "Referrers",
    "Refused",
    "Rotated",
    "Sealed",
    "SealingKey",
    "SecretLocked",
    "ShownBefore",
    "Stale",
    "TokenNameTaken",
    "TooMany",
    "Visit",
    "reveal",
]
