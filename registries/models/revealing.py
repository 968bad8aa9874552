"""Showing a login to a person. Sources: product page, section 8; security page, rows B10 and B12."""

from uuid import UUID

from django.db import DatabaseError

from console.models import Verb
from registries.distribution import Credential
from registries.models.connection import Connection
from registries.models.hand_out import Asker, HandOut, LedgerUnavailable
from registries.models.sealed import Sealed


class ShownBefore(Exception):
    """The same press of the button was answered already. Nothing is shown again."""


def reveal(connection: Connection, asker: Asker, *, key: UUID) -> Credential:
    """
    Return a connection's login for a person to see, once for each key, and record who saw it.

    Raises ShownBefore, Refused, LedgerUnavailable, and DoesNotExist where it was deleted meanwhile. A refusal uses the key
    up as well.
    """
    if HandOut.objects.filter(key=key).exists():
        raise ShownBefore
    present = Sealed.objects.read_with(Connection.bare.filter(pk=connection.pk)).get()
    try:
        # No transaction around both rows: a login that is minted would hold it open for as long as the provider takes.
        credential = HandOut.objects.give(asker, present, kind=HandOut.Kind.REVEAL, key=key)
    except LedgerUnavailable:
        if HandOut.objects.filter(key=key).exists():  # Of two presses at once, the other one came first.
            raise ShownBefore from None
        raise
    try:
        connection.record(Verb.CONNECTION_REVEALED, by=asker.person)
    except DatabaseError as error:
        raise LedgerUnavailable from error
    return credential
