"""
Docker's credential helpers, which keep or make a password that its configuration therefore does not hold.

Source: reference page, sections 4.1 (which helper comes first) and 4.3 (what helpers are).
"""

from collections.abc import Mapping
from typing import Any

from console.sentences import say

HELPERS: Mapping[str, str] = {
    "ecr-login": say(
        "docker-credential-ecr-login fetches this login on the machine itself, so the file holds no password. Use an "
        "access key instead, from which Berth makes each password."
    ),
    **dict.fromkeys(
        ("gcloud", "gcr"),
        say(
            "Google’s credential helper makes this login from the account that is signed in on the machine, so the file "
            "holds no password. Use the JSON key of a service account instead."
        ),
    ),
    **dict.fromkeys(
        ("acr-env", "acr", "acr-linux", "acr-windows"),
        say(
            "Azure’s credential helper makes this login from the machine’s own identity, so the file holds no password. "
            "Use a service principal or a repository token instead."
        ),
    ),
    **dict.fromkeys(
        ("desktop", "desktop.exe"),
        say(
            "Docker Desktop keeps the password on the machine that signed in, so the file does not hold it. Enter it here, "
            "or better a new access token."
        ),
    ),
    **dict.fromkeys(
        ("wincred", "wincred.exe"),
        say(
            "The password is in the Windows Credential Manager of the machine that signed in, so the file does not hold "
            "it. Enter it here, or better a new access token."
        ),
    ),
    "osxkeychain": say(
        "The password is in the keychain of the Mac that signed in, so the file does not hold it. Enter it here, or better "
        "a new access token."
    ),
    "pass": say(
        "The password is in the password store pass of the machine that signed in, so the file does not hold it. Enter it "
        "here, or better a new access token."
    ),
    "secretservice": say(
        "The password is in the keyring of the machine that signed in, so the file does not hold it. Enter it here, or "
        "better a new access token."
    ),
    "berth": say("docker-credential-berth hands out what Berth keeps already, so there is nothing to import."),
}
"""What is said of an entry whose password a credential helper gives out, by the helper's name."""

ANOTHER_HELPER = say(
    "A credential helper on the machine gives out this login, so the file holds no password. Enter the user name and a "
    "password or token."
)
STALE = say(
    "On the machine that signed in, a credential helper comes before this password, which may therefore be an old one. "
    "Test it."
)
STORE_ALONE = say(
    "This file says where the machine keeps its passwords, and holds none itself. Enter each login in the form of its "
    "registry."
)


def said_of(helper: Any) -> str:
    """Say why an entry has no password, by what the file calls the helper, which may be anything."""
    return HELPERS.get(helper, ANOTHER_HELPER) if isinstance(helper, str) else ANOTHER_HELPER
