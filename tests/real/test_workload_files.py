"""
`berth check` as people, CI and pre-commit run it: the program itself, a Berth that serves, and a real registry.

What each exit code means is held here: 0 all is well, 1 something was found, 2 something could not be checked.
"""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
import yaml
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors.other import Other
from registries.machine import berth
from registries.models import Connection, HandOut, MachineToken
from registries.outcomes import Outcome
from tests import hostile
from tests.hostile import serving
from tests.lab.registry import Registry
from tests.real.berth_api import refusal, reply, serving_api
from tests.real.conftest import ROBOT, ROBOT_PASSWORD
from tests.registries.machine.world import TOKEN, finding, verdict

ROOT = Path(__file__).parents[2]
CLIENT = Path(berth.__file__)
SECONDS = 60.0

Ran = subprocess.CompletedProcess[str]
Check = Callable[..., Ran]


@pytest.fixture
def saved(transactional_db: None, team: Team, alice: User, basic_registry: Registry) -> Connection:
    """The registry's login for `team/`, saved in Berth as `at-home`; its last test went well."""
    registry = Other(url=f"http://{basic_registry.host}", namespace="team", username=ROBOT, password=Secret(ROBOT_PASSWORD))
    connection: Connection = team.connections.connect("at-home", registry, by=alice)
    Connection.objects.filter(pk=connection.pk).update(outcome=Outcome.CONNECTED)
    return connection


@pytest.fixture
def token(saved: Connection, team: Team, alice: User) -> str:
    ends_at = timezone.now() + timedelta(days=1)
    return MachineToken.objects.issue(team, "ci-runner", by=alice, ends_at=ends_at, connections=None)[1].reveal()


def run(folder: Path, url: str, token: str, *arguments: str, said: str = "", **more: str) -> Ran:
    around = {"PATH": os.environ["PATH"], "BERTH_URL": url, "BERTH_TOKEN": token, **more}
    return subprocess.run(
        [sys.executable, str(CLIENT), "check", *arguments],
        input=said, env=around, cwd=folder, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False,
    )  # fmt: skip


@pytest.fixture
def check(live_server: LiveServer, token: str, tmp_path: Path, settings: Settings) -> Check:
    """Run the client in a folder of files, against a Berth that serves."""
    settings.BERTH_EGRESS_ALLOW = [ip_network("127.0.0.0/8")]
    return lambda *arguments, **more: run(tmp_path, live_server.url, token, *arguments, **more)


@pytest.fixture
def write(tmp_path: Path, basic_registry: Registry) -> Callable[..., str]:
    """Write a workload file with an image of the registry, and return its name."""

    def write(name: str = "train.yaml", *, image: str = "app:1", registry: str = "at-home") -> str:
        step = {"image": f"{basic_registry.host}/team/{image}", "containerRegistry": registry}
        (tmp_path / name).write_text(yaml.safe_dump({"jobs": {"train": {"with": step}}}), encoding="utf-8")
        return name

    return write


def test_a_file_that_is_well_ends_with_0(check: Check, write: Callable[..., str]) -> None:
    ran = check(write())

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "1 image in 1 file, against 1 registry: 1 ok.\n"
    row = HandOut.objects.get()
    assert (row.kind, row.who, row.asked, row.program) == ("spec_check", "ci-runner", "", f"berth/{berth.VERSION}")


def test_a_misspelt_name_ends_with_1_and_is_shown_with_a_caret_and_a_fix(check: Check, write: Callable[..., str]) -> None:
    ran = check(write(registry="at-hoem"))

    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.splitlines() == [
        "train.yaml:4:26: error: No registry is called at-hoem. Did you mean at-home? [unknown_name]",
        "    4 |       containerRegistry: at-hoem",
        "      |                          ^~~~~~~",
        "  fix: Use at-home",
        "1 image in 1 file, against 1 registry: 1 error.",
    ]


def test_each_format_says_the_same(check: Check, write: Callable[..., str]) -> None:
    name = write(registry="at-hoem")

    as_json, as_github, as_sarif = (check(name, "--format", form) for form in ("json", "github", "sarif"))

    assert [ran.returncode for ran in (as_json, as_github, as_sarif)] == [1, 1, 1]
    [told] = json.loads(as_json.stdout)["files"][0]["findings"]
    [result] = json.loads(as_sarif.stdout)["runs"][0]["results"]
    assert (told["rule"], told["line"], told["column"]) == (result["ruleId"], 4, 26)
    assert as_github.stdout.startswith("::error file=train.yaml,line=4,endLine=4,col=26,endColumn=33,title=")
    assert told["message"] in as_github.stdout
    assert told["message"] == result["message"]["text"]


def test_an_image_is_looked_up_with_the_login_that_it_gets(check: Check, write: Callable[..., str]) -> None:
    there = check(write("there.yaml"), "--look-up", "--format", "json")
    missing = check(write("missing.yaml", image="app:nope"), "--look-up")

    [found] = json.loads(there.stdout)["files"][0]["findings"]
    assert there.returncode == 0, there.stdout
    assert found["digest"].startswith("sha256:")
    assert found["platforms"] == ["linux/amd64"]
    assert (missing.returncode, "[not_found]" in missing.stdout) == (1, True), missing.stdout
    assert ROBOT_PASSWORD not in there.stdout + missing.stdout


