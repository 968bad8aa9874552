"""The machine client as the program that it is: its names, its exit codes, its way to Berth, and where the secret shows."""

import json
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from registries.machine import berth
from tests import hostile
from tests.hostile import Behaviour, serving
from tests.lab.certificates import Authority
from tests.real.berth_api import Api, Asked, Reply, refusal, reply, serving_api
from tests.registries.machine.world import PASSWORD, TOKEN, login, registry

CLIENT = Path(berth.__file__)
DOCKER, KUBELET, BERTH = berth.DOCKER, berth.KUBELET, berth.BERTH
REQUEST = json.dumps({"apiVersion": berth.KUBELET_API, "kind": "CredentialProviderRequest", "image": "ghcr.io/acme/web"})
NOT_FOUND = "credentials not found in native keychain\n"
PATIENCE_SECONDS = 30.0
DEADLINE_SECONDS = 0.6
GRACE_SECONDS = 4.0

Ran = subprocess.CompletedProcess[str]


def always(given: Reply | None) -> Callable[[Asked], Reply | None]:
    return lambda asked: given


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with the client under its three names, as `make` links it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in (DOCKER, KUBELET, BERTH):
        (folder / name).symlink_to(CLIENT)
    return folder


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.touch(mode=0o600)
    path.write_text(TOKEN + "\n", encoding="utf-8")
    return path


@pytest.fixture
def environ(token_file: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "BERTH_TOKEN_FILE": str(token_file)}


Run = Callable[..., Ran]


@pytest.fixture
def run(programs: Path, environ: dict[str, str]) -> Run:
    """Run the client under a name, with what is said to it and with more in its environment."""

    def run_client(url: str, name: str, *arguments: str, said: str = "", **more: str) -> Ran:
        return subprocess.run(
            [sys.executable, str(programs / name), *arguments],
            input=said,
            env={**environ, "BERTH_URL": url, **more},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    return run_client


# The three programs -------------------------------------------------------------------------------------------------


def test_docker_gets_a_login_from_its_helper(run: Run) -> None:
    with serving_api(always(reply(login()))) as api:
        ran = run(api.url, DOCKER, "get", said="ghcr.io")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout) == {"ServerURL": "ghcr.io", "Username": "robot", "Secret": PASSWORD}
    [asked] = api.asked
    assert asked.path == "/api/v1/credentials?server=ghcr.io"
    assert asked.headers["Host"] == f"127.0.0.1:{api.port}"
    assert [name for name, value in asked.headers.items() if TOKEN in value] == ["Authorization"]


def test_the_kubelet_gets_a_login_from_its_provider(run: Run) -> None:
    with serving_api(always(reply(login()))) as api:
        ran = run(api.url, KUBELET, said=REQUEST)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["auth"] == {"ghcr.io/acme": {"username": "robot", "password": PASSWORD}}


def test_a_file_is_merged_by_the_program(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"detachKeys": "ctrl-q"}', encoding="utf-8")
    entries = {"auths": {"ghcr.io": {"auth": "cm9ib3Q6Q0FOQVJZ"}}}

    with serving_api(always(reply(entries))) as api:
        ran = run(api.url, BERTH, "docker-config", "--merge", str(path))

    assert (ran.returncode, ran.stdout) == (0, "")
    assert json.loads(path.read_text(encoding="utf-8")) == {"detachKeys": "ctrl-q", **entries}
    assert path.stat().st_mode & 0o777 == 0o600
    assert "cm9ib3Q6Q0FOQVJZ" not in ran.stderr


