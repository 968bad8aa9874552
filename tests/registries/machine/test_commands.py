"""`berth`, for people and scripts: what each command asks, prints and keeps to itself."""

import base64
import json
from pathlib import Path

import pytest

from registries.machine import berth
from tests.registries.machine.world import PASSWORD, Ran, answer, login, problem, pull_secret, registry, run

AUTH = base64.b64encode(f"robot:{PASSWORD}".encode()).decode()
CONFIG = answer({"auths": {"ghcr.io": {"auth": AUTH}}})
REGISTRIES = answer({"registries": [registry("GHCR-acme", prefix="acme"), registry("hub", "docker.io")]})


def test_which_says_the_registry_and_never_the_password() -> None:
    ran = run("berth", "which", "ghcr.io/acme/web:1", "--registry", "ghcr-acme", answers=answer(login()))

    assert (ran.code, ran.out, ran.err) == (0, "registry: ghcr-acme\nserver: ghcr.io\nusername: robot\n", "")
    assert ran.api.asked == ("/api/v1/credentials", {"image": "ghcr.io/acme/web:1", "registry": "ghcr-acme"})


def test_which_does_not_show_a_user_name_that_is_the_secret_itself() -> None:
    ran = run(
        "berth", "which", "registry.digitalocean.com/a/b", answers=answer(login(username="dop_v1", password="dop_v1"))
    )

    assert ran.code == 0
    assert "dop_v1" not in ran.out


def test_which_says_no() -> None:
    ran = run("berth", "which", "nginx", answers=problem(404, "not_found", "Pull it without a login."))

    assert (ran.code, ran.out, ran.err) == (1, "", "Pull it without a login.\n")


@pytest.mark.parametrize(
    ("arguments", "path", "question"),
    [
        (("ghcr.io/acme/web",), "/credentials", {"image": "ghcr.io/acme/web"}),
        (
            ("ghcr.io/acme/web", "--registry", "a"),
            "/credentials",
            {"image": "ghcr.io/acme/web", "registry": "a"},
        ),
        (("--server", "ghcr.io"), "/credentials", {"server": "ghcr.io"}),
        (("--registry", "a"), "/credentials", {"registry": "a"}),
    ],
)
def test_a_password_is_printed_alone(arguments: tuple[str, ...], path: str, question: dict[str, str]) -> None:
    ran = run("berth", "credential", *arguments, "--password", answers=answer(login()))

    assert (ran.code, ran.out, ran.err) == (0, f"{PASSWORD}\n", "")
    assert ran.api.asked == (f"/api/v1{path}", question)


def test_a_user_name_is_printed_alone() -> None:
    assert run("berth", "credential", "--registry", "a", "--username", answers=answer(login())).out == "robot\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("credential", "--password"),
        ("credential", "ghcr.io/a/b"),
        ("credential", "ghcr.io/a/b", "--server", "ghcr.io", "--password"),
        ("credential", "--server", "ghcr.io", "--registry", "a", "--password"),
        ("credential", "ghcr.io/a/b", "--password", "--username"),
        ("docker-config", "--format", "yaml"),
        ("which",),
        ("erase",),
        ("registries", "--insecure"),
        (),
    ],
)
def test_a_wrong_command_asks_nothing(arguments: tuple[str, ...]) -> None:
    ran = run("berth", *arguments, answers=answer(login()))

    assert (ran.code, ran.out, ran.api.paths) == (2, "", [])


SECRET_COMMANDS = [("credential", "ghcr.io/a/b", "--password"), ("docker-config",), ("pull-secret",)]


@pytest.mark.parametrize("arguments", SECRET_COMMANDS)
def test_a_secret_stays_off_a_terminal_and_is_not_even_asked_for(arguments: tuple[str, ...]) -> None:
    ran = run("berth", *arguments, answers=CONFIG, screen=True)

    assert (ran.code, ran.out, ran.api.paths) == (2, "", [])
    assert "add --show" in ran.err


@pytest.mark.parametrize(
    ("arguments", "given"), list(zip(SECRET_COMMANDS, [answer(login()), CONFIG, answer(pull_secret())], strict=True))
)
def test_a_person_who_insists_sees_it(arguments: tuple[str, ...], given: berth.Answer) -> None:
    ran = run("berth", *arguments, "--show", answers=given, screen=True)

    assert ran.code == 0
    assert ran.out


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\N{NO-BREAK SPACE}"])
@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("docker-config",), "--merge"),
        (("docker-config", "a", "--format", "containers"), "--merge"),
        (("docker-config", "--show"), "--merge"),
        (("docker-config", "--helper"), "--merge"),
        (("pull-secret",), "--output"),
        (("pull-secret", "--show", "--format", "json"), "--output"),
    ],
)
def test_an_option_that_names_no_file_prints_nothing_in_its_place(
    arguments: tuple[str, ...], option: str, blank: str
) -> None:
    given = answer(pull_secret()) if arguments[0] == "pull-secret" else CONFIG

    for form in ((option, blank), (f"{option}={blank}",)):
        ran = run("berth", *arguments, *form, answers=REGISTRIES if "--helper" in arguments else given)

        assert (ran.code, ran.out, ran.err, ran.api.paths) == (2, "", f"{option} names no file.\n", [])


NOT_JSON = [b"Infinity", b"-Infinity", b"NaN", b"1e999", b"-1e999", b"[" * 5000 + b"]" * 5000, b'{"a": 1, "a": 2}']


