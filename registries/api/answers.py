"""What the API answers with: the shapes of its description, and how they are filled."""

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from registries.distribution import Credential
from registries.formats import docker_config_key, path_key
from registries.models import Connection


class CredentialAnswer(Schema):
    """A login, and where the tools that pull look for it."""

    registry: Annotated[str, Field(description="The name of the connection.")]
    server: Annotated[str, Field(description="The host as images name it.", examples=["ghcr.io"])]
    prefix: Annotated[str, Field(description="The path that it is for; empty for the whole host.", examples=["acme"])]
    username: str
    password: str
    expires_at: Annotated[datetime | None, Field(description="When this login ends, where that is known.")]
    docker_config_key: Annotated[str, Field(description="Its key in Docker’s config.json.")]
    path_key: Annotated[str, Field(description="Its key for the kubelet and for containers’ auth.json.")]

    @classmethod
    def made_of(cls, connection: Connection, credential: Credential) -> "CredentialAnswer":
        return cls(
            registry=connection.name,
            server=connection.host,
            prefix=connection.prefix,
            username=credential.username,
            password=credential.password.reveal(),
            expires_at=_moment(credential.expires_at or connection.ends_at),
            docker_config_key=docker_config_key(connection.host),
            path_key=path_key(connection.host, connection.prefix),
        )


class RegistryAnswer(Schema):
    """A registry that a token may have. No secret."""

    name: str
    flavor: str
    host: str
    prefix: str
    username: Annotated[str, Field(description="The user name of its login; empty where that is a secret itself.")]
    purpose: str
    paused: bool
    health: Annotated[str, Field(description="connected, not_checked, or how its last test ended.")]
    checked_at: datetime | None
    ends_at: Annotated[datetime | None, Field(description="When its login ends, where a moment is known.")]
    docker_config_key: str
    path_key: str

    @classmethod
    def made_of(cls, connection: Connection) -> "RegistryAnswer":
        return cls(
            name=connection.name,
            flavor=connection.flavor,
            host=connection.host,
            prefix=connection.prefix,
            username=connection.login_name,
            purpose=connection.purpose,
            paused=connection.paused,
            health=connection.outcome or "not_checked",
            checked_at=_moment(connection.last_check.finished_at) if connection.last_check else None,
            ends_at=_moment(connection.ends_at),
            docker_config_key=docker_config_key(connection.host),
            path_key=path_key(connection.host, connection.prefix),
        )


class RegistriesAnswer(Schema):
    registries: list[RegistryAnswer]


class ProblemAnswer(Schema):
    """Why there is nothing (RFC 9457). `code` is stable; `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    registries: Annotated[list[str], Field(description="The connections that it is about, where it is about some.")] = []
    line: Annotated[int, Field(description="Of `unreadable_spec`: where in the file, from 1, where that is known.")] = 0
    column: Annotated[int, Field(description="Of `unreadable_spec`, beside `line`.")] = 0


def _moment(moment: datetime | None) -> datetime | None:
    """Return a moment in whole seconds: `2026-11-21T10:00:00Z`."""
    return moment and moment.replace(microsecond=0)
