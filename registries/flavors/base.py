"""
What every flavor is made of: the base class, and the helpers that declare its fields.

A flavor is a frozen dataclass; an instance is *a registry as one team reaches it*. Each field is declared once, by
`text()`, `choice()`, `secret()` or `key_file()`, and that one line is its form field, its storage and its type: what
`secret()` and `key_file()` declare is sealed, the rest is plain settings. `noted()` declares what nobody is asked,
because a secret tells it. All its words are sentences, made with `say`, which pages say in the reader's language. See
README, "How to add a flavor".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from registries.distribution import Credential, Http, Secret
from registries.flavors.ends import end_in
from registries.flavors.fields import SecretField, TextField, Tidy, enter
from registries.outcomes import Outcome

Tells = Callable[[str], Mapping[str, str]]
"""Reads a secret and returns what may be known about it: names of `noted()` fields to plain text."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """
    How one field of a flavor is asked for.

    `group` is where the form shows it, `registry` or `credentials`. `before` and `after` are the fixed parts of an
    address around the input, `suggestions` fill a list to choose from, `side_by_side` puts neighbours in one row,
    `size` is "", `mid` or `short`. `sentences` gives each choice its one sentence of consequence. `only_with` names the
    values of a choice with which this input has a meaning, and `wanted` says whether it must not be blank then.
    `sealed` inputs never come back to a page, and `tells` reads what may be noted of them.
    """

    form_field: forms.Field
    group: str
    sealed: bool = False
    before: str = ""
    after: str = ""
    suggestions: Sequence[str] = ()
    sentences: Mapping[str, str] = field(default_factory=dict)
    side_by_side: bool = False
    mono: bool = True
    size: str = ""
    only_with: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wanted: bool = True
    tells: Tells | None = None

    def applies(self, values: Mapping[str, Any]) -> bool:
        """Say whether the input has a meaning, given the values of the others."""
        return all(values.get(name) in wanted for name, wanted in self.only_with.items())

    def needed(self, values: Mapping[str, Any]) -> bool:
        """Say whether the input must be filled, given the values of the others."""
        return self.wanted and self.applies(values) if self.only_with else self.form_field.required


def _declare(input_: Input, default: Any) -> Any:
    return field(metadata={"input": input_}) if default is MISSING else field(default=default, metadata={"input": input_})


def text(
    label: str,
    *,
    help_text: str = "",
    required: bool = True,
    initial: str = "",
    max_length: int = 255,
    group: str = "registry",
    before: str = "",
    after: str = "",
    suggestions: Sequence[str] = (),
    side_by_side: bool = False,
    tidy: Tidy | None = None,
    validators: Sequence[Any] = (),
    only_with: Mapping[str, Sequence[str]] | None = None,
) -> Any:
    """
    Declare a line of plain text, stored in `settings`. Those that may be blank default to "".

    `initial` stands in the form from the start, and is the default where nothing is stored.
    `tidy` mends what was typed (lower case, a host pasted along) or raises `ValidationError`.
    """
    blank = not required or bool(only_with)
    form_field = TextField(
        label=label,
        help_text=help_text,
        required=not blank,
        initial=initial,
        max_length=max_length,
        tidy=tidy,
        validators=list(validators),
    )
    return _declare(
        Input(
            form_field=form_field,
            group=group,
            before=before,
            after=after,
            suggestions=suggestions,
            side_by_side=side_by_side,
            only_with=only_with or {},
            wanted=required,
        ),
        initial if blank or initial else MISSING,
    )


def choice(label: str, options: Sequence[tuple[str, str, str]], *, help_text: str = "", group: str = "credentials") -> Any:
    """Declare a choice of one; `options` are (stored value, words, sentence of consequence), the first is the default."""
    form_field = forms.ChoiceField(
        label=label,
        help_text=help_text,
        choices=[(value, words) for value, words, _sentence in options],
        initial=options[0][0],
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one of these.")),
    )
    sentences = {value: sentence for value, _words, sentence in options}
    return _declare(Input(form_field=form_field, group=group, sentences=sentences), options[0][0])


def secret(
    label: str,
    *,
    help_text: str = "",
    max_length: int = 4096,
    strip: bool = True,
    required: bool = True,
    only_with: Mapping[str, Sequence[str]] | None = None,
    tells: Tells | None = None,
) -> Any:
    """Declare a secret of one line: sealed, never shown again. `strip` drops spaces around it, as tokens have none."""
    blank = not required or bool(only_with)
    form_field = SecretField(label=label, help_text=help_text, required=not blank, max_length=max_length, strip_ends=strip)
    input_ = Input(
        form_field=form_field, group="credentials", sealed=True, only_with=only_with or {}, wanted=required, tells=tells
    )
    return _declare(input_, None if blank else MISSING)


def key_file(label: str, *, form_field: type[forms.Field], help_text: str = "", tells: Tells | None = None) -> Any:
    """Declare a secret that comes as a file or is pasted: sealed, never shown again."""
    declared = form_field(label=label, help_text=help_text)
    return _declare(Input(form_field=declared, group="credentials", sealed=True, tells=tells), MISSING)


def noted() -> Any:
    """Declare a plain setting that no form asks for: a secret's `tells` fills it, for pages that open none."""
    return field(default="", metadata={"noted": True})


