"""What follows from a change of somebody's second step: it ends their other sessions, and counts in this one [A10]."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.dispatch import receiver

from console.models import User


@receiver(signals.authenticator_added)
def count_and_end_others(request: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Take setting a step up for using it: whoever did has just shown that they hold it."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return  # They come with a first step, which did all this.
    record_authentication(request, user, "mfa", type=authenticator.type, id=authenticator.pk)
    end_other_sessions(request, user)


@receiver([signals.authenticator_removed, signals.authenticator_reset])
def end_others(request: Any, user: User, **kwargs: Any) -> None:
    end_other_sessions(request, user)


def end_other_sessions(request: Any, user: User) -> None:
    for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
        session.end()