def test_what_cannot_be_checked_ends_with_2_and_the_rest_is_checked(
    check: Check, write: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "broken.yaml").write_text("a: 1\nb: [\n", encoding="utf-8")
    (tmp_path / "long.yaml").write_text("#" * (256 * 1024 + 1), encoding="utf-8")
    (tmp_path / "almost.yaml").write_text("\t" * (256 * 1024 - 1) + "x", encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"j\xf6rg: 1\n")

    ran = check("broken.yaml", "nowhere.yaml", "long.yaml", "almost.yaml", "latin.yaml", write(registry="at-hoem"))

    assert ran.returncode == 2
    lines = ran.stdout.splitlines()
    assert any(line.startswith("broken.yaml:") and line.endswith("[unreadable_spec]") for line in lines)
    assert any(line.startswith("nowhere.yaml: error: It cannot be read") for line in lines)
    assert any(line.startswith("long.yaml: error: It is too long") for line in lines)
    assert any(line.startswith("almost.yaml:1:1: error: ") for line in lines)  # It was sent, and read.
    assert any(line.startswith("latin.yaml: error: It is not UTF-8 text") for line in lines)
    assert any(line.startswith("train.yaml:4:26: error: No registry is called at-hoem.") for line in lines)


def test_standard_input_is_checked(check: Check, write: Callable[..., str], tmp_path: Path) -> None:
    said = (tmp_path / write(registry="at-hoem")).read_text(encoding="utf-8")

    ran = check("-", said=said)

    assert (ran.returncode, ran.stdout.splitlines()[0][:17]) == (1, "<stdin>:4:26: err")


def test_a_stopped_berth_ends_with_2_and_says_so_once(tmp_path: Path, write: Callable[..., str]) -> None:
    with serving_api(lambda asked: None) as api:
        pass

    ran = run(tmp_path, api.url, TOKEN, write("a.yaml"), write("b.yaml"))

    assert (ran.returncode, ran.stdout) == (2, "2 files could not be checked.\n")
    assert ran.stderr.startswith(f"Nothing answers at {api.url}: Berth is stopped there")
    assert ran.stderr.count("\n") == 1


def test_a_revoked_token_ends_with_2(check: Check, write: Callable[..., str], alice: User) -> None:
    MachineToken.objects.get().revoke(by=alice)

    ran = check(write())

    assert (ran.returncode, "does not accept this machine token" in ran.stderr) == (2, True)


def test_a_token_that_asked_too_often_waits_and_goes_on(tmp_path: Path, write: Callable[..., str]) -> None:
    replies = [refusal(429, "rate_limited", Retry_After="1")] * 6 + [reply(verdict(finding(line=4, end_line=4)).body)]

    with serving_api(lambda asked: replies.pop(0)) as api:
        ran = run(tmp_path, api.url, TOKEN, write())

    assert (ran.returncode, len(api.asked)) == (1, 7)
    assert {(asked.method, asked.path) for asked in api.asked} == {("POST", "/api/v1/spec-checks")}
    assert len({asked.body for asked in api.asked}) == 1


def test_no_redirect_is_followed_and_neither_token_nor_file_goes_elsewhere(
    tmp_path: Path, write: Callable[..., str]
) -> None:
    with serving_api(lambda asked: reply({})) as elsewhere:
        moved = reply({}, 307, Location=f"{elsewhere.url}/api/v1/spec-checks")
        with serving_api(lambda asked: moved) as api:
            ran = run(tmp_path, api.url, TOKEN, write())

    assert (ran.returncode, elsewhere.asked) == (2, [])
    assert "where the token is not taken" in ran.stderr


def test_an_answer_that_comes_before_the_file_was_taken_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    send = http.client.HTTPConnection.send

    def send_no_body(connection: http.client.HTTPConnection, data: bytes) -> None:
        if data == b"body":
            raise BrokenPipeError
        send(connection, data)

    monkeypatch.setattr(http.client.HTTPConnection, "send", send_no_body)
    early = hostile.says(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n", and_then=hostile.hangs_up)

    with serving(early) as server:
        settings = berth.Settings(berth.read_address(f"http://127.0.0.1:{server.port}"), TOKEN)
        answer = berth.Wire(settings)("/api/v1/spec-checks", {}, SECONDS, b"body")

    assert answer.status == 413


def test_the_hook_of_pre_commit_is_the_program_as_it_lies_there(tmp_path: Path, write: Callable[..., str]) -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, *arguments = hook["entry"].split()

    with serving_api(lambda asked: reply(verdict(finding(line=4, end_line=4)).body)) as api:
        ran = subprocess.run(
            [ROOT / program, *arguments, write()],
            env={"PATH": os.environ["PATH"], "BERTH_URL": api.url, "BERTH_TOKEN": TOKEN},
            cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False,
        )  # fmt: skip

    assert (hook["language"], hook["types"], hook["id"]) == ("script", ["yaml"], "berth-check")
    assert (ran.returncode, ran.stdout.startswith("train.yaml:4:24: error:")) == (1, True), ran.stderr
