"""Taking off the second step of somebody whose phone is gone, and the recovery codes too: for operators."""

import logging

from allauth.mfa.models import Authenticator
from django.db import transaction

from console import mails, sessions
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
        sessions.end_others(user)
        Event.record_of_person(user, Verb.SECOND_STEP_RESET, user.email)
    log.warning("the second step of %s was taken off by an operator", user.pk)
    return True


def told(user: User) -> bool:
    """Mail the person that it was done, and say whether that went."""
    try:
        mails.written("mfa/email/second_step_reset", user.email, {"user": user}).send()
    except mails.FAULTS as error:
        # The words of the fault could hold an address, so only its kind is logged.
        log.warning("a mail about a second step could not be sent: %s", type(error).__name__)
        return False
    return True
