"""Docker's credential helper, to the letter of its protocol: registries.md 4.3, components.md 3."""

import pytest

from registries.machine import berth
from tests.registries.machine.world import ENVIRONMENT, PASSWORD, TOKEN, Ran, answer, login, problem, registry, run

NOT_FOUND = "credentials not found in native keychain\n"


def helper(*arguments: str, **options: object) -> Ran:
    return run("docker-credential-berth", *arguments, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "server",
    [
        "ghcr.io",
        "https://ghcr.io",
        "ghcr.io/",
        "http://ghcr.io/v2/",
        "127.0.0.1:5101",
        "[::1]:5000",
        "docker.io",
        "https://index.docker.io/v1/",
    ],
)
def test_get_asks_for_the_server_as_it_was_named_and_repeats_it(server: str) -> None:
    ran = helper("get", said=server, answers=answer(login()))

    assert (ran.code, ran.err) == (0, "")
    assert ran.document == {"ServerURL": server, "Username": "robot", "Secret": PASSWORD}
    assert ran.out.count("\n") == 1
    assert ran.api.asked == ("/api/v1/credentials", {"server": server})


@pytest.mark.parametrize("around", ["{}\n", " {}\r\n", "{}", "\t{}\n\n"])
def test_white_space_around_the_server_does_not_matter(around: str) -> None:
    assert helper("get", said=around.format("ghcr.io"), answers=answer(login())).document["ServerURL"] == "ghcr.io"


@pytest.mark.parametrize(
    "server",
    [
        "a.example\n.evil.example",
        "ghcr.io\r\nhost: evil",
        "ghcr.io\0",
        "ghcr.io\x1b[2J",
        "ghcr.io\N{LINE SEPARATOR}x",
        "https://user:CANARY@ghcr.io",
        "a@ghcr.io",
        "x" * 70_000,
        b"\xff\xfe",
        "",
        " \n",
        "https://",
        "https:///v2/",
    ],
)
def test_what_is_no_server_is_refused_and_never_asked_for(server: str | bytes) -> None:
    ran = helper("get", said=server, answers=answer(login()))

    assert ran.code == 1
    assert ran.out.strip()
    assert ran.out != NOT_FOUND
    assert ran.out.count("\n") == 1
    assert "CANARY" not in ran.out
    assert ran.api.paths == []


def test_no_server_is_said_in_the_words_of_the_protocol() -> None:
    assert helper("get", said="\n").out == "no credentials server URL\n"


@pytest.mark.parametrize("code", ["not_found", "no_login"])
def test_no_such_login_is_said_in_the_exact_words_on_standard_output(code: str) -> None:
    ran = helper("get", said="ghcr.io", answers=problem(404, code))

    assert (ran.code, ran.out, ran.err) == (1, NOT_FOUND, "")


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_the_tokens_of_dockers_own_sign_in_are_not_the_login_of_docker_hub(kind: str) -> None:
    ran = helper("get", said=f"https://index.docker.io/v1/{kind}-token", answers=answer(login()))

    assert (ran.code, ran.out, ran.api.paths) == (1, NOT_FOUND, [])


@pytest.mark.parametrize(
    "failure",
    [
        problem(401, "unauthorized"),
        problem(409, "paused"),
        problem(409, "ambiguous"),
        problem(503, "locked", retry_after="900"),
        problem(404, "something_else"),
        answer({"detail": "Not Found"}, 404),
        berth.Answer(404, "text/html", b"<h1>404</h1>"),
        berth.CouldNot("Nothing answers."),
        answer({}),
        answer(login(password=None)),
        answer([]),
    ],
)
def test_any_other_failure_is_never_taken_for_no_such_login(failure: berth.Answer | berth.Problem) -> None:
    ran = helper("get", said="ghcr.io", answers=failure)

    assert ran.code == 1
    assert ran.out.strip()
    assert ran.out != NOT_FOUND
    assert ran.out.count("\n") == 1


