"""Files of logins as tests write them, and the logins that stand in them."""

import base64
import json
from typing import Any

from registries.distribution import Secret
from registries.pasted.logins import Login


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def auth(username: str = "U", password: str = "P") -> dict[str, str]:
    return {"auth": b64(f"{username}:{password}")}


def config(**auths: Any) -> str:
    """A config.json with entries whose names are written with `__` for dots."""
    return json.dumps({"auths": {name.replace("__", "."): entry for name, entry in auths.items()}})


def login(host: str = "ghcr.io", path: str = "", username: str = "U", password: str | None = "P", note: str = "") -> Login:
    return Login(host, path, username, None if password is None else Secret(password), note)


def explained(note: str, host: str = "ghcr.io", username: str = "", path: str = "") -> Login:
    return Login(host, path, username, None, note)


def secret(content: str, *, kind: str = "dockerconfigjson", plain: bool = False) -> dict[str, Any]:
    data = {"stringData": {f".{kind}": content}} if plain else {"data": {f".{kind}": b64(content)}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "type": f"kubernetes.io/{kind}", **data}
