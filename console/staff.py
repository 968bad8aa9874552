"""
What support staff may do: whoever is staff may look, and acting staff may do the few things that change something.

Two groups tell them apart, which a migration makes. Looking comes with being staff, so the group of those who only look
needs no permission, and staff in neither group only look too. Superusers may act. Nobody is put into a group by a page:
that is `manage.py support`, so no account of staff raises itself or another one. Source: security page, P4 to P6.
"""

from typing import Any

READ_ONLY, ACTING = "Support: read only", "Support: acting"

ACT = "console.act_for_team"
"""The permission of acting staff. It belongs to the team's model, and the migration gives it to the group."""


def may_look(person: Any) -> bool:
    """Whether somebody, signed in or not, is support staff."""
    return bool(person.is_active and person.is_staff)


def may_act(person: Any) -> bool:
    """Whether somebody may do what changes something for a team."""
    return may_look(person) and person.has_perm(ACT)


def may_act_on(person: Any, other: Any) -> bool:
    """Whether somebody may act on an account: on those of other staff only superusers may, and nobody on their own."""
    if person.pk == other.pk or not may_act(person):
        return False
    return bool(person.is_superuser) or not (other.is_staff or other.is_superuser)
