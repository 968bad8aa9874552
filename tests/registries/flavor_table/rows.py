"""What a row of the table is, and what may be made of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from registries.flavors import FLAVORS
from registries.flavors.base import Flavor, inputs

PASSWORD = "s3cret-canary-7Qx"
UUID = "7d0a3f52-91c4-4f0e-a6f1-52b8f1a9c33d"
DIGEST = "sha256:" + "0123456789abcdef" * 4


@dataclass(frozen=True, kw_only=True)
class Good:
    """What is typed, and the registry that it makes. `login` is (user name, password), None where there is none."""

    typed: Mapping[str, str]
    host: str
    prefix: str = ""
    origin: str = ""
    account: str = ""
    login: tuple[str, str] | None = None
    realms: tuple[str, ...] = ()
    advice: str = ""  # words that the advice must hold; "" is no advice at all


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    A flavor's row. `refused` are (field that is at fault, what is typed instead, words of the sentence).

    `images` are references that people paste, with what each fills in. `logins` are user names and passwords as Docker
    stores them, with what each fills in, None where the form cannot hold it.
    """

    slug: str
    typed: Mapping[str, str]
    good: Sequence[Good]
    refused: Sequence[tuple[str, Mapping[str, str], str]]
    serves: Sequence[str] = ()
    look_alikes: Sequence[str] = ()
    images: Sequence[tuple[str, Mapping[str, str]]] = ()
    logins: Sequence[tuple[str, str, Mapping[str, str] | None]] = ()


def look_alikes_of(host: str) -> tuple[str, ...]:
    """Return hosts that only look like this one, wherever a pattern with a loose end would let them in."""
    return (
        f"{host}.evil.example", f"{host}-evil.example", f"evil.{host}.attacker.com", f"{host}.example",
        f"{host}%2eevil.example", f"{host}@evil.example", f"user@{host}", f"evil.example/{host}", f"evil.example?{host}",
        f"{host}:443", f"{host}:5000", f"{host}.", f".{host}", f"a.b.{host}", host[:-1], f"{host[:-1]}\u043e",
        host.replace(".", "-"), host.replace(".", ".."), host.replace(".", "_"),
    )  # fmt: skip


def cleaned(flavor: type[Flavor], typed: Mapping[str, str]) -> dict[str, Any]:
    """Clean what was typed by each form field on its own; raises ValidationError({field: …})."""
    values = {}
    for name, input_ in inputs(flavor).items():
        raw: Any = typed.get(name, input_.form_field.initial or "")
        if hasattr(input_.form_field.widget, "decompress"):
            raw = [None, raw]
        try:
            values[name] = input_.form_field.clean(raw)
        except ValidationError as error:
            raise ValidationError({name: error}) from None
    return values


def made(slug: str, typed: Mapping[str, str]) -> Flavor:
    """Return the registry that is made of what was typed; raises ValidationError({field: …})."""
    flavor = FLAVORS[slug]
    return flavor(**cleaned(flavor, typed))


def login(registry: Flavor) -> tuple[str, str] | None:
    credential = registry.credential()
    return (credential.username, credential.password.reveal()) if credential else None


def registry_of(row: Row) -> Flavor:
    """Return the registry of a row's plain typing."""
    return made(row.slug, row.typed)
