"""People, their teams, and what happened in them."""

from console.models.event import Event
from console.models.installation import AlreadySetUp, Installation
from console.models.team import Membership, Role, Team, TeamManager
from console.models.user import User, UserManager

__all__ = [
    "AlreadySetUp",
    "Event",
    "Installation",
    "Membership",
    "Role",
    "Team",
    "TeamManager",
    "User",
    "UserManager",
]
