"""
What begins and ends sessions, wired to what happens [A10]: Django and allauth tell of it by signals.

The sessions of who gets another role, goes from a team or may not sign in any more are ended by the models themselves.
"""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language

from console import languages, sessions, sign_ins
from console.models import User


@receiver(user_logged_in)
def begins(request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.begin(request, user)


@receiver(user_logged_in)
def is_recorded(request: HttpRequest, user: User, **kwargs: Any) -> None:
    sign_ins.record(request, user)


@receiver(user_logged_in)
def brings_the_language(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Take over the language of who signs in from the account, here and in the browser; the first time, keep it."""
    if user.language:
        languages.bring(request, user.language)
    else:
        user.language = get_language() or languages.ENGLISH
        User.objects.filter(pk=user.pk).update(language=user.language)


@receiver(user_logged_out)
def ends(request: HttpRequest, **kwargs: Any) -> None:
    sessions.forget(request)


@receiver([email_changed, authenticator_added, authenticator_removed, authenticator_reset])
def others_end(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """End all sessions of a person but the one in which it happened, which is not theirs where they are not signed in."""
    sessions.end_others(user, keep=request.session.session_key)


@receiver([password_changed, password_set])
def others_end_and_this_goes_on(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """As above. The password was changed by who is signed in, whose session has another key since."""
    sessions.end_others(user, keep=request.session.session_key)
    sessions.see(request, user)


@receiver([password_changed, password_set, password_reset])
def pending_addresses_go(user: User, **kwargs: Any) -> None:
    """Let go an address that was typed and never confirmed: whoever changes the password may not have typed it."""
    EmailAddress.objects.filter(user=user, verified=False).delete()


@receiver(password_reset)
def all_end(user: User, **kwargs: Any) -> None:
    """End all sessions, also the one in which the link was opened: it proves the mailbox and nothing more."""
    sessions.end_others(user)


@receiver(authenticator_added)
def counts(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Take setting a second step up for using it: whoever did has just shown that they hold it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:  # They come with a first step.
        record_authentication(request, user, "mfa", type=authenticator.type, id=authenticator.pk)
