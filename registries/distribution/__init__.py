"""
The OCI distribution protocol, as a client speaks it: https://github.com/opencontainers/distribution-spec.

This package knows the standard library and nothing of Django, flavors or teams. The network is handed to its
`Client` as an `Http`.
"""

from registries.distribution.allowance import Allowance
from registries.distribution.answers import Answer
from registries.distribution.challenge import Challenge, parse_challenges
from registries.distribution.client import Client, Http, SignIn
from registries.distribution.credential import Credential, Secret
from registries.distribution.errors import (
    AccessDenied,
    BlockedByPolicy,
    ConnectionRefused,
    DeadlinePassed,
    NameNotFound,
    NotARegistry,
    NotFound,
    NotTrusted,
    RateLimited,
    RealmRefused,
    Refusal,
    RegistryError,
    SignInRefused,
    Unreachable,
)
from registries.distribution.manifest import Manifest
from registries.distribution.reference import InvalidReference, Reference

__all__ = [
    "AccessDenied",
    "Allowance",
    "Answer",
    "BlockedByPolicy",
    "Challenge",
    "Client",
    "ConnectionRefused",
    "Credential",
    "DeadlinePassed",
    "Http",
    "InvalidReference",
    "Manifest",
    "NameNotFound",
    "NotARegistry",
    "NotFound",
    "NotTrusted",
    "RateLimited",
    "RealmRefused",
    "Reference",
    "Refusal",
    "RegistryError",
    "Secret",
    "SignIn",
    "SignInRefused",
    "Unreachable",
    "parse_challenges",
]
