"""What a token lists of its bearer's rights, and when that is believed."""

import base64
import json
from typing import Any

import pytest

from tests.fake_registry import FakeRegistry, answer
from tests.registries.distribution.test_client import signed_in


def jwt(claims: Any) -> str:
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return f"e30.{base64.urlsafe_b64encode(payload).rstrip(b'=').decode()}.c2lnbmF0dXJl"


def listing(*actions: Any, name: str = "team/app", kind: str = "repository") -> dict[str, Any]:
    return {"access": [{"type": kind, "name": name, "actions": list(actions)}]}


@pytest.mark.parametrize(
    ("token", "may"),
    [
        (jwt(listing("pull", "push")), True),
        (jwt({"access": [{"type": "registry"}, *listing("push")["access"]]}), True),
        (jwt(listing("pull")), False),
        (jwt(listing()), False),
        (jwt(listing("push", name="team/other")), False),
        (jwt(listing("push", kind="registry")), False),
        (jwt(listing({}, [], None)), False),
        (jwt({"access": [{"type": "repository", "name": "team/app", "actions": "push"}]}), False),
        (jwt({"access": ["push", 7, None]}), False),
        (jwt({"access": "push"}), False),
        (jwt({}), False),
        (jwt(["push"]), False),
        (jwt(b"\xff"), False),
        (jwt(b"[" * 20_000), False),
        ("e30.!.e30", False),
        ("opaque", False),
        ("a.b", False),
    ],
)
def test_a_right_to_push_is_known_from_the_token_alone(token: str, may: bool) -> None:
    registry = FakeRegistry()
    asking = signed_in(registry)
    registry.answers["GET", "/token"] = answer(200, {"token": token})

    assert asking.may_push("team/app") is may
    assert registry.paths == ["GET /token"]


@pytest.mark.parametrize("auth", ["basic", "open"])
def test_without_a_token_service_nothing_is_asked_about_a_push(auth: str) -> None:
    registry = FakeRegistry(auth=auth)
    asking = signed_in(registry)

    assert not asking.may_push("team/app")
    assert registry.received == []
