"""The login to one registry, and what cannot stand in one."""

import re
from dataclasses import dataclass, field

from console.sentences import say
from registries.distribution import Secret

LONGEST_USERNAME = 255
LONGEST_PASSWORD_BYTES = 64 * 1024
KEY_USERS = ("_json_key", "_json_key_base64")
"""User names whose password is a file, and may hold line breaks."""

CONTROL = say(
    "The user name or the password holds a line break or another control character, which no registry takes. Enter them "
    "again."
)
LONG = say("The user name or the password is longer than any registry takes. Enter them again.")
NO_USERNAME = say("There is a password here and no user name. Enter the user name that it belongs to.")

_LINE_BREAK_OR_TAB = re.compile(r"[\r\n\t]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True)
class Login:
    """
    The login to one registry, or why there is none.

    `host` is lower case, with its port where it has one, `docker.io` for Docker Hub; `path` is "" or what Podman's key
    names below the host. `note` is "" or says for people why there is no password, or what is odd about this login.
    """

    host: str
    path: str
    username: str = field(repr=False)  # at some registries it is the token itself
    password: Secret | None
    note: str = ""

    @property
    def place(self) -> tuple[str, str]:
        return self.host, self.path

    @property
    def blank(self) -> bool:
        """Whether nothing of the login is known but its place."""
        return not self.username and not self.password


def fault_in(username: str, password: str) -> str:
    """Say for people why no registry takes a login, "" where one may."""
    if holds_control_characters(username, password):
        return CONTROL
    if len(username) > LONGEST_USERNAME or len(password.encode()) > LONGEST_PASSWORD_BYTES:
        return LONG
    return ""


def holds_control_characters(username: str, password: str) -> bool:
    """Say whether a login holds what no header may: line breaks, NUL, half a character. Key files are let wrap."""
    judged = _LINE_BREAK_OR_TAB.sub("", password) if username in KEY_USERS else password
    return bool(_CONTROL.search(username) or _CONTROL.search(judged))
