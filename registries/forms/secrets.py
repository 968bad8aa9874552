"""
Where the secrets of a form come from: typed into it, kept for it when it failed before, or stored with the connection.

None of them ever comes back to a page. What stands in for one says where it is, and who saved it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import languages
from registries.distribution import Secret
from registries.flavors import tokens
from registries.flavors.base import Flavor, Input, inputs
from registries.flavors.fields import in_a_sentence
from registries.pasted.login_line import read_login_line

if TYPE_CHECKING:
    from registries.models import Connection, Draft

KEPT = mark_safe(gettext_lazy("<b>Kept for this form</b>, for 15 minutes. Leave blank to use it."))  # noqa: S308
MAY_STAY = mark_safe(gettext_lazy("<b>A saved one stays</b> as long as no other secret is entered."))  # noqa: S308
MOVED = gettext_lazy("Enter the secret again, because the address changed.")


class WithSecrets(forms.Form):
    """A form some of whose fields are secrets. It opens none of them before everything else that was typed is valid."""

    if TYPE_CHECKING:
        flavor: type[Flavor]
        connection: Connection | None
        draft: Draft | None
        stored: Callable[[], Mapping[str, Secret]] | None
        has_stored: bool
        registry: Flavor

    _commands: dict[str, str]  # of which secrets a whole command was pasted, and where it signs in

    reach = ""
    """Where the secrets may go, "" as long as no valid address was typed."""

    @property
    def _sealed(self) -> dict[str, Input]:
        return {name: input_ for name, input_ in inputs(self.flavor).items() if input_.sealed}

    @property
    def _kept(self) -> list[str]:
        return list(self.draft.kept) if self.draft else []

    def _stands_in(self, name: str) -> str:
        """Say of a secret field what may stay where it is left blank; "" where it has to be typed."""
        if name in self._kept:
            return KEPT
        if self.has_stored and not self._sealed[name].wanted:
            return MAY_STAY
        return self._saved_sentence() if self.has_stored else ""

    def _saved_sentence(self) -> str:
        saved_at = self.connection.secret_saved_at if self.connection else None
        day = languages.day(timezone.localtime(saved_at))
        if by := getattr(self.connection, "secret_saved_by", None):
            return format_html(_("<b>Saved {day} by {person}.</b> Leave blank to keep it."), day=day, person=by)
        return format_html(_("<b>Saved {day}.</b> Leave blank to keep it."), day=day)

    def _typed(self) -> dict[str, Secret]:
        cleaned = getattr(self, "cleaned_data", {})
        return {name: cleaned[name] for name in self._sealed if cleaned.get(name)}

    def _opened(self, stored: list[str], kept: list[str], *, needed: list[str]) -> dict[str, Secret]:
        """Open those that were left blank, from where they are; beside a needed one that is not there stands what to do."""
        found = dict(self.stored()) if stored and self.stored else {}
        if kept and self.draft:
            found |= {name: secret for name, secret in self.draft.secrets_if_they_open().items() if name in kept}
        for name in needed:
            if name in (*stored, *kept) and name not in found:
                self.add_error(name, _("Enter the secret again, because the saved one cannot be opened."))
        return {name: found[name] for name in [*stored, *kept] if name in found}

    def _take_out_of_commands(self) -> None:
        """
        Take the password out of a whole sign-in command that was pasted in its place; it cannot be a password itself.

        The command's user name fills a field that was left blank, unless it is the password too, which no page may show.
        """
        for name in self._typed():
            line = read_login_line(self[name].data) if isinstance(self[name].data, str) else None
            if line is None:
                continue
            if line.password is None:
                del self.cleaned_data[name]
                self.add_error(name, _("This is a sign-in command without its password. Paste the password itself."))
                continue
            self.cleaned_data[name], self._commands[name] = line.password, line.host
            told = tokens.is_token(line.username) or Secret(line.username) == line.password
            if line.username and not told and "username" in self.fields and not self.data.get("username"):
                self._fill("username", line.username)

    def _fill(self, name: str, value: str) -> None:
        """Fill a field that was left blank, if it takes the value."""
        with suppress(ValidationError):
            self.cleaned_data[name] = self.fields[name].clean(value)
            self.errors.pop(name, None)
            self.retype(name, value)

    def _refuse_commands_for_others(self, registry: Flavor) -> None:
        """Refuse the password of a command that signs in somewhere else: it must not go where this form leads."""
        for name, host in self._commands.items():
            if host and not registry.is_at(host) and name in self.cleaned_data:
                del self.cleaned_data[name]
                sentence = _(
                    "This command signs in at <code>{host}</code>, and this form leads elsewhere. Change the address."
                )
                self.add_error(name, ValidationError(format_html(sentence, host=host), code="elsewhere"))

    def retype(self, name: str, value: Any) -> None:
        """Put something else into a field than was typed, for the page that shows the form again."""
        data: Any = copy(self.data)  # What a request holds cannot be changed.
        data[self.add_prefix(name)] = value
        self.data = data

    # When the form is shown again ------------------------------------------------------------------------------------

    def to_keep(self) -> tuple[dict[str, Secret], str]:
        """
        Return the secrets that the form should not lose, and where they may go: those typed now, those kept before.

        None of them takes on the place of another. Where what is typed now and what was kept belong to different places,
        what was kept goes.
        """
        typed, was = self._typed(), self.draft.reach if self.draft else ""
        if not typed:
            kept = self.draft.secrets_if_they_open() if self.draft and self._still_there() else {}
            return kept, was or self.reach
        kept = self.draft.secrets_if_they_open() if self.draft and was in ("", self.reach) else {}
        return {**kept, **typed}, self.reach

    def _still_there(self) -> bool:
        """Whether the address is still the one that the kept secrets were typed for, as far as both are known."""
        return not (self.draft and self.draft.reach and self.reach and self.draft.reach != self.reach)

    def show_kept(self) -> None:
        """Show, in place of the secrets that are in the form's draft, that they are kept, and what was said of them."""
        for name in self._sealed:
            said = [self._stands_in(name), *(self._said_of(name) if name in self._typed() else [])]
            self.fields[name].berth_kept = format_html_join(" ", "{}", ((words,) for words in said if words))  # type: ignore[attr-defined]

    # What is said of them --------------------------------------------------------------------------------------------

    @property
    def hints(self) -> list[SafeString]:
        """What was mended in what was typed, and what is doubtful about it: HTML that quotes none of it."""
        return [hint for name in self._typed() for hint in self._said_of(name)]

    def _said_of(self, name: str) -> Iterator[SafeString]:
        registry = getattr(self, "registry", None)
        field: Any = self.fields[name]
        label = languages.said(in_a_sentence(field.label))
        if name in self._commands:
            yield format_html(_("For the {label}, the password was taken out of the sign-in command."), label=label)
        elif mended := field.mends(self[name].data):
            yield format_html(_("In the {label}, {mended}."), label=label, mended=languages.listed(mended))
        yield from tokens.hints((registry and registry.better) or self.flavor, self.cleaned_data[name])
