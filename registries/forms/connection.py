"""
The form of a connection, assembled from what its flavor declares.

A form decides what is valid and opens nothing on its own: the stored secrets are handed to it as a function, which it
calls for a valid POST whose secrets were left blank and whose address is the one they were typed for.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import languages
from registries.authorities import reach
from registries.details import detail_inputs
from registries.distribution import InvalidReference, Reference, Secret
from registries.flavors.base import Flavor, Input, inputs, noted_names
from registries.forms.layout import LaidOut
from registries.forms.secrets import MOVED, WithSecrets

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

    from console.models import Team
    from registries.models import Connection, Draft

ADDRESS = "registry"  # the group of fields that say where it is
RENAMING = gettext_lazy(
    "Workflow files use it as <code>containerRegistry</code>. If you change it, the old name works for 30 more days."
)


class ConnectionForm(WithSecrets, LaidOut):
    """
    What is typed about a connection of one flavor.

    `connection` is the one being edited, and `stored` opens its secrets. `draft` keeps the secrets of a form that failed,
    or of a file that was imported, and `initial` is what fills the form before anybody typed. With `for_test` the name
    may be blank and is not looked up, because a test works before a name is given. After `is_valid()`: `registry` is the
    opened flavor, `secrets_kept` says whether what is sealed stays as it is, and `details()` are the columns every
    connection has.
    """

    registry: Flavor
    secrets_kept = False

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        flavor: type[Flavor],
        team: "Team",
        connection: "Connection | None" = None,
        stored: Callable[[], Mapping[str, Secret]] | None = None,
        draft: "Draft | None" = None,
        initial: dict[str, Any] | None = None,
        for_test: bool = False,
    ) -> None:
        super().__init__(data, files, initial=self.as_saved(connection) if connection else initial)
        self.flavor, self.team, self.connection, self.stored, self.for_test = flavor, team, connection, stored, for_test
        self.draft = draft
        self._commands = {}
        # A secret that the ring can no longer open is typed again, as if there were none.
        self.has_stored = connection is not None and connection.secret_saved_at is not None and not connection.locked
        common = detail_inputs()
        order = ["name", "description", *inputs(flavor), "ends_on", "purpose", "test_image", "ca_certificate"]
        self.asked = {name: {**common, **inputs(flavor)}[name] for name in order}
        for name, input_ in self.asked.items():
            self.fields[name] = self._field(name, input_)
        if connection:
            self.fields["name"].help_text = RENAMING
            self.fields["version"] = forms.IntegerField(
                required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, initial=connection.version
            )
        if connection and connection.ends_at:
            day = languages.day(timezone.localtime(connection.ends_at))
            self.fields["ends_on"].help_text = _("The registry says {day}; what it says counts.").format(day=day)
        if for_test:
            self.fields["name"].required = False
            self.fields["name"].validators = []

    def _field(self, name: str, input_: Input) -> forms.Field:
        field = deepcopy(input_.form_field)
        others = {name: self.data.get(name) if self.is_bound else self._first(name) for name in input_.only_with}
        stands_in = self._stands_in(name) if input_.sealed else ""
        field.required = input_.needed(others) and not stands_in
        field.berth_input = input_  # type: ignore[attr-defined]
        field.berth_kept = stands_in  # type: ignore[attr-defined]
        if input_.sealed and self.data.get("draft") and not self.draft:
            gone = _("What was kept for this form is no longer there.")
            field.error_messages["required"] = f"{field.error_messages['required']} {gone}"
        return field

    def _first(self, name: str) -> Any:
        return self.initial.get(name, inputs(self.flavor)[name].form_field.initial)

    # What is valid ---------------------------------------------------------------------------------------------------

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound:
            return
        for name, errors in self.errors.as_data().items():
            if any(error.code == "holds_secret" for error in errors):
                # Whatever was typed here may hold a password, so the page does not show it again.
                self.retype(name, "")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self.for_test:
            return name
        taken = self.team.connections.name_taken(name, but=self.connection)
        if taken is None:
            return name
        page = reverse("connection_detail", args=[self.team.slug, taken.name])
        if taken.name.lower() != name.lower():
            sentence = _(
                'The name <strong>{name}</strong> still leads to <a href="{page}">{other}</a>. Choose another name.'
            )
            raise ValidationError(format_html(sentence, name=name, page=page, other=taken.name), code="taken")
        sentence = _(
            'The name <strong>{name}</strong> is taken. <a href="{page}">Open that registry</a>, or choose another name.'
        )
        raise ValidationError(format_html(sentence, name=name, page=page), code="taken")

    def clean_version(self) -> int:
        return self.cleaned_data["version"] or 0

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        asked = inputs(self.flavor)
        self._pass_over([name for name, input_ in asked.items() if not input_.applies(data)])
        self._take_out_of_commands()
        self.reach = self._reach()
        if any(name in self.errors for name, input_ in asked.items() if not input_.sealed):
            return data
        plain = {name: data[name] for name, input_ in asked.items() if not input_.sealed}
        self._refuse_commands_for_others(self.flavor.without_secrets(plain))
        typed = self._typed()
        blank = [name for name, input_ in self._sealed.items() if name not in typed and input_.applies(plain)]
        needed = [name for name in blank if asked[name].needed(plain)]
        kept = [name for name in blank if name in self._kept] if self._still_there() else []
        # What is not needed stays as long as nothing is typed anew: a session token belongs to its own key.
        stored = [name for name in blank if name not in kept and (name in needed or not (typed or kept))]
        looked_at = self.flavor.without_secrets({**self._noted(stored), **plain})
        why = self._retold(looked_at) if self.has_stored else "" if self._still_there() else MOVED
        if why or not self.has_stored:
            self._ask_again([name for name in needed if name not in kept], why)
            stored = []
        if data.get("test_image"):
            self._judge_test_image(data, looked_at)
        registry = self._made({**plain, **typed}, forgiven=[*kept, *stored])
        if (kept or stored) and not self.errors:
            registry = self._made({**plain, **self._opened(stored, kept, needed=needed), **typed})
        if any(name in self.errors for name, input_ in asked.items() if input_.group == ADDRESS):
            self.reach = ""
        if registry is not None and not self.errors:
            self.registry = registry
            sealed = self.connection is not None and self.connection.secret_saved_at is not None
            self.secrets_kept = bool(stored and not typed and not kept) or not (registry.secrets() or sealed)
        return data

    def _pass_over(self, names: list[str]) -> None:
        """Take as blank what has no meaning with the way to sign in that was chosen: pages hide it, faults and all."""
        for name in names:
            self.errors.pop(name, None)
            self.cleaned_data[name] = None if name in self._sealed else ""

    def _reach(self) -> str:
        """Say where secrets that are typed now may go; "" where the address, or whom it trusts, is not valid."""
        address = {name for name, input_ in inputs(self.flavor).items() if input_.group == ADDRESS}
        if address & self.errors.keys() or "ca_certificate" in self.errors:
            return ""
        looked_at = self.flavor.without_secrets({name: self.cleaned_data[name] for name in address})
        return reach(looked_at.reach, self.cleaned_data.get("ca_certificate", ""))

    def _ask_again(self, names: list[str], why: "str | StrPromise") -> None:
        for name in names:
            if why and name not in self.errors:
                self.add_error(name, ValidationError(why, code="moved"))

    def _noted(self, blank: list[str]) -> dict[str, str]:
        """What is noted of the stored secrets holds as long as none of them is typed anew."""
        settings = self.connection.settings if self.connection and blank else {}
        return {name: settings[name] for name in noted_names(self.flavor) if name in settings}

    def _moved_to(self, registry: Flavor) -> bool:
        if self.connection is None:
            return False
        was = self.flavor.without_secrets(self.connection.settings)
        return (registry.host, registry.reach) != (was.host, was.reach)

    def _retold(self, registry: Flavor) -> "str | StrPromise":
        """Say why a stored secret has to be typed again; "" where it may stay."""
        if self._moved_to(registry):
            return MOVED
        if self.connection and self.cleaned_data.get("ca_certificate", "") != self.connection.ca_certificate:
            # Whoever can redirect the name would read it by bringing an authority of their own.
            return _("Enter the secret again, because the CA certificate changed.")
        return ""

    def _made(self, values: dict[str, Any], forgiven: list[str] | None = None) -> Flavor | None:
        """Make the registry, and put what it refuses beside the fields, but for those forgiven because they are kept."""
        missing = {name: None for name, input_ in inputs(self.flavor).items() if input_.sealed}
        try:
            return self.flavor(**{**missing, **values})
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                if name not in self.errors and name not in (forgiven or ()):
                    self.add_error(name, errors)
            return None

    def _judge_test_image(self, data: dict[str, Any], registry: Flavor) -> None:
        typed = data["test_image"].removeprefix("https://")
        try:
            reference = Reference.parse(typed)
            if not registry.is_at(reference.host) and not typed.startswith(f"{reference.host}/"):
                reference = Reference.parse(f"{registry.host}/{typed}")
        except InvalidReference as error:
            self.add_error("test_image", ValidationError(languages.said(error.args[0]), code="reference"))
            return
        under = not registry.prefix or f"{reference.repository}/".startswith(f"{registry.prefix}/")
        if not registry.is_at(reference.host) or not under:
            sentence = _("This image is not under {address}.").format(address=registry.address)
            self.add_error("test_image", ValidationError(sentence, code="elsewhere"))
            return
        data["test_image"] = str(
            Reference(host=registry.host, repository=reference.repository, tag=reference.tag, digest=reference.digest)
        )

    # What comes of it ------------------------------------------------------------------------------------------------

    def details(self) -> dict[str, Any]:
        """Return the columns that every connection has: name, description, purpose, test_image, ca_certificate, ends_on."""
        columns = ("name", "description", "purpose", "test_image", "ca_certificate", "ends_on")
        return {name: self.cleaned_data[name] for name in columns}

    @staticmethod
    def as_saved(connection: "Connection") -> dict[str, Any]:
        """Return what is saved in the clear, by the names of the fields."""
        columns = ("name", "description", "purpose", "test_image", "ca_certificate", "ends_on")
        return {**connection.settings, **{name: getattr(connection, name) for name in columns}}

    def based_on_now(self) -> "ConnectionForm":
        """Return the form as typed, based on the connection's present version: saving it again replaces that one."""
        self.retype("version", self.connection.version if self.connection else 0)
        return self
