"""
The logins in what was pasted: a file that Docker, Podman or Kubernetes keeps, or `docker login` commands.

What is read came from anybody's clipboard: its size is limited, and neither a sentence nor an error quotes any of it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from console.sentences import say
from registries.distribution import InvalidReference, Reference
from registries.pasted.docker_config import is_config, read_config
from registries.pasted.documents import NotLogins, from_base64, from_json, from_yaml
from registries.pasted.kubernetes import is_secret, objects_in, read_secret
from registries.pasted.login import NO_USERNAME, Login
from registries.pasted.login_line import LoginLine, read_login_lines
from registries.pasted.other_files import UNKNOWN, what_it_is
from registries.pasted.password_source import why_missing

__all__ = ["COMMAND", "DOCKER", "KUBERNETES", "LIMIT_BYTES", "Login", "NotLogins", "Pasted", "read_logins"]

LIMIT_BYTES = 128 * 1024
MOST_LOGINS = 50

DOCKER = "Docker configuration"
KUBERNETES = "Kubernetes pull secret"
COMMAND = "docker login command"

NOTHING = say("There is no login in this file.")
NOT_YAML = say("This is not YAML. Paste the whole file, with the spaces at the start of its lines.")
LIST = say("This is a list, not a file of logins. Paste the whole file, with what stands around it.")
NO_HOST = say("A command was skipped, because it does not say in plain words at which registry it signs in.")

_ENVIRONMENT = re.compile(r"(?:export[ \t]+)?DOCKER_AUTH_CONFIG[ \t]*[:=][ \t]*")
# A file of one of these is read as one, even where a docker login command stands somewhere in it.
_FILE_OF_LOGINS = re.compile(r"^(?:apiVersion|auths|credHelpers|credsStore)[ \t]*:", re.MULTILINE)


@dataclass(frozen=True)
class Pasted:
    """What was pasted, in words for people, the logins that it holds, and what is to be said about the whole."""

    kind: str
    logins: tuple[Login, ...]
    notes: tuple[str, ...] = ()


def read_logins(content: str) -> Pasted:
    """Read the logins of a file or a command, each once. Raises `NotLogins`, whose words quote none of the content."""
    content = _bare(content)
    is_file = content.startswith("{") or _FILE_OF_LOGINS.search(content)
    if lines := [] if is_file else read_login_lines(content):
        return _pasted(COMMAND, map(_from_line, lines))
    objects = [each for document in _documents(content) for each in objects_in(document)]
    kind = KUBERNETES if any(map(is_secret, objects)) else DOCKER
    return _pasted(kind, (found for each in objects for found in _from_object(each)))


def _bare(content: str) -> str:
    """Return the text alone, within its bounds, without the variable that it may have been copied with."""
    if len(content) > LIMIT_BYTES or len(content.encode("utf-8", "replace")) > LIMIT_BYTES:
        raise NotLogins(say("This is larger than 128 KB, so it is not a file of logins."))
    content = _ENVIRONMENT.sub("", content.strip("\ufeff \t\r\n"), count=1)
    if len(content) > 1 and content[0] == content[-1] == "'":
        content = content[1:-1].strip()
    if not content:
        raise NotLogins(say("There is nothing in here. Paste the whole file."))
    if "\x00" in content:
        raise NotLogins(
            say("This holds a NUL character, so it is not the text of a file of logins. Save the file as UTF-8.")
        )
    if content.startswith("-----BEGIN"):
        raise NotLogins(say("This is a key or a certificate in PEM form, not a login to a registry."))
    return content


def _documents(content: str) -> list[dict[str, Any]]:
    unpacked = from_base64(content).strip("\ufeff \t\r\n")
    if unpacked.startswith("{"):
        content = unpacked
    elif ":" in unpacked and unpacked.isprintable():
        raise NotLogins(
            say(
                "This is a user name and a password in base64, and names no registry. Paste the whole file that it stands "
                "in."
            )
        )
    elif "/" in content and _is_image(content):
        raise NotLogins(say("This is an image, not a file of logins. Paste it where an image is asked for."))
    if content.startswith("[") or (content.startswith("{") and "\n---" not in content):
        found = [from_json(content)]
    else:
        found = from_yaml(content, otherwise=NOT_YAML if _FILE_OF_LOGINS.search(content) else UNKNOWN)
    documents = [document for document in found if isinstance(document, dict)]
    if not documents:
        raise NotLogins(LIST if any(isinstance(document, list) for document in found) else UNKNOWN)
    return documents


def _is_image(content: str) -> bool:
    try:
        return bool(Reference.parse(content))
    except InvalidReference:
        return False


def _from_object(document: dict[str, Any]) -> Iterator[Login | str]:
    if is_secret(document):
        yield from read_secret(document)
    elif is_config(document):
        yield from read_config(document)
    elif document:
        yield what_it_is(document)


def _from_line(line: LoginLine) -> Login | str:
    if not line.host:
        return NO_HOST
    if not line.password:
        return Login(line.host, line.path, line.username, None, why_missing(line.made_by))
    return Login(line.host, line.path, line.username, line.password, "" if line.username else NO_USERNAME)


def _pasted(kind: str, found: Iterable[Login | str]) -> Pasted:
    logins: list[Login] = []
    notes: dict[str, None] = {}
    for each in found:
        if isinstance(each, str):
            notes[each] = None
        elif each not in logins:
            logins.append(each)
        if len(logins) > MOST_LOGINS:
            raise NotLogins(say("This holds more than {most} logins. Paste fewer at a time.", most=MOST_LOGINS))
    if not logins:
        raise NotLogins(next(iter(notes), NOTHING))
    return Pasted(kind, tuple(_worth_saying(logins)), tuple(notes))


def _worth_saying(logins: list[Login]) -> Iterator[Login]:
    """Leave out a login of which nothing is known where another one says something of the same place."""
    said = {login.place for login in logins if not login.blank}
    for login in logins:
        if not login.blank or login.place not in said:
            said.add(login.place)
            yield login
