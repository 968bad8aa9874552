"""What anyone can read, asked without the login."""

import pytest

from registries.distribution import Answer, RealmRefused, RegistryError, Unreachable
from tests.fake_registry import FakeRegistry, answer
from tests.registries.distribution.test_client import ORIGIN, client, login, signed_in


@pytest.mark.parametrize("auth", ["basic", "bearer", "open"])
def test_an_image_that_anyone_can_read_is_told_without_sending_the_login(auth: str) -> None:
    registry = FakeRegistry(auth=auth, rights={("", "team/app"): {"pull"}})
    asking = signed_in(registry)

    public = asking.anyone_can_read("team/app", "1")

    assert public
    assert [request.login for request in registry.received] == [None] * len(registry.received)
    assert len(registry.received) == (2 if auth == "bearer" else 1)
    assert registry.paths[-1] == "HEAD /v2/team/app/manifests/1"


@pytest.mark.parametrize("auth", ["basic", "bearer"])
@pytest.mark.parametrize("sign_in_first", [True, False])
def test_an_image_that_is_private_is_told_too(auth: str, *, sign_in_first: bool) -> None:
    registry = FakeRegistry(auth=auth)
    asking = signed_in(registry) if sign_in_first else client(registry, login())

    assert not asking.anyone_can_read("team/app", "1")
    assert [request.login for request in registry.received] == [None] * len(registry.received)


@pytest.mark.parametrize(
    "given",
    [
        answer(200, b"<html>sign in</html>", content_type="text/html"),
        answer(200),
        answer(404),
        answer(401, www_authenticate='Basic realm="x"'),
        answer(403),
    ],
)
def test_what_is_no_manifest_is_nothing_that_anyone_can_read(given: Answer) -> None:
    registry = FakeRegistry(rights={("", "team/app"): {"pull"}}, answers={("HEAD", "/v2/team/app/manifests/1"): given})

    assert not signed_in(registry).anyone_can_read("team/app", "1")


@pytest.mark.parametrize("given", [answer(429), answer(500), answer(302, location="https://evil.example/"), Unreachable()])
def test_whether_anyone_can_read_is_not_guessed(given: Answer | RegistryError) -> None:
    registry = FakeRegistry(answers={("HEAD", "/v2/team/app/manifests/1"): given})

    with pytest.raises(RegistryError):
        signed_in(registry).anyone_can_read("team/app", "1")


def test_v03_a_foreign_realm_is_not_asked_what_anyone_can_read() -> None:
    registry = FakeRegistry(realm="https://evil.example/token")

    with pytest.raises(RealmRefused):
        client(registry, login()).anyone_can_read("team/app", "1")

    assert {request.origin for request in registry.received} == {ORIGIN}
