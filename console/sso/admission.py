"""
Whom the provider’s word lets in.

Somebody is known by issuer and `sub` alone. A verified address makes a new account where the operator listed its domain or
somebody invited it. It opens no account that is there already (security page, A14), unless the operator made the provider
the only way in and listed the domain: then nobody has another way to prove that the account is theirs.
"""

import logging
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import user_logged_in
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _

from console.models import Installation, Invitation, Role, Team, User
from console.sso.configuration import Place, Provider
from console.sso.problems import Problem, Stopped

log = logging.getLogger("berth")


def admit(request: HttpRequest, login: SocialLogin, provider: Provider) -> None:
    """
    Give somebody who is not linked yet the account that they may have, a new one or their own, or raise Stopped.

    Who may not sign in gets nothing linked: the page that says so comes next.
    """
    if not Installation.this().is_set_up:
        raise Stopped(Problem.NOT_SET_UP)
    if not login.user.email:
        raise Stopped(Problem.UNVERIFIED)
    try:
        _give_account(request, login, provider)
    except (IntegrityError, Stopped) as error:
        # Of two tabs that come back at the same moment, the other one was first.
        theirs = SocialAccount.objects.filter(provider=provider.key, uid=login.account.uid).select_related("user").first()
        if theirs is None:
            raise error if isinstance(error, Stopped) else Stopped(Problem.NOT_BEGUN_HERE) from None
        login.account, login.user = theirs, theirs.user


def _give_account(request: HttpRequest, login: SocialLogin, provider: Provider) -> None:
    email: str = login.user.email
    theirs = Q(emailaddress__email=email, emailaddress__verified=True)
    person = User.objects.filter(Q(email=email) | theirs).first()
    if person is None:
        _make(login, provider)
    elif person.is_active:
        _judge_own(person, email, provider)
        _hand_over(request, login, person)
    else:
        login.user = person


def place_of(email: str, provider: Provider) -> Place | None:
    """Return where the people of an address’s domain belong."""
    return provider.teams.get(email.rpartition("@")[2])


def _make(login: SocialLogin, provider: Provider) -> None:
    email = login.user.email
    if place_of(email, provider) is None and not Invitation.objects.open_for(email).exists():
        raise Stopped(Problem.NOT_INVITED, email)
    with transaction.atomic():
        login.user = login.account.user = User.objects.create_user(email, name=login.user.name)
        login.account.save()


def _hand_over(request: HttpRequest, login: SocialLogin, person: User) -> None:
    """
    Connect an account with who the provider says owns its address, and tell them by mail.

    Its password goes, and with that every session of it, its second step and what address was pending: whoever made the
    account may have been somebody else.
    """
    with transaction.atomic():
        person.set_unusable_password()
        person.authenticator_set.all().delete()
        EmailAddress.objects.filter(user=person, verified=False).delete()
        login.connect(request, person)  # It saves both.


def _judge_own(person: User, email: str, provider: Provider) -> None:
    if SocialAccount.objects.filter(user=person, provider=provider.key).exists():
        raise Stopped(Problem.ANOTHER_IDENTITY, email)
    if not provider.only or (person.is_superuser and person.has_usable_password()):
        raise Stopped(Problem.ACCOUNT_EXISTS, email)
    theirs = EmailAddress.objects.filter(user=person, email=email, verified=True).exists()
    if place_of(email, provider) is None or person.is_superuser or not theirs:
        raise Stopped(Problem.ACCOUNT_APART, email)


@receiver(user_logged_in)
def join(request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **kwargs: Any) -> None:
    """Take somebody who has just signed in into the team of their domain, once."""
    provider: Provider | None = settings.BERTH_OIDC
    if sociallogin is None or provider is None:
        return
    email = next((address.email for address in sociallogin.email_addresses), "")
    place = place_of(email, provider)
    team = Team.objects.at(place.team) if place else None
    if place and team is None:
        log.warning("BERTH_OIDC_TEAMS leads to the team %s, which is not there", place.team)
    if place and team and team.take_in(user, Role(place.role)):
        messages.success(request, _("You are in {team} now.").format(team=team))
    elif not user.memberships.exists() and (invitation := Invitation.objects.open_for(user.email).first()):
        invited = _("You are invited to {team}. Open the link of the invitation to join.").format(team=invitation.team)
        messages.info(request, invited)
