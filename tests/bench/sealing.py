"""What sealing costs: one login sealed, and opened again."""

from uuid import uuid4

from registries.distribution import Secret
from registries.sealing import Binding, seal, unseal
from tests.bench.figures import measure


def main() -> None:
    binding = Binding(installation=uuid4(), team=uuid4(), connection=uuid4(), revision=1, reach="https://r.example.com")
    secrets = {"password": Secret("a password of the bench")}
    envelope = seal(secrets, binding)
    measure("seal a login", lambda: seal(secrets, binding), 500)
    measure("unseal a login", lambda: unseal(envelope, binding), 500)
