"""
What acting support staff may do to a person: end their sessions, stop them from signing in, and allow it again.

Each stands in the activity of every team that the person is in, with the reason. None of it touches a password or a second
factor: whoever could reset those could walk in. Source: security page, P4 and P7.
"""

from django.db import transaction

from console import sessions
from console.models import Event, User, Verb


def end_sessions(person: User, *, by: User, reason: str) -> None:
    """Sign a person out everywhere."""
    with transaction.atomic():
        sessions.end_others(person)
        Event.record_of_person(person, Verb.STAFF_ENDED_SESSIONS, person.email, by=by, detail=reason)


def stop(person: User, *, by: User, reason: str) -> bool:
    """Stop a person from signing in, and sign them out everywhere. Return whether that is news."""
    return _let_in(person, False, Verb.STAFF_STOPPED, by=by, reason=reason)


def allow(person: User, *, by: User, reason: str) -> bool:
    """Allow a person to sign in again. Return whether that is news."""
    return _let_in(person, True, Verb.STAFF_ALLOWED, by=by, reason=reason)


def _let_in(person: User, active: bool, verb: Verb, *, by: User, reason: str) -> bool:
    with transaction.atomic():
        changed = bool(User.objects.filter(pk=person.pk, is_active=not active).update(is_active=active))
        if changed:
            sessions.end_others(person)  # What is left of a session would be good again once they are let in.
            Event.record_of_person(person, verb, person.email, by=by, detail=reason)
    person.is_active = active
    return changed