def test_the_registries_are_listed_where_the_system_speaks_no_utf8(run: Run) -> None:
    with serving_api(always(reply({"registries": [registry("a", username="jörg")]}))) as api:
        ran = run(api.url, BERTH, "registries", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")

    assert (ran.returncode, "jörg" in ran.stdout) == (0, True)


FAILURES = [
    (refusal(401, "unauthorized"), "does not accept this machine token", 2),
    (refusal(409, "paused", "ghcr-acme is paused."), "ghcr-acme is paused.", 1),
    (refusal(409, "ambiguous", "a and b both hold it."), "a and b both hold it.", 1),
    (refusal(503, "locked", "The keys are missing.", Retry_After="900"), "The keys are missing. Try again in 900 s.", 2),
    (reply(b"<h1>Hello</h1>", kind="text/html"), "is not Berth", 2),
]


@pytest.mark.parametrize(("given", "words", "code"), FAILURES)
def test_a_failure_is_said_where_each_caller_reads_it(run: Run, given: Reply, words: str, code: int) -> None:
    with serving_api(always(given)) as api:
        docker = run(api.url, DOCKER, "get", said="ghcr.io")
        kubelet = run(api.url, KUBELET, said=REQUEST)
        person = run(api.url, BERTH, "which", "ghcr.io/acme/web")

    assert (docker.returncode, words in docker.stdout, words in docker.stderr) == (1, True, True)
    assert (kubelet.returncode, kubelet.stdout, words in kubelet.stderr) == (1, "", True)
    assert (person.returncode, person.stdout, words in person.stderr) == (code, "", True)
    assert TOKEN not in docker.stdout + docker.stderr + kubelet.stderr + person.stderr


def test_no_login_lets_each_caller_go_on_without_one(run: Run) -> None:
    with serving_api(always(refusal(404, "not_found"))) as api:
        docker = run(api.url, DOCKER, "get", said="ghcr.io")
        kubelet = run(api.url, KUBELET, said=REQUEST)

    assert (docker.returncode, docker.stdout, docker.stderr) == (1, NOT_FOUND, "")
    assert (kubelet.returncode, json.loads(kubelet.stdout)["auth"]) == (0, None)


def test_a_stopped_berth_is_said_and_is_not_taken_for_no_login(run: Run) -> None:
    with serving_api(always(None)) as api:
        pass

    ran = run(api.url, DOCKER, "get", said="ghcr.io")

    assert ran.returncode == 1
    assert ran.stdout.startswith(f"Nothing answers at {api.url}: Berth is stopped there")


# Where the secret shows ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_neither_the_token_nor_the_password_is_among_arguments_or_in_the_environment(
    programs: Path, environ: dict[str, str]
) -> None:
    answering, seen = threading.Event(), dict[str, bytes]()

    def answer_late(asked: Asked) -> Reply:
        answering.wait(PATIENCE_SECONDS)
        return reply(login())

    with serving_api(answer_late) as api:
        process = subprocess.Popen(
            [sys.executable, str(programs / BERTH), "credential", "ghcr.io/acme/web", "--password"],
            env={**environ, "BERTH_URL": api.url},
            stdout=subprocess.PIPE,
        )
        with process:
            until = time.monotonic() + PATIENCE_SECONDS
            while not api.asked and time.monotonic() < until:
                time.sleep(0.01)
            folder = Path(f"/proc/{process.pid}")
            seen = {name: (folder / name).read_bytes() for name in ("cmdline", "environ", "comm")}
            children = [path.read_bytes() for path in folder.glob("task/*/children")]
            answering.set()
            out, _ = process.communicate(timeout=PATIENCE_SECONDS)

    assert out.decode() == f"{PASSWORD}\n"
    assert b"".join(children).strip() == b""
    for secret in (TOKEN, PASSWORD):
        assert secret.encode() not in b"".join(seen.values())


def test_the_keys_of_the_connection_are_written_nowhere(run: Run, tmp_path: Path) -> None:
    authority, keys = Authority(), tmp_path / "keys.log"
    with served_over_tls(authority, tmp_path) as (api, file):
        ran = run(api.url, DOCKER, "get", said="ghcr.io", BERTH_CA_FILE=str(file), SSLKEYLOGFILE=str(keys))

    assert (ran.returncode, keys.exists()) == (0, False)


# The way to Berth ---------------------------------------------------------------------------------------------------


