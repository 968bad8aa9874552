"""
What Docker and Podman keep of their sign-ins: `config.json`, `auth.json`, and the older `.dockercfg`.

Source: reference page, sections 4.1 and 4.5.
"""

import re
from collections.abc import Iterator
from typing import Any

from console.sentences import say
from registries.distribution import Secret
from registries.distribution.reference import HUB
from registries.pasted.address import address_of
from registries.pasted.credential_helpers import STALE, STORE_ALONE, said_of
from registries.pasted.documents import from_base64
from registries.pasted.login import NO_USERNAME, Login, fault_in

IDENTITY = say(
    "This entry holds an identity token, which the registry gave to that one machine in exchange for a login. Berth needs "
    "the user name and a password or token."
)
BESIDE_IDENTITY = say("The identity token beside this password was left out: Berth signs in with the password.")
BEARER = say(
    "This entry holds a bearer token, which ends within minutes. Berth needs the user name and a password or token."
)
HUB_SESSION = say(
    "This is what Docker keeps of a sign-in in the browser, and only Docker can renew it. Make an access token on Docker "
    "Hub and enter it here."
)
EMPTY = say("This entry is empty: it holds no user name and no password. Enter them here.")
USER_ALONE = say("This entry names a user and holds no password. Enter it here.")
DAMAGED = say("The login of this entry is damaged: it is not what Docker writes. Enter the user name and the password.")
NO_ENTRIES = say("The auths of this file are damaged: they are not entries by registry. Paste the file as Docker wrote it.")
PATTERN = say("An entry whose name has a * was skipped: it stands for many hosts, and a connection is for one.")
NO_ADDRESS = say("An entry was skipped, because its name is not the address of a registry.")

_CONFIG = {"auths", "credHelpers", "credsStore"}
_ENTRY = {"auth", "username", "password", "identitytoken", "registrytoken", "email"}
_HUB_SESSION_KEY = re.compile(r"/v1/(?:access|refresh)-token/?", re.ASCII | re.IGNORECASE)
_AZURE_NOBODY = "00000000-0000-0000-0000-000000000000"  # what Azure has for a user where there is an identity token


def is_config(document: dict[str, Any]) -> bool:
    """Say whether this is a `config.json`, or a `.dockercfg`, which is the map of `auths` alone."""
    entries = [entry for entry in document.values() if isinstance(entry, dict)]
    legacy = len(entries) == len(document) and any(_ENTRY & entry.keys() for entry in entries)
    return legacy or bool(_CONFIG & document.keys())


def read_config(config: dict[str, Any]) -> Iterator[Login | str]:
    """Read the login of each entry, and what is to be said of the whole."""
    auths = config.get("auths") if _CONFIG & config.keys() else config
    if auths and not isinstance(auths, dict):
        yield NO_ENTRIES
    entries, helpers, store = _map(auths), _map(config.get("credHelpers")), config.get("credsStore")
    if store and not entries and not helpers:
        yield STORE_ALONE
    helper_at = {address_of(key): name for key, name in helpers.items()}
    places = {address_of(key) for key in entries}
    for key, entry in [*entries.items(), *((key, None) for key in helpers if address_of(key) not in places)]:
        place = address_of(key)
        if "*" in key or "?" in key:
            yield PATTERN
        elif not any(place):
            yield NO_ADDRESS
        elif place[0] == HUB and _HUB_SESSION_KEY.search(key):
            yield Login(HUB, "", "", None, HUB_SESSION)
        else:
            yield _login(place, entry, helper_at.get(place) or store)


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _login(place: tuple[str, str], entry: Any, helper: Any) -> Login:
    said = _said_by(entry)
    if said is None:
        return Login(*place, "", None, DAMAGED)
    username, password = said["username"], re.sub(r"\r?\n\Z", "", said["password"])
    if fault := fault_in(username, password):
        return Login(*place, "", None, fault)
    identity_token = said["identitytoken"]
    if username == "<token>":  # how credential helpers say that the password is an identity token
        username, password, identity_token = "", "", password
    if password:
        odd = ((BESIDE_IDENTITY, identity_token), (STALE, helper), (NO_USERNAME, not username))
        return Login(*place, username, Secret(password), next((note for note, so in odd if so), ""))
    if username == _AZURE_NOBODY:
        username = ""
    if identity_token or said["registrytoken"]:
        return Login(*place, username, None, IDENTITY if identity_token else BEARER)
    return Login(*place, username, None, said_of(helper) if helper else USER_ALONE if username else EMPTY)


def _said_by(entry: Any) -> dict[str, str] | None:
    """Return what an entry says by its names, "" where it says nothing; None where it is damaged."""
    entry = entry or {}
    said = {name: entry.get(name) or "" for name in _ENTRY} if isinstance(entry, dict) else {}
    if not said or not all(isinstance(value, str) for value in said.values()):
        return None
    if said["auth"]:
        # It wins over a user name and a password by themselves, as it does in docker, which also drops the NULs.
        said["username"], colon, password = from_base64(said["auth"]).partition(":")
        said["password"] = password.rstrip("\x00")
        return said if colon else None
    return said
