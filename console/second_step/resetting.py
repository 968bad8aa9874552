"""Taking off the second step of somebody whose phone is gone, and the recovery codes too: for operators."""

import logging
from smtplib import SMTPException

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction

from console.models import Event, User, Verb

log = logging.getLogger("berth")


def reset(user: User) -> bool:
    """
    Take off a person's passkeys, code app and recovery codes, and end their sessions; False where there was nothing.

    It is recorded in each of their teams and in the log.
    """
    with transaction.atomic():
        taken, _ = Authenticator.objects.filter(user=user).delete()
        if not taken:
            return False
        for team in user.teams.order_by("pk"):
            Event.record(team, Verb.SECOND_STEP_RESET, user.email, about=user.pk)
        for session in UserSession.objects.filter(user=user):
            session.end()
    log.warning("the second step of %s was taken off by an operator", user.pk)
    return True


def told(user: User) -> bool:
    """Mail the person that it was done, and say whether that went."""
    try:
        # As `send_mail` does, which needs a request to know where it is.
        context = {"user": user, "current_site": {"domain": settings.BERTH_URL.netloc}}
        get_adapter().render_mail("mfa/email/second_step_reset", user.email, context).send()
    except (OSError, SMTPException, ValueError) as error:
        # The words of the fault could hold an address, so only its kind is logged.
        log.warning("a mail about a second step could not be sent: %s", type(error).__name__)
        return False
    return True
