"""What may be typed about people and teams."""

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from console import languages
from console.models import Installation, Invitation, Membership, Role, Team, User
from console.models.invitation import AGAIN_AFTER

ROLES = {
    Role.OWNER: _("All of it, and the team itself."),
    Role.ADMIN: _("Registries, tokens and members."),
    Role.MEMBER: _("Sees registries, checks files."),
}
MOST_AT_ONCE = 20


class NameField(forms.CharField):
    """What somebody or a team is called: one line, its spaces single, and nothing that steers whoever shows it."""

    def to_python(self, value: Any) -> Any:
        return " ".join(str(super().to_python(value)).split())

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not value.isprintable():
            raise ValidationError(_("Leave out what cannot be seen."), code="unseen")


class TeamForm(forms.Form):
    """A new team."""

    name = NameField(label=_("Team name"), max_length=80, help_text=_("As people say it. Its address follows from it."))

    def found(self, *, by: User) -> Team:
        return Team.objects.found(self.cleaned_data["name"], by=by)


class TeamSettingsForm(forms.Form):
    """What a team is called, and where its pages are."""

    name = NameField(label=_("Team name"), max_length=80, help_text=_("As people say it."))
    slug = forms.SlugField(
        label=_("Address"),
        max_length=50,
        help_text=_("In the links to the team’s pages. Links with the old one keep working."),
        error_messages={"invalid": _("Use letters, digits, dashes and underscores.")},
    )

    def __init__(self, data: Any = None, *, team: Team) -> None:
        super().__init__(data, initial={"name": team.name, "slug": team.slug})
        self.team = team

    @property
    def based_on(self) -> str:
        """What the page was based on, which the form sends back: somebody may rename the team meanwhile."""
        return f"{self.team.slug} {self.team.name}"

    def clean(self) -> dict[str, Any]:
        if self.data.get("based_on", self.based_on) != self.based_on:
            sentence = gettext(
                "The team was renamed meanwhile. It is called {team} now, and its address is {address}. "
                "Nothing was saved. Save again to have it as below."
            )
            raise ValidationError(sentence.format(team=self.team.name, address=self.team.slug), code="stale")
        return super().clean() or {}

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        return slug.lower()


class DeleteTeamForm(forms.Form):
    """Confirms that a team goes, with all that it has: its name is typed."""

    name = NameField(label=_("Team name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: Any = None, *, team: Team) -> None:
        super().__init__(data)
        self.team = team
        self.fields["name"].help_text = format_html(gettext("Type <b>{name}</b> to delete it."), name=team.name)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != " ".join(self.team.name.split()):
            raise ValidationError(_("This is not its name."), code="name")
        return name


class PersonForm(forms.Form):
    """Somebody new: what they are called, and their password."""

    name = NameField(label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1024,
        help_text=_("10 characters or more."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "password" in data:
            try:
                validate_password(data["password"], User(email=self.email_of(data), name=data.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return data

    def email_of(self, data: dict[str, Any]) -> str:
        """Return the address that the password must not be like."""
        email: str = data.get("email", "")
        return email


class JoinForm(PersonForm):
    """Somebody who is invited and has no account yet. The address is that of the invitation."""

    def __init__(self, data: Any = None, *, email: str) -> None:
        super().__init__(data)
        self.email = email

    def email_of(self, data: dict[str, Any]) -> str:
        return self.email


class SetUpForm(PersonForm):
    """The first owner and the first team."""

    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    team = NameField(
        label=_("Team name"), max_length=80, help_text=_("Registries belong to a team. You can make more teams later.")
    )

    field_order = ("name", "email", "password", "team")

    def set_up(self) -> Team:
        """Make the owner and the team. Raises AlreadySetUp."""
        return Installation.this().set_up(**self.cleaned_data)


class InviteForm(forms.Form):
    """
    Whom to invite, and with which role: not above that of whoever invites.

    After `is_valid()`, `cleaned_data["emails"]` are the addresses, each once and in lower case.
    """

    emails = forms.CharField(
        label=_("Invite by email"),
        max_length=6000,
        help_text=_("Several at once with commas or spaces."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter at least one address.")},
    )
    role = forms.ChoiceField(label=_("Role"), error_messages={"invalid_choice": _("Choose one of these.")})

    def __init__(self, data: Any = None, *, by: Membership) -> None:
        super().__init__(data, auto_id="invite_%s")
        self.by, self.team = by, by.team
        words = {role: gettext("{role}: {rights}").format(role=role.label, rights=ROLES[role]) for role in roles_up_to(by)}
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=list(words.items()))
        self.initial["role"] = Role.MEMBER

    def clean_emails(self) -> list[str]:
        emails = list(dict.fromkeys(addresses(self.cleaned_data["emails"])))
        if not emails:
            raise ValidationError(_("Enter at least one address."), code="required")
        if len(emails) > MOST_AT_ONCE:
            many = gettext("These are {count} addresses. Invite {most} at once.")
            raise ValidationError(many.format(count=len(emails), most=MOST_AT_ONCE), code="many")
        for email in emails:
            try:
                validate_email(email)
                if not email.isascii() or len(email) > Invitation.LONGEST_EMAIL:
                    raise ValidationError("")
            except ValidationError:
                wrong = gettext("“{email}” is not an email address.").format(email=email[:80])
                raise ValidationError(wrong, code="email") from None
        there = (
            self.team.memberships.filter(user__email__in=emails)
            .values_list("user__email", flat=True)
            .order_by("user__email")
        )
        if there:
            members = ngettext("{people} is in the team already.", "{people} are in the team already.", len(there))
            raise ValidationError(members.format(people=languages.listed(list(there))), code="member")
        lately = self.team.invitations.filter(email__in=emails, sent_at__gt=timezone.now() - AGAIN_AFTER)
        if just_now := lately.values_list("email", flat=True).first():
            lately_invited = gettext("{email} was invited just now. Wait a minute.").format(email=just_now)
            raise ValidationError(lately_invited, code="lately")
        return emails


class RoleForm(forms.Form):
    """Which role somebody gets: not above that of whoever gives it."""

    role = forms.ChoiceField(
        label=_("Role"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )

    def __init__(self, data: Any = None, *, by: Membership, of: Membership) -> None:
        super().__init__(data, initial={"role": of.role})
        asked: Any = self.fields["role"]
        asked.choices = [(role, role.label) for role in roles_up_to(by)]
        asked.berth_input = _Sentences(asked, {str(role): sentence for role, sentence in ROLES.items()})


class _Sentences:
    """What the renderer wants to know of a group of choices; see `rendering`."""

    def __init__(self, form_field: forms.Field, sentences: dict[str, Any]) -> None:
        self.form_field, self.sentences = form_field, sentences


def roles_up_to(membership: Membership) -> list[Role]:
    """Return the roles that a member may give, the highest first."""
    return [role for role in Role if role.rank <= Role(membership.role).rank]


def addresses(text: str) -> list[str]:
    """Return the addresses in a list as people paste it: `a@b, c@d`, a line each, `Jonas Weber <jonas@b>; …`."""
    found: list[str] = []
    for piece in re.split(r"[,;\n]+", re.sub(r'"[^"\n]*"', "", text)):  # A quoted name may hold a comma.
        within = re.search(r"<([^<>]*)>", piece)
        found += [within[1].strip()] if within else piece.split()
    return [one.lower() for one in found]