def inputs(flavor: "type[Flavor]") -> dict[str, Input]:
    """Return a flavor's inputs by name, in the order in which they were declared."""
    return {f.name: f.metadata["input"] for f in fields(flavor) if "input" in f.metadata}


def noted_names(flavor: "type[Flavor]") -> list[str]:
    """Return the names of what a flavor notes about its secrets."""
    return [f.name for f in fields(flavor) if "noted" in f.metadata]


@dataclass(frozen=True, kw_only=True)
class Flavor:
    """
    A kind of registry. Subclasses declare fields, and say `host`, `prefix` and `credential()`.

    Constructing one validates it: `__post_init__` raises `ValidationError({field: message})`, so a registry that exists
    is a valid one. Subclasses say in `_judge()` how their fields agree. The exception is `without_secrets()`, which is
    for looking at.
    """

    do_not_call_in_templates: ClassVar[bool] = True

    slug: ClassVar[str]  # the file's name; stored, so it never changes
    order: ClassVar[int]  # its place in the chooser
    name: ClassVar[str]  # in a list: "Google"
    full_name: ClassVar[str]  # in a heading: "Google Artifact Registry"
    hosts: ClassVar[str]  # what the chooser shows under the name: "*-docker.pkg.dev, gcr.io"
    blank_address: ClassVar[str]  # the address before anything is typed: "ghcr.io/…"
    example: ClassVar[str]  # an image as people write it: "ghcr.io/example-org/app:1.4"
    any_host: ClassVar[bool] = False  # whether it is for every host that no other flavor knows
    own_hosts: ClassVar[bool] = False  # whether people run it on hosts of their own, which nothing tells apart
    monogram: ClassVar[str] = ""  # shown where the collection has no logo: "ACR"
    where: ClassVar[str]  # the heading of the help: "Where to find the token"
    steps: ClassVar[Sequence[str]]  # the help's numbered steps, HTML written by us

    def __post_init__(self) -> None:
        """Mend each field as its form does, note what the secrets tell, judge the fields together, refuse blanks."""
        asked = inputs(type(self))
        for name, input_ in asked.items():
            value, form_field = getattr(self, name), input_.form_field
            if value and isinstance(form_field, TextField) and form_field.tidy:
                try:
                    self._settle(**{name: form_field.tidy(value)})
                except ValidationError as error:
                    raise ValidationError({name: error}) from None
            if value and input_.tells:
                self._settle(**input_.tells(value.reveal()))
        self._judge()
        values = {name: getattr(self, name) for name in asked}
        if blank := [name for name, input_ in asked.items() if input_.needed(values) and not values[name]]:
            words = {name: enter(asked[name].form_field.label) for name in blank}
            raise ValidationError({name: ValidationError(words[name], code="required") for name in blank})

    def _judge(self) -> None:
        """
        Judge the fields together: settle those that follow from others, or raise `ValidationError({field: message})`.

        A secret may still be None here; that it must not be blank is said afterwards.
        """

    def _settle(self, **values: Any) -> None:
        """Set fields while the registry is being made, which a frozen dataclass allows in no other way."""
        for name, value in values.items():
            object.__setattr__(self, name, value)

    # What it is ------------------------------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """
        The registry's host as image references name it, with its port where it has one.

        It is the field `registry`, where nothing else is said.
        """
        return self.registry  # type: ignore[attr-defined,no-any-return]

    @property
    def prefix(self) -> str:
        """
        The path under the host that this connection is for, with no slash at either end; "" is the whole host.

        It is the field `namespace`, where nothing else is said.
        """
        return getattr(self, "namespace", "")

    @property
    def origin(self) -> str:
        """Scheme and authority where the registry's API answers; differs from the host at Docker Hub only."""
        return f"https://{self.host}"

    @property
    def reach(self) -> str:
        """All that was typed and decides where the login may go; where it changes, the secret has to be typed again."""
        return self.origin

    @property
    def address(self) -> str:
        """Host and prefix, as an image begins."""
        return f"{self.host}/{self.prefix}" if self.prefix else self.host

    @property
    def account(self) -> str:
        """Who signs in, for people to read. Never a secret."""
        return ""

    @property
    def login_name(self) -> str:
        """The user name that its login has, as Docker is told it; "" where that is a secret itself."""
        return self.account

    @property
    def example_image(self) -> str:
        """An image of this registry, for the snippet where no test image is named."""
        return f"{self.address}/image:tag"

    @property
    def advice(self) -> str:
        """A hint about what was typed, HTML written by us or "": it is saved all the same."""
        return ""

    @property
    def better(self) -> "type[Flavor] | None":
        """The flavor whose own form would serve this registry better, or None."""
        return None

    @property
    def ends_at(self) -> datetime | None:
        """When the login ends, aware UTC, where its own text says so, as a JSON Web Token does; else None."""
        return min(filter(None, (end_in(secret) for secret in self.secrets().values())), default=None)

    @property
    def ends_after_hours(self) -> int | None:
        """How long a login of this kind lives once it was made, or None where that is not known."""
        return None

    @classmethod
    def serves(cls, host: str) -> bool:
        """Say whether a host, in lower case, belongs to this flavor."""
        return False

    def is_at(self, host: str) -> bool:
        """Say whether an image with this host is pulled from here."""
        return host.lower() == self.host

    # How people arrive -----------------------------------------------------------------------------------------------

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        """
        Return what an address fills in, by the names of the fields: a host, in lower case, and a path below it.

        `parts` is the path down to an image's own name, which is not part of it: ("team", "sub") of `host/team/sub/app:1`.
        It is empty where only the host is known.
        """
        asked = inputs(cls)
        filled = {"registry": host} if "registry" in asked else {}
        return {**filled, "namespace": parts[0]} if parts and "namespace" in asked else filled

    @classmethod
    def reads(cls, host: str, parts: Sequence[str]) -> dict[str, str] | None:
        """Return what an address fills in, as the form's own fields tidy it; None where one of them refuses it."""
        asked = inputs(cls)
        try:
            return {name: asked[name].form_field.clean(value) for name, value in cls.filled_from(host, parts).items()}
        except ValidationError:
            return None

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        """
        Return what a login fills in that Docker stored, by the names of the fields; None where this form cannot hold it.

        Where the user name is always the same, it is this flavor's `account`.
        """
        sealed = next(name for name, input_ in inputs(cls).items() if input_.sealed)
        return {sealed: password} if username == cls.__dict__.get("account") else None

    @property
    def suggested_name(self) -> str:
        """A name for a connection to it: the flavor's, or the host's where any may stand there, and where it leads."""
        host = self.host.partition(":")[0]
        tells = not self.any_host and host not in self.hosts.split(", ")
        last = self.prefix.rpartition("/")[2] or (host.partition(".")[0] if tells else "")
        words = "-".join(filter(None, [host if self.any_host else self.slug, last]))
        return re.sub(r"[^A-Za-z0-9._-]+", "-", words).strip("._-")[:60]

    # How it behaves --------------------------------------------------------------------------------------------------

    @property
    def hints(self) -> Mapping[Outcome, str]:
        """What to do about an outcome, in this flavor's own words; plain text."""
        return {}

    @property
    def hint_fields(self) -> Mapping[Outcome, Sequence[str]]:
        """The fields that a hint is about, where they are others than those that our own advice would be about."""
        return {}

    @property
    def realms(self) -> Sequence[str]:
        """Origins of token services that may get the login, beside the registry's own."""
        return ()

    @property
    def forbidden_at_token(self) -> Outcome:
        """What HTTP 403 from the token service means."""
        return Outcome.SIGN_IN_REFUSED

    @property
    def bad_request_at_token(self) -> Outcome:
        """What HTTP 400 from the token service means."""
        return Outcome.NOT_A_REGISTRY

    @property
    def forbidden_at_sign_in(self) -> Outcome:
        """What HTTP 403 from the registry itself means, when it is offered the login."""
        return Outcome.SIGN_IN_REFUSED

    @property
    def has_catalog(self) -> bool:
        """Whether there is any use in asking which repositories there are."""
        return True

    @property
    def push_scope_is_harmless(self) -> bool:
        """
        Whether the token service may be asked for a push only to learn if it would grant one.

        That takes two things: that asking creates nothing, and that a token lists the rights which the registry honours.
        """
        return False

    def credential(self) -> Credential | None:
        """Return the login for this registry as it is stored, or None where it needs none."""
        raise NotImplementedError

    @property
    def mints(self) -> bool:
        """Whether `login()` makes a login that ends from what is stored, so that it is worth sharing until it does."""
        return False

    def login(self, http: Http) -> Credential | None:
        """Return the login, minted by way of `http` where what is stored is none by itself. Raises `RegistryError`."""
        return self.credential()

    def read_end(self, http: Http) -> datetime | None:
        """Ask the provider when the login ends, aware UTC; None where nobody says. Raises `RegistryError`."""
        return None

    # Storage ---------------------------------------------------------------------------------------------------------

    def settings(self) -> dict[str, str]:
        """Return what is stored in the clear: field names to values."""
        asked = [name for name, input_ in inputs(type(self)).items() if not input_.sealed]
        return {name: getattr(self, name) for name in [*asked, *noted_names(type(self))]}

    def secrets(self) -> dict[str, Secret]:
        """Return what is sealed: field names to secrets; fields left empty are left out."""
        named = {name: getattr(self, name) for name, input_ in inputs(type(self)).items() if input_.sealed}
        return {name: value for name, value in named.items() if value}

    @classmethod
    def open(cls, settings: Mapping[str, str], secrets: Mapping[str, Secret]) -> Self:
        """Make the registry from what was stored. Unknown keys are passed over, since a stored shape only grows."""
        known = {*inputs(cls), *noted_names(cls)}
        missing = {name: None for name, input_ in inputs(cls).items() if input_.sealed}
        return cls(**{name: value for name, value in {**missing, **settings, **secrets}.items() if name in known})

    @classmethod
    def without_secrets(cls, settings: Mapping[str, str]) -> Self:
        """
        Make the registry to be looked at, from its stored settings alone: host, prefix, account, advice.

        Nothing is validated, so that a page of an older row never fails, and `credential()` does not work.
        """
        looked_at = object.__new__(cls)
        sealed = {name for name, input_ in inputs(cls).items() if input_.sealed}
        for f in fields(cls):
            blank = "" if f.default is MISSING else f.default
            object.__setattr__(looked_at, f.name, None if f.name in sealed else settings.get(f.name, blank))
        return looked_at


@dataclass(frozen=True, kw_only=True)
class PasswordFlavor(Flavor):
    """A registry that takes a user name and a password as they are stored, in fields called `username` and `password`."""

    @property
    def account(self) -> str:
        return self.username  # type: ignore[attr-defined,no-any-return]

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        return {"username": username, "password": password}

    def credential(self) -> Credential | None:
        return Credential(host=self.host, username=self.username, password=self.password)  # type: ignore[attr-defined]


__all__ = [
    "Flavor",
    "Input",
    "PasswordFlavor",
    "SecretField",
    "TextField",
    "choice",
    "inputs",
    "key_file",
    "noted",
    "noted_names",
    "secret",
    "text",
]
