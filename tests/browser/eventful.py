"""A team in which something of each kind happened within three days, as Berth records it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import time_machine
from django.utils import timezone

from console.models import Event, Role, Team, User, Verb
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.models import Connection, HandOut, MachineToken

HOSTILE = "<script>alert(1)</script> \u202etxt.exe \U0001f6a2 " + "long" * 60


@contextmanager
def at(moment: datetime, address: str = "") -> Iterator[None]:
    """Let things happen at a moment, and come from an address."""
    with time_machine.travel(moment, tick=False), patch("console.whereabouts.address", lambda: address or None):
        yield


def eventful(owner: User, *others: User) -> Team:
    """Make a team called Northwind Labs, with its owner, admins, a connection, a token, and three days behind it."""
    today = timezone.localtime().replace(hour=0, minute=1, second=0, microsecond=0)
    two_days_ago, yesterday = (today - timedelta(days=days) for days in (2, 1))
    with at(two_days_ago + timedelta(hours=9), "10.4.1.20"):
        team = Team.objects.found("Northwind Labs", by=owner)
        for other in others:
            team.memberships.create(user=other, role=Role.ADMIN)
        connection = _connect(team, "gar-training", owner)
        Event.record(team, Verb.INVITED, "sam.okafor@northwind.example", by=owner, detail="As Member. It ends in 7 days.")
    with at(two_days_ago + timedelta(hours=15, minutes=11), "10.4.1.20"):
        Event.record(
            team, Verb.CONNECTION_REMOVED, "quay-staging", by=owner, about="gone", detail="Nothing referred to it."
        )
        Event.record(team, Verb.STAFF_LOOKED, "Northwind Labs", by=None, who="Sam Sato", login="sam@support.example")
    with at(yesterday + timedelta(hours=9, minutes=15), "10.4.1.31"):
        Event.record(team, Verb.SIGNED_IN, "", by=owner, about=owner.pk, detail="With a password and a code.")
        connection.pause(True, by=owner)
        connection.pause(False, by=owner)
    with at(yesterday + timedelta(hours=11, minutes=30), "10.4.2.17"):
        _read(team, connection, owner)
    with at(yesterday + timedelta(hours=13, minutes=48)):
        told: Any = {"about": connection.pk}
        Event.record(team, Verb.CONNECTION_STOPPED, "gar-training", detail="Sign-in refused.", **told)
        Event.record(team, Verb.CONNECTION_RECOVERED, "gar-training", detail="Connected.", **told)
    with at(today, "2001:db8:4:1::20"):
        Event.record(team, Verb.CONNECTION_CHANGED, "gar-training", by=owner, detail="Expiry: 25 Jan 2027.", **told)
    return team


def _connect(team: Team, name: str, by: User) -> Connection:
    registry = FLAVORS["other"](url=f"https://{name}.example.com", username="puller", password=Secret("not a password"))  # type: ignore[call-arg]
    made: Connection = team.connections.connect(name, registry, by=by)
    return made


def _read(team: Team, connection: Connection, by: User) -> None:
    """Let a machine read a login 38 times on a day, and come from somewhere else once."""
    token, _ = MachineToken.objects.issue(
        team, "ci-runner", by=by, ends_at=timezone.now() + timedelta(days=90), connections=None
    )
    HandOut.objects.bulk_create(
        HandOut(
            team=team, token=token, who="ci-runner", kind="credential", result="given", registry=connection.name,
            at=timezone.now() - timedelta(seconds=number),
        )
        for number in range(38)
    )  # fmt: skip
    told: Any = {"who": token.name, "login": token.shown_id, "about": token.public_id}
    Event.record(team, Verb.CREDENTIALS_READ, "", detail="gar-training was the day’s first.", **told)
    Event.record(team, Verb.READ_FROM_ELSEWHERE, "", detail="gar-training was the day’s first.", **told)