@pytest.mark.parametrize("hostile", NOT_JSON)
def test_a_configuration_that_readers_would_not_agree_on_is_neither_printed_nor_merged(
    tmp_path: Path, hostile: bytes
) -> None:
    path = tmp_path / "config.json"
    given = berth.Answer(200, "application/json", b'{"auths": {"ghcr.io": {"auth": ' + hostile + b"}}}")

    printed = run("berth", "docker-config", answers=given)
    merged = run("berth", "docker-config", "--merge", str(path), answers=given)

    assert (printed.code, printed.out, bool(printed.err)) == (2, "", True)
    assert (merged.code, merged.out, path.exists()) == (2, "", False)


def test_a_configuration_is_printed() -> None:
    ran = run("berth", "docker-config", "a", "b", answers=CONFIG)

    assert (ran.code, ran.err, ran.document) == (0, "", {"auths": {"ghcr.io": {"auth": AUTH}}})
    assert ran.api.paths == ["/api/v1/docker-config?registry=a&registry=b&format=docker"]


def test_a_configuration_for_containers_is_asked_for_as_one() -> None:
    ran = run("berth", "docker-config", "--format", "containers", answers=CONFIG)

    assert ran.api.asked == ("/api/v1/docker-config", {"format": "containers"})


def test_a_configuration_is_merged_and_no_secret_printed(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"detachKeys": "ctrl-q"}', encoding="utf-8")

    ran = run("berth", "docker-config", "--merge", str(path), answers=CONFIG, screen=True)

    assert (ran.code, ran.out, ran.err) == (0, "", f"{path} now has: ghcr.io.\n")
    assert json.loads(path.read_text(encoding="utf-8")) == {"detachKeys": "ctrl-q", "auths": {"ghcr.io": {"auth": AUTH}}}
    assert path.stat().st_mode & 0o777 == 0o600


def test_merging_behind_a_helper_is_said(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"credsStore": "desktop"}', encoding="utf-8")

    ran = run("berth", "docker-config", "--merge", str(path), answers=CONFIG)

    assert (ran.code, "which Docker asks instead for: ghcr.io." in ran.err) == (0, True)


def test_a_refusal_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}", encoding="utf-8")

    ran = run("berth", "docker-config", "--merge", str(path), answers=problem(409, "shared_host"))

    assert (ran.code, path.read_text(encoding="utf-8")) == (1, "{}")
    assert "--format containers" in ran.err


def helpers(*arguments: str, answers: berth.Answer = REGISTRIES) -> Ran:
    return run("berth", "docker-config", "--helper", *arguments, answers=answers, screen=True)


def test_helper_entries_hold_no_secret_and_ask_for_none() -> None:
    ran = helpers()

    assert ran.document == {"credHelpers": {"ghcr.io": "berth", "https://index.docker.io/v1/": "berth"}}
    assert ran.api.asked == ("/api/v1/registries", {})


def test_podman_finds_docker_hub_under_its_own_name() -> None:
    assert helpers("--format", "containers", "hub").document == {"credHelpers": {"docker.io": "berth"}}


def test_helper_entries_are_merged(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"credHelpers": {"gcr.io": "gcloud"}}', encoding="utf-8")

    ran = helpers("ghcr-ACME", "--merge", str(path))

    assert (ran.code, ran.out) == (0, "")
    assert json.loads(path.read_text(encoding="utf-8")) == {"credHelpers": {"gcr.io": "gcloud", "ghcr.io": "berth"}}


def test_what_is_paused_gets_no_helper_unless_it_is_named() -> None:
    rows = answer({"registries": [registry("asleep", paused=True), registry("sealed", "gcr.io", username="")]})

    assert helpers(answers=rows).document == {"credHelpers": {"gcr.io": "berth"}}
    assert helpers("asleep", answers=rows).document == {"credHelpers": {"ghcr.io": "berth"}}


def test_an_unknown_name_is_said() -> None:
    ran = helpers("hub", "hbu")

    assert (ran.code, ran.out, ran.err) == (
        1,
        "",
        "This machine token reads no registry called hbu. See: berth registries\n",
    )


def test_the_registries_are_listed() -> None:
    rows = [
        registry("ghcr-acme", prefix="acme", ends_at="2026-11-30T00:00:00Z"),
        registry("asleep", "quay.io", paused=True, health="sign_in_refused", username=None),
    ]

    ran = run("berth", "registries", answers=answer({"registries": rows}))

    assert ran.code == 0
    assert ran.out.splitlines() == [
        "NAME       ADDRESS       USER NAME       HEALTH     ENDS",
        "ghcr-acme  ghcr.io/acme  ghcr-acme-user  connected  2026-11-30T00:00:00Z",
        "asleep     quay.io       -               paused     -",
    ]


def test_a_name_cannot_steer_the_terminal() -> None:
    ran = run("berth", "registries", answers=answer({"registries": [registry("a\x1b[2J")]}))

    assert "\x1b" not in ran.out


def test_the_version_is_printed() -> None:
    assert run("berth", "version", environ={}).out == f"berth {berth.VERSION}\n"


def test_help_names_the_commands_and_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("berth", "--help", environ={}).code == 0

    said = capsys.readouterr().out
    for word in ("docker-config", "pull-secret", "which", "credential", "registries", "BERTH_TOKEN_FILE", "Exit codes"):
        assert word in said