def test_a_server_that_fails_twice_is_asked_a_third_time(run: Run) -> None:
    replies: list[Reply | None] = [None, refusal(503, "busy", Retry_After="0"), reply(login())]

    with serving_api(lambda asked: replies.pop(0)) as api:
        ran = run(api.url, DOCKER, "get", said="ghcr.io")

    assert (ran.returncode, len(api.asked)) == (0, 3)


def test_it_waits_as_long_as_berth_says(run: Run) -> None:
    replies = [refusal(429, "rate_limited", Retry_After="1"), reply(login())]
    began = time.monotonic()

    with serving_api(lambda asked: replies.pop(0)) as api:
        ran = run(api.url, KUBELET, said=REQUEST)

    assert ran.returncode == 0
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_token_stays(run: Run, status: int) -> None:
    with serving_api(always(reply(login()))) as elsewhere:
        moved = reply({}, status, Location=f"{elsewhere.url}/api/v1/credentials")
        with serving_api(always(moved)) as api:
            ran = run(api.url, DOCKER, "get", said="ghcr.io")

    assert ran.returncode == 1
    assert f"sends on to {elsewhere.url}, where the token is not taken" in ran.stdout
    assert (len(api.asked), elsewhere.asked) == (1, [])


def test_a_proxy_of_the_environment_is_not_used(run: Run) -> None:
    with serving_api(always(reply(login()))) as proxy, serving_api(always(reply(login()))) as api:
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
        ran = run(api.url, DOCKER, "get", said="ghcr.io", **dict.fromkeys(names, proxy.url))

    assert (ran.returncode, len(api.asked), proxy.asked) == (0, 1, [])


def wire(url: str, **environ: str) -> berth.Wire:
    return berth.Wire(berth.read_settings({"BERTH_URL": url, "BERTH_TOKEN": TOKEN, **environ}, lambda sentence: None))


