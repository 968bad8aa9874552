"""What a check does and finds where a flavor's token service has ways of its own."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from registries.flavors.base import Flavor
from registries.health import examine
from registries.outcomes import Finding, Outcome, State
from tests.fake_registry import FakeRegistry, FakeWay, answer, refusal
from tests.registries.flavor_table import TABLE, Row, made, registry_of

TYPED = {row.slug: row.typed for row in TABLE}
REALMS = {"gitlab": "https://gitlab.com/jwt/auth", "quay": "https://quay.io/v2/auth"}
OWN_GITLAB = {"registry": "registry.gitlab.corp.example"}
makers = pytest.mark.parametrize("slug", ["gitlab", "quay"])


def flavored(slug: str, typed: Mapping[str, str] | None = None) -> Flavor:
    return made(slug, {**TYPED[slug], **(typed or {})})


def registry_for(flavor: Flavor, *, realm: str = "", reads: str = "app") -> FakeRegistry:
    """Return a registry that knows the flavor's login, which may pull and push one repository, and nothing else."""
    credential = flavor.credential()
    assert credential is not None
    repository = f"{flavor.prefix}/{reads}"
    fake = FakeRegistry(
        origin=flavor.origin,
        realm=realm,
        users={credential.username: credential.password.reveal()},
        rights={(credential.username, repository): {"pull", "push"}},
    )
    fake.images = {repository: fake.images["team/app"]}
    return fake


def check(flavor: Flavor, fake: FakeRegistry, test_image: str = "") -> Finding:
    return examine(flavor, FakeWay(fake), purpose="push", test_image=test_image)


def asked_to_push(fake: FakeRegistry) -> list[str]:
    """The scopes with a push that a token was asked for, and the uploads that were begun, in order."""
    scopes = [scope for got in fake.received for scope in parse_qs(urlsplit(got.url).query).get("scope", [])]
    return [scope for scope in scopes if "push" in scope] + [path for path in fake.paths if path.startswith("POST")]


# Asking for a push may make a repository ----------------------------------------------------------------------------


@makers
def test_a_push_is_tried_in_the_repository_that_was_just_read(slug: str) -> None:
    flavor = flavored(slug)
    fake = registry_for(flavor, realm=REALMS[slug])

    finding = check(flavor, fake, f"{flavor.prefix}/app:1")

    repository = f"{flavor.prefix}/app"
    assert finding.outcome == Outcome.CONNECTED
    assert asked_to_push(fake) == [f"repository:{repository}:push,pull", f"POST /v2/{repository}/blobs/uploads/"]
    read = fake.paths.index(f"GET /v2/{repository}/manifests/1")
    assert not any("push" in got.url for got in fake.received[: read + 1])


@makers
@pytest.mark.parametrize(
    ("image", "outcome"),
    [
        ("app:2", Outcome.IMAGE_NOT_FOUND),
        ("app@sha256:" + "0" * 64, Outcome.IMAGE_NOT_FOUND),
        ("missing:1", Outcome.NO_PULL_ACCESS),
        ("", Outcome.CONNECTED),
    ],
)
def test_no_push_is_asked_for_where_nothing_was_read(slug: str, image: str, outcome: Outcome) -> None:
    flavor = flavored(slug)
    fake = registry_for(flavor, realm=REALMS[slug])

    finding = check(flavor, fake, f"{flavor.prefix}/{image}" if image else "")

    assert finding.outcome == outcome
    assert finding.steps[4].state in (State.SKIPPED, State.WARNED)
    assert asked_to_push(fake) == []


# What a refusal at the token service means --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "status", "outcome"),
    [
        ("ibm", 400, Outcome.SIGN_IN_REFUSED),
        ("ngc", 403, Outcome.NO_PULL_ACCESS),
        ("gitlab", 403, Outcome.NO_PULL_ACCESS),
        ("gitlab", 401, Outcome.SIGN_IN_REFUSED),
        ("gitlab", 404, Outcome.NOT_A_REGISTRY),
        ("quay", 401, Outcome.SIGN_IN_REFUSED),
        ("quay", 400, Outcome.NOT_A_REGISTRY),
    ],
)
def test_a_refusal_at_the_token_service_means_what_it_means_there(slug: str, status: int, outcome: Outcome) -> None:
    flavor = flavored(slug)
    fake = registry_for(flavor, realm=REALMS.get(slug, f"{flavor.origin}/token"))
    fake.answers["GET", urlsplit(fake.realm).path] = refusal(status, "DENIED")

    finding = check(flavor, fake)

    assert finding.outcome == outcome
    assert finding.deciding is not None
    assert finding.deciding.fix == flavor.hints.get(outcome, finding.deciding.fix)


def test_harbor_says_401_to_a_robot_that_lacks_a_right_and_its_login_is_still_known() -> None:
    flavor = flavored("harbor")
    fake = registry_for(flavor, realm=f"{flavor.origin}/service/token")

    finding = check(flavor, fake, "vision/secret:1")

    assert finding.outcome == Outcome.NO_PULL_ACCESS
    assert [step.state for step in finding.steps[2:4]] == [State.PASSED, State.FAILED]


# Where a login goes -------------------------------------------------------------------------------------------------


def test_a_gitlab_of_ones_own_gets_the_login_on_the_host_that_was_named() -> None:
    flavor = flavored("gitlab", {**OWN_GITLAB, "gitlab_host": "gitlab.corp.example"})
    fake = registry_for(flavor, realm="https://gitlab.corp.example/jwt/auth")

    assert check(flavor, fake, "northwind/vision/app:1").outcome == Outcome.CONNECTED
    assert fake.login_went_to == {"https://gitlab.corp.example", "https://registry.gitlab.corp.example"}


@pytest.mark.parametrize("gitlab_host", ["", "gitlab.other.example", "gitlab.corp.example:8443"])
def test_a_gitlab_of_ones_own_gets_no_login_on_another(gitlab_host: str) -> None:
    flavor = flavored("gitlab", {**OWN_GITLAB, "gitlab_host": gitlab_host})
    fake = registry_for(flavor, realm="https://gitlab.corp.example/jwt/auth")

    assert check(flavor, fake).outcome == Outcome.NOT_A_REGISTRY
    assert fake.login_went_to == set()


@pytest.mark.parametrize(
    "row", [row for row in TABLE if not registry_of(row).realms and row.slug != "other"], ids=lambda row: row.slug
)
def test_a_flavor_without_a_token_service_elsewhere_sends_its_login_nowhere_else(row: Row) -> None:
    flavor = registry_of(row)
    fake = registry_for(flavor, realm="https://auth.docker.io/token")
    fake.answers["GET", "https://auth.docker.io/token"] = answer(200, {"token": "x"})

    check(flavor, fake)

    assert fake.login_went_to == set()
