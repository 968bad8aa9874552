"""How what a team has to say reaches people: by mail, or, where that cannot be, through whoever asked for it."""

import logging

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.urls import reverse

from console import mails
from console.adapter import at_home
from console.models import Invitation, Membership, User

log = logging.getLogger("berth")

_PRINTS = "django.core.mail.backends.console.EmailBackend"


def link(secret: str) -> str:
    """Return the address that opens an invitation."""
    return at_home(reverse("invitation", args=[secret]))


def sent(invitation: Invitation, secret: str) -> bool:
    """Mail an invitation, and say whether that went."""
    return _mailed("console/email/invitation", invitation.email, invitation=invitation, url=link(secret))


def asked_for_second_step(membership: Membership, *, by: User) -> bool:
    """Mail a member that somebody of the team wishes for a second step, and say whether that went."""
    url = at_home(reverse("mfa_index"))
    return _mailed("console/email/second_step", membership.user.email, team=membership.team, by=by, url=url)


def _mailed(prefix: str, email: str, **context: object) -> bool:
    """Without a mail server nothing is mailed: what is printed on the terminal reaches nobody."""
    if settings.EMAIL_BACKEND == _PRINTS:
        return False
    try:
        get_adapter().send_mail(prefix, email, context)
    except mails.FAULTS as error:
        # The words of the fault could hold an address, so only its kind is logged.
        log.warning("a mail to a member could not be sent: %s", type(error).__name__)
        return False
    return True
