"""
The machines' door: a token in the `Authorization` header, and nowhere else.

Sources: product page, section 8; security page, rows M1 to M12 and V33. Whatever is wrong with a token, the answer is one
and the same. A token that is known leaves a row in its team's ledger, also when it is refused.
"""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from console.redaction import TOKEN
from registries.api.problems import Problem
from registries.models import Asker, HandOut, HandOutResult, MachineToken
from registries.tokens import Token

UNKNOWN = (
    "Send a machine token of Berth in the Authorization header, “Bearer berth_…”, and nowhere else: an address ends up in "
    "logs. The one sent is missing or not valid."
)
RETRY_AFTER_SECONDS = 10
MOST_WRONG_NOTED = 10
"""How many refusals of a token are noted within a minute: enough to see, and whoever has its id alone writes no more."""


class Machine(HttpBearer):
    """Let in whoever presents a token that is in force, and say who it is."""

    def __call__(self, request: HttpRequest) -> Asker:
        if _in_the_address(request):
            raise Problem(HandOutResult.UNAUTHORIZED, UNKNOWN)
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        token = Token.read(text.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise Problem(HandOutResult.UNAUTHORIZED, UNKNOWN)
        return self.authenticate(request, token)

    def authenticate(self, request: HttpRequest, token: Token) -> Asker:  # type: ignore[override]
        """Judge a token whose checksum fits. Raises Problem."""
        row = MachineToken.objects.presented(token)
        if row is None:
            # It is sooner known than a wrong secret, which is noted [M3]. That tells who has an id, and an id is no secret.
            raise Problem(HandOutResult.UNAUTHORIZED, UNKNOWN)
        asker = Asker(
            team=row.team,
            name=row.name,
            token=row,
            address=get_adapter().get_client_ip(request),
            program=request.headers.get("User-Agent", ""),
            by_former_secret=row.is_former(token),
        )
        if not row.accepts(token) or not row.in_force:
            _note_seldom(asker, HandOutResult.UNAUTHORIZED, most=MOST_WRONG_NOTED)
            raise Problem(HandOutResult.UNAUTHORIZED, UNKNOWN)
        if row.asked_lately >= settings.BERTH_HANDOUTS_PER_TOKEN:
            _note_seldom(asker, HandOutResult.RATE_LIMITED, most=1)
            sentence = f"This token asked more than {settings.BERTH_HANDOUTS_PER_TOKEN} times within a minute."
            raise Problem(HandOutResult.RATE_LIMITED, sentence, retry_after_seconds=RETRY_AFTER_SECONDS)
        if settings.HTTPS and not request.is_secure():
            HandOut.objects.note(asker, HandOutResult.PLAIN_HTTP, kind=HandOut.Kind.TOKEN)
            sentence = (
                f"The token {row.name} was sent over plain http, where anybody could read it. Rotate it, and use https."
            )
            raise Problem(HandOutResult.PLAIN_HTTP, sentence)
        return asker


def _in_the_address(request: HttpRequest) -> bool:
    """Whether a token stands in the query, as a name or a value or within one, or something that is called a token."""
    words = [word for name, values in request.GET.lists() for word in (name, *values)]
    return "token" in request.GET or any(Token.read(found[0]) for word in words for found in TOKEN.finditer(word))


def _note_seldom(asker: Asker, result: HandOutResult, *, most: int) -> None:
    """Note a refusal, but only so many within a minute: the id of a token is no secret, and nobody floods the ledger."""
    lately = timezone.now() - timedelta(minutes=1)
    if HandOut.objects.filter(token=asker.token, at__gt=lately, result=result).count() < most:
        HandOut.objects.note(asker, result, kind=HandOut.Kind.TOKEN)
