"""What a machine asks for, found and handed out: one way for every address of the API."""

from collections.abc import Sequence
from typing import Any

from registries.api.problems import Problem
from registries.distribution import Credential, InvalidReference, Reference
from registries.formats import Login, SharedHost, path_key
from registries.models import Asker, Connection, ConnectionQuerySet, HandOut, HandOutResult, MachineToken, Refused, Sealed
from registries.resolution import (
    InvalidServer,
    Resolution,
    Verdict,
    canonical_host,
    prefixes_of,
    resolve,
    resolve_server,
    server_host,
)
from registries.resolution import Problem as Unresolved

Kind = HandOut.Kind

MOST_AT_ONE_HOST = 50
"""How many connections of one host are looked at where only a host is asked for."""

NOTHING = "This token gets no login for it. Pull without one if the image is public."

_RESULTS = {
    Unresolved.UNKNOWN_NAME: HandOutResult.NOT_FOUND,
    Unresolved.PAUSED: HandOutResult.PAUSED,
    Unresolved.WRONG_HOST: HandOutResult.DOES_NOT_FIT,
    Unresolved.WRONG_PREFIX: HandOutResult.DOES_NOT_FIT,
    Unresolved.AMBIGUOUS: HandOutResult.AMBIGUOUS,
}


def for_image(asker: Asker, image: str, named: str) -> tuple[Connection, Credential]:
    """Hand out the login that an image gets, by the name of a connection where one is given. Raises Problem."""
    try:
        reference = Reference.parse(image)
    except InvalidReference as error:
        raise Problem("invalid_image", str(error)) from None
    if named:
        connection = _named(asker, named, kind=Kind.CREDENTIAL, asked=image)
        resolution = resolve(reference, [connection], named=connection.name)
    else:
        host, prefixes = canonical_host(reference.host), prefixes_of(reference.repository)
        resolution = resolve(reference, _token(asker).near(_as_stored(host), prefixes))
    return _resolved(asker, resolution, asked=image)


def for_server(asker: Asker, server: str) -> tuple[Connection, Credential]:
    """Hand out the login that a host gets, as Docker's credential helper asks for it. Raises Problem."""
    try:
        host = server_host(server)
    except InvalidServer as error:
        raise Problem("invalid_server", str(error)) from None
    there = Sealed.objects.read_with(visible(asker).filter(host__in=_as_stored(host)).order_by("paused", "prefix", "pk"))
    return _resolved(asker, resolve_server(host, there[:MOST_AT_ONE_HOST]), asked=server)


def by_name(asker: Asker, named: str, *, kind: HandOut.Kind = Kind.CREDENTIAL) -> tuple[Connection, Credential]:
    """Hand out the login of a connection by its name. Raises Problem."""
    connection = _named(asker, named, kind=kind)
    return connection, _give(asker, connection, kind=kind)


def several(asker: Asker, names: Sequence[str], *, kind: HandOut.Kind, paths: bool) -> list[Login]:
    """
    Hand out the logins of some connections, or without names of all that have one and are not paused. Raises Problem.

    `paths` says whether the format tells two paths of one host apart. What it cannot tell apart is refused before
    anything is handed out.
    """
    if names:
        wanted = list({row.pk: row for row in (_named(asker, name, kind=kind) for name in names)}.values())
    else:
        awake = Sealed.objects.read_with(visible(asker).filter(paused=False))
        wanted = [row for row in awake if row.sealed_revision]  # The others need no login.
    wanted.sort(key=lambda row: row.name.lower())
    at_place: dict[str, list[str]] = {}
    for row in wanted:
        at_place.setdefault(path_key(row.host, row.prefix) if paths else row.host, []).append(row.name)
    for place, there in at_place.items():
        if len(there) > 1:
            shared = SharedHost(there, place)
            raise _refused(asker, HandOutResult.SHARED_HOST, str(shared), registries=shared.names, kind=kind)
    if not wanted:
        HandOut.objects.note(asker, HandOutResult.NOT_FOUND, kind=kind)
    try:
        credentials = HandOut.objects.give_all(asker, wanted, kind=kind)
    except Refused as refused:
        raise Problem.of(refused) from None
    return [
        Login(registry=row.name, credential=credential, prefix=row.prefix)
        for row, credential in zip(wanted, credentials, strict=True)
    ]


# How it is found, and what is noted ----------------------------------------------------------------------------------


def visible(asker: Asker) -> ConnectionQuerySet:
    """Return the connections that a machine may have."""
    return _token(asker).visible


def _as_stored(host: str) -> list[str]:
    """Return how a connection may have a host: one without a dot keeps its port 443, or no image could name it."""
    return [host, f"{host}:443"]


def _token(asker: Asker) -> MachineToken:
    if asker.token is None:
        raise TypeError("Only machines ask here.")
    return asker.token


def _named(asker: Asker, name: str, *, kind: HandOut.Kind, asked: str = "") -> Connection:
    """Find a connection by its name, or by a former one, which is counted."""
    try:
        return Sealed.objects.read_with(visible(asker)).named(name)
    except Connection.DoesNotExist:
        raise _refused(asker, HandOutResult.NOT_FOUND, NOTHING, kind=kind, asked=asked or name) from None


def _resolved(asker: Asker, resolution: Resolution[Any], *, asked: str) -> tuple[Connection, Credential]:
    if resolution.chosen:
        return resolution.chosen, _give(asker, resolution.chosen, kind=Kind.CREDENTIAL, asked=asked)
    result = _RESULTS[resolution.problem] if resolution.problem else HandOutResult.NOT_FOUND
    sentence = NOTHING if result == HandOutResult.NOT_FOUND else resolution.sentence
    about = _about(resolution)
    raise _refused(asker, result, sentence, registries=about, kind=Kind.CREDENTIAL, asked=asked)


def _about(resolution: Resolution[Any]) -> tuple[str, ...]:
    """Name the connections that a problem is about: those that tie or are paused, else the one that came nearest."""
    blamed = [row for row in resolution.considered if row.verdict in (Verdict.TIED, Verdict.PAUSED)]
    return tuple(row.connection.name for row in blamed or resolution.considered[:1])


def _give(asker: Asker, connection: Connection, *, kind: HandOut.Kind, asked: str = "") -> Credential:
    try:
        return HandOut.objects.give(asker, connection, kind=kind, asked=asked)
    except Refused as refused:
        raise Problem.of(refused) from None


def _refused(
    asker: Asker,
    result: HandOutResult,
    sentence: str,
    *,
    kind: HandOut.Kind,
    registries: tuple[str, ...] = (),
    asked: str = "",
) -> Problem:
    """Note that something is refused before a connection was asked for its login, and return the problem."""
    HandOut.objects.note(asker, result, kind=kind, asked=asked, registry=registries[0] if registries else "")
    return Problem(result, sentence, registries=registries)
