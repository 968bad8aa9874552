"""
Where in the form of a connection a fix is done: which fields it is about, and the links that lead to them.

Our own advice has its fields here; where a flavor's hint takes its place, the flavor's `hint_fields` come first. A field is
linked only where the form of that flavor has it and shows it. Source: design page, section 5, failing steps.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from console.sentences import say
from registries.distribution import BlockedByPolicy, NotTrusted, RegistryError, Unreachable
from registries.flavors.base import Flavor, Input, TextField, inputs
from registries.flavors.fields import in_a_sentence
from registries.outcomes import Mend, Outcome

# The fields that every connection has, whatever its flavor.
TO_CHANGE_THE_IMAGE = Mend(say("Change the test image"), "id_test_image")
TO_NAME_AN_IMAGE = Mend(say("Name a test image"), "id_test_image")
TO_ADD_THE_AUTHORITY = Mend(say("Add the CA certificate"), "id_ca_certificate")
# It leads to the first of the two choices, which is Pull.
TO_CHANGE_THE_PURPOSE = Mend(say("Change what the team needs"), "id_purpose_0")
_COMMON = {"test_image": TO_CHANGE_THE_IMAGE, "ca_certificate": TO_ADD_THE_AUTHORITY, "purpose": TO_CHANGE_THE_PURPOSE}


def mends(error: RegistryError, outcome: Outcome, registry: Flavor, *, hinted: bool, has_login: bool) -> tuple[Mend, ...]:
    """
    Return the links for the fix of a step that met this error, the likeliest first; none where no field is at fault.

    `hinted` says that the fix is the flavor's own hint, `has_login` that there is a login at all.
    """
    if hinted and (named := links(registry, registry.hint_fields.get(outcome, ()))):
        return named
    return links(registry, _fields(error, outcome, registry, has_login=has_login))


def to_replace_the_secret(registry: Flavor) -> tuple[Mend, ...]:
    """Return the link to the secret that the login is made of, none where there is no secret."""
    return links(registry, secrets_of(registry)[:1])


def links(registry: Flavor, names: Iterable[str]) -> tuple[Mend, ...]:
    """Return the links to these fields, without those that the form of this registry does not show."""
    asked, values = inputs(type(registry)), _values(registry)
    shown = {name: input_ for name, input_ in asked.items() if input_.applies(values)}
    return tuple(
        _COMMON[name] if name in _COMMON else _link(name, shown[name], secrets_of(registry))
        for name in names
        if name in _COMMON or name in shown
    )


def secrets_of(registry: Flavor) -> list[str]:
    """Return the names of the secrets that have a meaning with the way to sign in that was chosen."""
    values = _values(registry)
    return [name for name, input_ in inputs(type(registry)).items() if input_.sealed and input_.applies(values)]


def _fields(error: RegistryError, outcome: Outcome, registry: Flavor, *, has_login: bool) -> Sequence[str]:  # noqa: PLR0911
    match error:
        case NotTrusted(reason="unknown_authority"):
            return ["ca_certificate"]
        case NotTrusted(reason="expired" | "wrong_host"):
            return []  # Its owner has to replace it.
        case BlockedByPolicy() if error.allow:
            return []  # An operator has to allow it.
        case Unreachable() if error.status is not None:
            return []  # It is a fault or a network rule of theirs.
        case NotTrusted() | BlockedByPolicy() | Unreachable():
            return _address(registry)
    match outcome:
        case Outcome.NOT_A_REGISTRY:
            return _address(registry)
        case Outcome.SIGN_IN_REFUSED:
            return [*secrets_of(registry)[:1], *_account(registry)]
        case Outcome.NO_PULL_ACCESS if not has_login:
            return ["method"]
        case Outcome.NO_PUSH_ACCESS:
            return ["purpose"] if has_login else ["method", "purpose"]
        case Outcome.IMAGE_NOT_FOUND:
            return ["test_image"]
    return []


def _address(registry: Flavor) -> list[str]:
    """Return the field that says the host: the one which the host alone would fill. None where the host is the flavor's."""
    return list(registry.filled_from(registry.host, ()))[:1]


def _account(registry: Flavor) -> list[str]:
    """Return the field that says who signs in."""
    asked = inputs(type(registry)).items()
    return [name for name, i in asked if i.group == "credentials" and isinstance(i.form_field, TextField)][:1]


def _values(registry: Flavor) -> Mapping[str, Any]:
    return {name: getattr(registry, name, None) for name, input_ in inputs(type(registry)).items() if not input_.sealed}


def _link(name: str, input_: Input, secrets: list[str]) -> Mend:
    if isinstance(input_.form_field.widget, forms.RadioSelect):
        return Mend(say("Choose how to sign in"), f"id_{name}_0")
    label = in_a_sentence(input_.form_field.label)
    if input_.sealed:
        words = say("Replace the secret") if name == secrets[0] else say("Replace the {label}", label=label)
        return Mend(words, f"id_{name}")
    return Mend(say("Change the {label}", label=label), f"id_{name}")
