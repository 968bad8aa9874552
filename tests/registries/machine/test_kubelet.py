"""The kubelet's image credential provider: registries.md 4.4."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registries.machine import berth
from tests.registries.machine.world import PASSWORD, TOKEN, Ran, answer, login, problem, run

API = "credentialprovider.kubelet.k8s.io/v1"
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def request(image: Any = "ghcr.io/acme/web", **changes: Any) -> str:
    return json.dumps({"apiVersion": API, "kind": "CredentialProviderRequest", "image": image} | changes)


def provide(said: str, answers: berth.Answer | berth.Problem | None = None, **options: Any) -> Ran:
    return run("berth-credential-provider", *options.pop("arguments", ()), said=said, answers=answers, **options)


def test_a_login_is_given_under_the_path_that_it_is_for() -> None:
    ran = provide(request(), answer(login()))

    assert (ran.code, ran.err, ran.api.asked) == (0, "", ("/api/v1/credentials", {"image": "ghcr.io/acme/web"}))
    assert ran.document == {
        "apiVersion": API,
        "kind": "CredentialProviderResponse",
        "cacheKeyType": "Image",
        "cacheDuration": "5m0s",
        "auth": {"ghcr.io/acme": {"username": "robot", "password": PASSWORD}},
    }


@pytest.mark.parametrize(
    ("image", "key"),
    [
        ("registry-1.docker.io/acme/web", "registry-1.docker.io/acme"),
        ("docker.io/acme/web", "docker.io/acme"),
        ("docker.io:443/acme/web", "docker.io:443/acme"),
        ("acme/web", "docker.io/acme"),
    ],
)
def test_the_path_begins_with_the_host_as_the_image_writes_it(image: str, key: str) -> None:
    hub = login(server="docker.io", path_key="docker.io/acme", docker_config_key="https://index.docker.io/v1/")

    ran = provide(request(image), answer(hub))

    assert list(ran.document["auth"]) == [key]


@pytest.mark.parametrize("code", ["not_found", "no_login"])
def test_no_login_is_an_answer_that_is_kept_for_a_minute(code: str) -> None:
    ran = provide(request(), problem(404, code))

    assert (ran.code, ran.err) == (0, "")
    assert (ran.document["auth"], ran.document["cacheKeyType"]) == (None, "Image")
    assert ran.document["cacheDuration"] == "1m0s"


@pytest.mark.parametrize(
    ("ends_in", "duration"),
    [
        (timedelta(hours=12), "5m0s"),
        (timedelta(minutes=6), "5m0s"),
        (timedelta(minutes=5, seconds=30), "4m30s"),
        (timedelta(seconds=90.9), "30s"),
        (timedelta(seconds=60), "0s"),
        (timedelta(seconds=1), "0s"),
        (timedelta(days=-3), "0s"),
    ],
)
def test_a_login_is_kept_until_a_minute_before_its_own_end_at_most(ends_in: timedelta, duration: str) -> None:
    end = (NOW + ends_in).isoformat().replace("+00:00", "Z")

    given = berth.kubelet_response(berth.Login.read(login(expires_at=end)), "ghcr.io/acme/web", NOW)

    assert given["cacheDuration"] == duration


def row(username: str, prefix: str) -> dict[str, Any]:
    return login(username=username, prefix=prefix, path_key=f"ghcr.io/{prefix}".rstrip("/"))


# What Berth answers for the images below each path, the longer ones first.
LOGINS = {
    "ghcr.io/acme/ml/": row("ml", "acme/ml"),
    "ghcr.io/acme/": row("acme", "acme"),
    "ghcr.io/free/": None,
    "ghcr.io/": row("all", ""),
}


class Kubelet:
    """Keeps answers as the kubelet does, and looks for one by image, by registry, and at last for any."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}

    def login_for(self, image: str) -> str | None:
        places = {"Image": image, "Registry": image.split("/", maxsplit=1)[0], "Global": "<global>"}
        kept = next((self.kept[place] for place in places.values() if place in self.kept), None)
        if kept is None:
            found = next(login for path, login in LOGINS.items() if image.startswith(path))
            given = provide(request(image), answer(found) if found else None).document
            kept = self.kept[places[given["cacheKeyType"]]] = given["auth"] or {}
        fitting = [key for key in sorted(kept, reverse=True) if image.startswith(key)]
        return kept[fitting[0]]["username"] if fitting else None


def test_logins_for_parts_of_one_host_each_reach_their_own_images_whatever_was_pulled_before() -> None:
    wanted = {
        "ghcr.io/free/x": None,
        "ghcr.io/other/x": "all",
        "ghcr.io/acme/web": "acme",
        "ghcr.io/acme/ml/train": "ml",
        "ghcr.io/acme/mlx": "acme",
        "ghcr.io/acme-evil/web": "all",
    }

    for images in (list(wanted), list(reversed(wanted))):
        kubelet = Kubelet()
        assert {image: kubelet.login_for(image) for image in images} == wanted
        assert {image: kubelet.login_for(image) for image in images} == wanted  # this time from what was kept


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        (request(apiVersion="credentialprovider.kubelet.k8s.io/v1beta1"), "apiVersion"),
        (request(apiVersion=None), "apiVersion"),
        (request(kind="CredentialProviderResponse"), "kind"),
        (request(image=""), "no image"),
        (request(image=None), "no image"),
        (request(image=["ghcr.io/x"]), "no image"),
        (request("ghcr.io/a\nb"), "control characters"),
        (request("ghcr.io/a\0"), "control characters"),
        (request("x" * 1_100_000), "too long"),
    ],
)
def test_a_request_that_is_none_is_refused_and_nothing_is_asked(said: str, words: str) -> None:
    ran = provide(said, answer(login()))

    assert (ran.code, ran.out, ran.api.paths) == (1, "", [])
    assert words in ran.err


def test_the_token_of_a_service_account_goes_nowhere() -> None:
    said = request(serviceAccountToken="CANARY-TOKEN", serviceAccountAnnotations={"a": "CANARY-NOTE"})

    ran = provide(said, answer(login()))

    assert ran.code == 0
    assert "CANARY-" not in ran.out + ran.err + "".join(ran.api.paths) + repr(ran.api.headers)


@pytest.mark.parametrize(
    "failure",
    [
        problem(401, "unauthorized"),
        problem(409, "paused"),
        problem(503, "renewal_refused", retry_after="900"),
        berth.Answer(404, "text/html", b""),
        berth.CouldNot("Nothing answers."),
        answer(login(expires_at="soon")),
    ],
)
def test_any_failure_is_said_on_standard_error_and_gives_no_answer(failure: berth.Answer | berth.Problem) -> None:
    ran = provide(request(), failure)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.strip()
    assert TOKEN not in ran.err
    assert PASSWORD not in ran.err


@pytest.mark.parametrize("arguments", [(), ("get-credentials",)])
def test_the_argument_that_kubernetes_documents_is_taken(arguments: tuple[str, ...]) -> None:
    assert provide(request(), answer(login()), arguments=arguments).code == 0


def test_other_arguments_are_refused() -> None:
    assert provide(request(), answer(login()), arguments=("--insecure",)).code == 1


def test_it_is_a_command_of_berth_too() -> None:
    assert (
        run("berth", "credential-provider", said=request(), answers=answer(login())).document["kind"].endswith("Response")
    )
