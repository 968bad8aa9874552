"""
Pull secrets of Kubernetes: objects of the kind Secret, each with a Docker configuration in it.

Source: reference page, section 4.2.
"""

from collections.abc import Iterator
from typing import Any

from console.sentences import say
from registries.pasted.docker_config import is_config, read_config
from registries.pasted.documents import TWICE, NotLogins, from_base64, from_json
from registries.pasted.login import Login

OF_ANOTHER_TYPE = say("A Secret of another type was skipped. A pull secret is of the type kubernetes.io/dockerconfigjson.")
UNREADABLE_CONFIG = say("The Docker configuration in this Secret cannot be read: it is cut off, damaged or encrypted.")

_NAMES = (".dockerconfigjson", ".dockercfg")


def objects_in(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the objects of a list as kubectl prints it, any other document by itself. Lists are not nested in lists."""
    items = document.get("items")
    if document.get("kind") in ("List", "SecretList") and isinstance(items, list):
        return [item for item in items if isinstance(item, dict)]
    return [document]


def is_secret(document: dict[str, Any]) -> bool:
    return document.get("kind") == "Secret"


def read_secret(secret: dict[str, Any]) -> Iterator[Login | str]:
    """Read the logins of a pull secret. `stringData` wins over `data`, as it does where Kubernetes takes a Secret in."""
    given = [part for part in (secret.get("stringData"), secret.get("data")) if isinstance(part, dict)]
    texts = [part[name] for name in _NAMES for part in given if name in part]
    if not texts:
        yield OF_ANOTHER_TYPE
        return
    try:
        config = _config(texts[0] if isinstance(texts[0], str) else "")
    except NotLogins as error:
        yield TWICE if error.sentence == TWICE else UNREADABLE_CONFIG
        return
    yield from read_config(config)


def _config(text: str) -> dict[str, Any]:
    text = text.strip("\ufeff \t\r\n")
    config = from_json(text if text.startswith("{") else from_base64(text).strip("\ufeff \t\r\n"))
    if not isinstance(config, dict) or (config and not is_config(config)):
        raise NotLogins(UNREADABLE_CONFIG)
    return config
