"""
The files that hold logins: Docker's `config.json`, the `auth.json` of Podman, Buildah and Skopeo, a Kubernetes Secret.

Source: reference page, sections 4.1, 4.2 and 4.5.
"""

import base64
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from registries.distribution import Credential
from registries.formats.kubernetes_names import check_kubernetes_name, check_namespace
from registries.formats.logins import Login, docker_config_key, entry, full_entry, path_key
from registries.formats.writing import compact_json


class SharedHost(ValueError):
    """
    Two logins have the same key, and a file holds one login for each.

    `names` are their connections, `host` is what they share, with its path where the file's keys have one.
    """

    def __init__(self, names: Sequence[str], host: str) -> None:
        self.names = tuple(sorted(names, key=str.casefold))
        self.host = host
        listed = f"{', '.join(self.names[:-1])} and {self.names[-1]}"
        super().__init__(f"{listed} share {host}, and this file holds one login for each address. Ask for one of them.")


def docker_config(logins: Sequence[Login]) -> dict[str, Any]:
    """Return a `config.json`. Docker's keys are hosts: raises `SharedHost` where two logins are for the same one."""
    return _auths(logins, lambda login: login.host, lambda login: docker_config_key(login.host), entry)


def auth_json(logins: Sequence[Login]) -> dict[str, Any]:
    """Return an `auth.json`, whose keys have paths. Raises `SharedHost` where two logins are for the same path."""
    return _auths(logins, _address, _address, entry)


def pull_secret(logins: Sequence[Login], *, name: str, namespace: str = "") -> dict[str, Any]:
    """
    Return a Secret of the type `kubernetes.io/dockerconfigjson`; "" leaves the namespace to whoever applies it.

    A login is named by its host where it is the only one there, so that whatever reads Docker's files finds it, and by
    host and path where it is not, since the kubelet knows those. Raises `InvalidName` and `SharedHost`.
    """
    check_kubernetes_name(name)
    if namespace:
        check_namespace(namespace)
    at_host = Counter(login.host for login in logins)

    def key(login: Login) -> str:
        return docker_config_key(login.host) if at_host[login.host] == 1 else _address(login)

    config = _auths(logins, _address, key, full_entry)
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": base64.b64encode(compact_json(config).encode()).decode("ascii")},
    }


def _address(login: Login) -> str:
    return path_key(login.host, login.prefix)


def _auths(
    logins: Sequence[Login],
    place: Callable[[Login], str],
    key: Callable[[Login], str],
    content: Callable[[Credential], dict[str, str]],
) -> dict[str, Any]:
    """Return the logins by their keys; `place` is what no two of them may share, in the words of people."""
    at_place: dict[str, list[str]] = {}
    for login in logins:
        at_place.setdefault(place(login), []).append(login.registry)
    for shared, names in at_place.items():
        if len(names) > 1:
            raise SharedHost(names, shared)
    return {"auths": {key(login): content(login.credential) for login in logins}}