SLOW: list[Behaviour] = [
    hostile.is_silent,
    hostile.listens_and_is_silent,
    hostile.drips_a_status,
    hostile.drips_headers,
    hostile.drips_a_body,
    hostile.drips_chunks,
    hostile.floods_interim_answers,
]
MUCH: list[Behaviour] = [
    hostile.floods_a_body,
    hostile.floods_chunks,
    hostile.floods_headers,
    hostile.floods_one_header,
    hostile.talks_nonsense,
    hostile.talks_another_protocol,
    hostile.answers(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", b" " * (1024 * 1024 + 1)),
]
GONE: list[Behaviour] = [
    hostile.hangs_up,
    hostile.resets,
    hostile.says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", and_then=hostile.hangs_up),
    hostile.says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", and_then=hostile.hangs_up),
]


def ask(behave: Behaviour, seconds: float) -> tuple[berth.Problem, float]:
    before = threading.active_count()
    with serving(behave) as server:
        began = time.monotonic()
        with pytest.raises(berth.Problem) as caught:
            wire(f"http://127.0.0.1:{server.port}")("/api/v1/registries", {}, seconds)
        took = time.monotonic() - began
    until = time.monotonic() + GRACE_SECONDS
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() == before
    return caught.value, took


@pytest.mark.parametrize("behave", SLOW)
def test_a_server_that_takes_its_time_is_left_at_the_deadline(behave: Behaviour) -> None:
    problem, took = ask(behave, DEADLINE_SECONDS)

    assert (type(problem), "did not answer in time" in str(problem)) == (berth.Passing, True)
    assert took < DEADLINE_SECONDS + GRACE_SECONDS


@pytest.mark.parametrize("behave", MUCH)
def test_what_is_too_much_or_no_http_is_not_berth(behave: Behaviour) -> None:
    problem, _ = ask(behave, PATIENCE_SECONDS)

    assert (type(problem), "is not Berth" in str(problem)) == (berth.CouldNot, True)


@pytest.mark.parametrize("behave", GONE)
def test_an_answer_that_breaks_off_may_be_asked_for_again(behave: Behaviour) -> None:
    problem, _ = ask(behave, PATIENCE_SECONDS)

    assert isinstance(problem, berth.Passing)


def test_a_drip_feeding_server_cannot_hold_the_program_up(environ: dict[str, str]) -> None:
    hurried = (
        "import sys; from registries.machine import berth; sys.argv = [berth.DOCKER, 'get']; "
        f"berth.DOCKER_SECONDS = {DEADLINE_SECONDS}; sys.exit(berth.main())"
    )

    with serving(hostile.drips_a_body) as server:
        began = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-c", hurried],
            input="ghcr.io",
            cwd=CLIENT.parents[2],
            env={**environ, "BERTH_URL": f"http://127.0.0.1:{server.port}"},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        took = time.monotonic() - began

    assert (ran.returncode, "did not answer in time" in ran.stdout, ran.stderr.count("\n")) == (1, True, 1)
    assert took < DEADLINE_SECONDS + GRACE_SECONDS


# TLS ----------------------------------------------------------------------------------------------------------------


@contextmanager
def served_over_tls(authority: Authority, folder: Path, tls: ssl.SSLContext | None = None) -> Iterator[tuple[Api, Path]]:
    """Serve over TLS, with the authority in a file."""
    file = folder / "ca.pem"
    file.write_text(authority.pem, encoding="ascii")
    with serving_api(always(reply(login())), tls=tls or authority.pair(folder / "tls").server_context()) as api:
        yield api, file


def test_an_authority_of_ones_own_is_trusted(run: Run, tmp_path: Path) -> None:
    with served_over_tls(Authority(), tmp_path) as (api, file):
        ran = run(api.url, DOCKER, "get", said="ghcr.io", BERTH_CA_FILE=str(file))

    assert (ran.returncode, len(api.asked)) == (0, 1)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "from an authority that this machine does not know. Put that authority into a file, in PEM"),
        ({"BERTH_CA_FILE": "other.pem"}, "that neither this machine knows nor"),
        ({"BERTH_CA_FILE": "token"}, "holds no certificate in PEM"),
        ({"BERTH_CA_FILE": "nowhere.pem"}, "cannot be read: No such file or directory"),
        ({"PYTHONHTTPSVERIFY": "0"}, "from an authority that this machine does not know"),
    ],
)
def test_a_server_that_is_not_trusted_never_hears_the_token(
    run: Run, tmp_path: Path, more: Mapping[str, str], words: str
) -> None:
    (tmp_path / "other.pem").write_text(Authority().pem, encoding="ascii")
    files = {name: str(tmp_path / value) if name == "BERTH_CA_FILE" else value for name, value in more.items()}

    with served_over_tls(Authority(), tmp_path) as (api, _):
        ran = run(api.url, DOCKER, "get", said="ghcr.io", **files)

    assert (ran.returncode, words in ran.stdout, api.asked) == (1, True, [])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Authority.expired, "is out of date, or the clock of this machine is wrong"),
        (Authority.for_another_host, "is not for 127.0.0.1. Set BERTH_URL to the name"),
    ],
)
def test_a_certificate_that_is_not_good_has_its_sentence(
    run: Run, tmp_path: Path, make: Callable[[Authority, Path], object], words: str
) -> None:
    authority = Authority()
    make(authority, tmp_path / "bad")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "bad" / "server.crt", tmp_path / "bad" / "server.key")

    with served_over_tls(authority, tmp_path, tls) as (api, file):
        ran = run(api.url, DOCKER, "get", said="ghcr.io", BERTH_CA_FILE=str(file))

    assert (ran.returncode, words in ran.stdout, api.asked) == (1, True, [])


def test_plain_http_where_the_address_says_https_is_said(run: Run) -> None:
    with serving_api(always(reply(login()))) as api:
        ran = run(api.url.replace("http:", "https:"), DOCKER, "get", said="ghcr.io")

    assert (ran.returncode, "speaks no TLS" in ran.stdout, api.asked) == (1, True, [])
