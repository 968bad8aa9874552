"""How a round trip to the provider can fail, and what people read of it: what is so, and what to do."""

from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class Words:
    """A status, a title and a text. `{name}` is the provider, `{email}` the address that it vouched for."""

    status: int
    title: str
    text: str


class Problem(Enum):
    """What stopped somebody."""

    # The round trip itself.
    NOT_BEGUN_HERE = Words(
        400,
        _("This sign-in cannot be finished"),
        _("It took longer than ten minutes, was finished before, or was begun in another browser. Begin it again."),
    )
    DENIED = Words(
        403,
        _("{name} let nobody in"),
        _("The sign-in was cancelled there, or this account may not use Berth. Try again, or ask whoever runs {name}."),
    )
    AT_THE_PROVIDER = Words(
        502,
        _("{name} could not sign you in"),
        _("It reported a fault of its own. Try again later, or ask whoever runs {name}."),
    )
    NO_ANSWER = Words(
        503,
        _("{name} does not answer"),
        _("Berth could not reach it, or waited ten seconds in vain. Try again in a few minutes."),
    )
    UNTRUSTED = Words(
        502,
        _("The answer of {name} is not right"),
        _(
            "Berth cannot believe what it said, so nobody is signed in. Try again; if it stays so, tell whoever runs "
            "Berth. The log says what was wrong."
        ),
    )
    # Who came back from it.
    NOT_SET_UP = Words(403, _("Berth is not set up yet"), _("Whoever runs it has the link that makes the first owner."))
    UNVERIFIED = Words(
        403,
        _("{name} does not vouch for your address"),
        _("Berth lets in who has a verified email address there. Have it verified at {name}, then sign in again."),
    )
    NOT_INVITED = Words(
        403,
        _("There is no place for you here yet"),
        _(
            "{name} says that you are {email}. No team takes in everybody with such an address, and nobody invited this "
            "one. Ask a team’s admin for an invitation to exactly this address, then sign in again."
        ),
    )
    ACCOUNT_EXISTS = Words(
        403,
        _("Your account here is not connected yet"),
        _(
            "{email} has an account. Sign in with its password, then connect {name} under Your account. From then on "
            "{name} opens it."
        ),
    )
    ACCOUNT_APART = Words(
        403,
        _("Your account here is not connected"),
        _(
            "{email} has an account, which Berth does not give to whoever signs in at {name} with its address. Whoever "
            "runs Berth can help."
        ),
    )
    ANOTHER_IDENTITY = Words(
        403,
        _("Your account here is connected to somebody else"),
        _(
            "{email} has an account that belongs to another person at {name}, perhaps one who had the address before. "
            "Whoever runs Berth can disconnect it."
        ),
    )
    # Who was signed in before it.
    ANOTHER_PERSON = Words(
        403,
        _("That was somebody else"),
        _(
            "You signed in at {name} as another person than the one your account here is connected to. Try again as "
            "yourself."
        ),
    )
    NOT_ANEW = Words(
        403,
        _("{name} did not ask you to sign in again"),
        _(
            "What comes next needs a sign-in of just now, and {name} does not say that there was one. Try again; if it "
            "stays so, tell whoever runs Berth."
        ),
    )
    SIGNED_OUT = Words(
        403,
        _("You are not signed in any more"),
        _("The round trip to {name} was begun by somebody who is not signed in now."),
    )
    CONNECTED_ALREADY = Words(
        409, _("Your account is connected already"), _("It can have one identity at {name}. Disconnect that one first.")
    )
    TAKEN = Words(
        409,
        _("This identity belongs to another account"),
        _("Somebody else here is connected to who you are at {name}. Sign in with {name} to see which account that is."),
    )


class Stopped(Exception):
    """Somebody is not let in. Nothing was done."""

    def __init__(self, problem: Problem, email: str = "") -> None:
        super().__init__(problem.name)
        self.problem, self.email = problem, email