@pytest.mark.parametrize("name", ["registry", "server", "prefix", "username", "path_key"])
@pytest.mark.parametrize("mark", ["\n", "\r", "\0", "\x1b"])
def test_a_login_that_could_become_a_line_of_its_own_is_not_handed_on(name: str, mark: str) -> None:
    ran = helper("get", said="ghcr.io", answers=answer(login(**{name: f"ghcr.io{mark}x"})))

    assert ran.code == 1
    assert PASSWORD not in ran.out


def test_a_password_may_be_a_whole_key_file() -> None:
    key = '{\n  "type": "service_account"\n}\n'

    assert helper("get", said="gcr.io", answers=answer(login(password=key))).document["Secret"] == key


@pytest.mark.parametrize(("action", "said"), [("store", '{"Secret":"CANARY"}'), ("erase", "https://ghcr.io")])
def test_storing_and_erasing_are_refused_without_asking_berth(action: str, said: str) -> None:
    ran = helper(action, said=said, environ={})

    assert ran.code == 1
    assert ran.out.startswith("Berth keeps the logins of a team")
    assert "CANARY" not in ran.out + ran.err
    assert ran.api.paths == []


def test_list_names_the_user_of_each_server_that_get_would_answer() -> None:
    rows = [
        registry("whole"),
        registry("part", prefix="acme"),
        registry("hub", "docker.io", "acme"),
        registry("one", "quay.io", "a"),
        registry("two", "quay.io", "b"),
        registry("asleep", "gcr.io", paused=True),
        registry("sealed", "registry.example", username=""),
    ]

    ran = helper("list", said="unused", answers=answer({"registries": rows}))

    assert (ran.code, ran.api.asked) == (0, ("/api/v1/registries", {}))
    assert ran.document == {"ghcr.io": "whole-user", "https://index.docker.io/v1/": "hub-user", "registry.example": ""}


@pytest.mark.parametrize("action", ["version", "--version", "-v"])
def test_the_version_has_the_form_of_the_protocol(action: str) -> None:
    ran = helper(action, environ={})

    assert (ran.code, ran.out) == (0, f"docker-credential-berth (berth) {berth.VERSION}\n")


@pytest.mark.parametrize(("arguments", "code"), [(("--help",), 0), (("-h",), 0), ((), 1), (("get", "ghcr.io"), 1)])
def test_usage_is_shown_where_it_is_asked_for_or_needed(arguments: tuple[str, ...], code: int) -> None:
    ran = helper(*arguments, environ={})

    assert (ran.code, ran.out) == (code, "Usage: docker-credential-berth <store|get|erase|list|version>\n")


def test_an_unknown_action_is_named() -> None:
    ran = helper("fetch", environ={})

    assert (ran.code, ran.out) == (1, "docker-credential-berth: unknown action: fetch\n")


def test_a_missing_setting_is_said_on_standard_output() -> None:
    ran = helper("get", said="ghcr.io", environ={"BERTH_TOKEN": TOKEN})

    assert ran.code == 1
    assert ran.out.startswith("BERTH_URL is not set.")


def test_the_reason_of_a_failure_reaches_the_person_at_docker_too_which_drops_standard_output() -> None:
    ran = helper("get", said="ghcr.io", answers=problem(409, "ended", "The login has ended."))

    assert ran.out == "The login has ended.\n"
    assert ran.err == "docker-credential-berth: The login has ended.\n"


def test_what_a_host_does_not_tell_apart_is_said_with_ways_that_do() -> None:
    ran = helper("get", said="ghcr.io", answers=problem(409, "ambiguous", "a and b are at ghcr.io."))

    assert ran.out.startswith("a and b are at ghcr.io. Docker names hosts alone: limit the machine token to one of them")


def test_it_is_a_command_of_berth_too() -> None:
    ran = run("berth", "docker-credential", "get", said="ghcr.io", answers=answer(login()))

    assert (ran.code, ran.document["Secret"]) == (0, PASSWORD)
    assert ran.api.headers[0]["User-Agent"] == f"docker-credential-berth/{berth.VERSION}"


def test_the_token_stands_in_one_header_alone() -> None:
    ran = helper("get", said="ghcr.io", answers=answer(login()), environ=ENVIRONMENT)

    [headers] = ran.api.headers
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert [name for name, value in headers.items() if TOKEN in value] == ["Authorization"]
    assert TOKEN not in ran.api.paths[0]
