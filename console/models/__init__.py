"""People, their teams, and what happened in them."""

from console.models.chain import Cut, Head
from console.models.departure import Departure
from console.models.event import Event
from console.models.former_slug import FormerSlug
from console.models.installation import AlreadySetUp, Installation
from console.models.invitation import Invitation, InvitationGone, TooManyInvitations
from console.models.team import (
    AskedToday,
    LastOwner,
    Membership,
    NoSecondStep,
    NotAllowed,
    Role,
    SlugTaken,
    Team,
    TeamManager,
)
from console.models.user import SECOND_STEPS, User, UserManager
from console.models.verb import Source, Verb

__all__ = [
    "SECOND_STEPS",
    "AlreadySetUp",
    "AskedToday",
    "Cut",
    "Departure",
    "Event",
    "FormerSlug",
    "Head",
    "Installation",
    "Invitation",
    "InvitationGone",
    "LastOwner",
    "Membership",
    "NoSecondStep",
    "NotAllowed",
    "Role",
    "SlugTaken",
    "Source",
    "Team",
    "TeamManager",
    "TooManyInvitations",
    "User",
    "UserManager",
    "Verb",
]
