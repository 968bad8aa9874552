"""
One login to be written, under which key it is looked for, and the entries that hold it.

Source: reference page, sections 4.1, 4.2 and 4.5. Here alone, of all this package, a password is opened.
"""

import base64
from dataclasses import dataclass

from registries.distribution import Credential
from registries.distribution.reference import HUB

HUB_KEY = "https://index.docker.io/v1/"  # where Docker keeps the login of Docker Hub, and looks for it


@dataclass(frozen=True, kw_only=True)
class Login:
    """A connection's login: `registry` is the connection's name, `prefix` the path that it is for, "" the whole host."""

    registry: str
    credential: Credential
    prefix: str

    @property
    def host(self) -> str:
        return self.credential.host


def docker_config_key(host: str) -> str:
    """Return the name under which Docker looks for the login of a host, as images name it: `docker.io`, `ghcr.io`."""
    return HUB_KEY if host == HUB else host


def path_key(host: str, prefix: str) -> str:
    """Return the name of a host and a path below it, as Podman and the kubelet read it: `ghcr.io/acme`."""
    return f"{host}/{prefix}" if prefix else host


def entry(credential: Credential) -> dict[str, str]:
    """Return what Docker stores of a login: base64 of user name and password, cut again at the first colon."""
    pair = f"{credential.username}:{credential.password.reveal()}".encode()
    return {"auth": base64.b64encode(pair).decode("ascii")}


def full_entry(credential: Credential) -> dict[str, str]:
    """Return a login as kubectl writes it into a pull secret: with user name and password beside the base64 of both."""
    return {"username": credential.username, "password": credential.password.reveal(), **entry(credential)}
