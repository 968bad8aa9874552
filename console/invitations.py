"""How the link of an invitation reaches whom it is for: by mail, or, where that cannot be, through whoever invites."""

import logging

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.urls import reverse

from console import mails
from console.adapter import at_home
from console.models import Invitation

log = logging.getLogger("berth")

_PRINTS = "django.core.mail.backends.console.EmailBackend"


def link(secret: str) -> str:
    """Return the address that opens an invitation."""
    return at_home(reverse("invitation", args=[secret]))


def sent(invitation: Invitation, secret: str) -> bool:
    """
    Mail an invitation, and say whether that went.

    Without a mail server nothing is mailed: what is printed on the terminal reaches nobody.
    """
    if settings.EMAIL_BACKEND == _PRINTS:
        return False
    context = {"invitation": invitation, "url": link(secret)}
    try:
        get_adapter().send_mail("console/email/invitation", invitation.email, context)
    except mails.FAULTS as error:
        # The words of the fault could hold an address, so only its kind is logged.
        log.warning("an invitation could not be mailed: %s", type(error).__name__)
        return False
    return True
