"""Workload files over the API: who may have one checked, what is answered, and that nothing of it stays."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from console.models import Team, User
from registries import look_ups, spec_checks
from registries.distribution import Secret
from registries.flavors.github import GitHub
from registries.flavors.other import Other
from registries.models import Check, Connection, HandOut, MachineToken
from registries.outcomes import Outcome
from registries.specs.verdicts import Finding, Level, Looked, Rule
from tests.conftest import CANARY
from tests.registries.api.conftest import issue
from tests.registries.api.test_documents import problem
from tests.registries.api.test_leaks import everything_stored, holds

URL = "/api/v1/spec-checks"
TRAIN = """\
jobs:
  fetch:
    uses: script@v1
    with:
      image: python:3.13-slim
  evaluate:
    uses: container@v1
    with:
      image: ghcr.io/northwind-labs/evaluator:1.4
      containerRegistry: ghcr-nortwind
  publish:
    uses: container@v1
    with:
      image: registry.example.com/northwind/publisher:5
"""
PASSWORD = f"{CANARY}!pasted here"

Send = Callable[..., Any]


@pytest.fixture
def send(machine: tuple[MachineToken, str]) -> Send:
    """Have a file checked, by default with the token for everything: `send("image: nginx")`, or `send(body=…)`."""

    def send(spec: str = TRAIN, *, token: str = machine[1], body: Any = None, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        sent = body if body is not None else json.dumps({"spec": spec, **more}, ensure_ascii=False)
        client = Client(raise_request_exception=False)
        return client.post(URL, sent, content_type="application/json", headers=headers)

    return send


@pytest.fixture(autouse=True)
def registries(team: Team, alice: User) -> dict[str, Connection]:
    """Two registries of the team that work."""
    made = {
        "ghcr-northwind": GitHub(namespace="northwind-labs", username="robot", password=Secret(CANARY)),
        "at-home": Other(
            url="https://registry.example.com", namespace="northwind", username="robot", password=Secret(CANARY)
        ),
    }
    rows = {name: team.connections.connect(name, registry, by=alice) for name, registry in made.items()}
    now = timezone.now()
    for row in rows.values():
        check = Check.objects.create(team=team, connection=row, host=row.host, finished_at=now, outcome=Outcome.CONNECTED)
        Connection.objects.filter(pk=row.pk).update(outcome=Outcome.CONNECTED, last_check=check)
    return rows


def said(answer: Any) -> list[tuple[str, str, str]]:
    """Return place, level and rule of each finding."""
    assert answer.status_code == 200, answer.content
    return [(f"{one['line']}:{one['column']}", one["level"], one["rule"]) for one in answer.json()["findings"]]


# What is answered ---------------------------------------------------------------------------------------------------


def test_each_image_has_a_finding_where_it_stands(send: Send) -> None:
    answer = send(name="train.yaml")

    document = answer.json()
    assert said(answer) == [
        ("5:14", "ok", "public"),
        ("10:26", "error", "unknown_name"),
        ("14:14", "warning", "not_named"),
    ]
    assert {name: document[name] for name in ("ok", "name", "counts", "registries")} == {
        "ok": False,
        "name": "train.yaml",
        "counts": {"ok": 1, "warning": 1, "error": 1},
        "registries": 2,
    }
    assert answer["Cache-Control"].startswith("no-store")


def test_a_finding_says_all_that_is_known_of_the_image(send: Send) -> None:
    _, misspelt, unnamed = send().json()["findings"]

    assert misspelt == {
        "level": "error",
        "rule": "unknown_name",
        "message": "No registry is called ghcr-nortwind. Did you mean ghcr-northwind?",
        "line": 10,
        "column": 26,
        "end_line": 10,
        "end_column": 39,
        "owner": "evaluate",
        "image": "ghcr.io/northwind-labs/evaluator:1.4",
        "reference": "ghcr.io/northwind-labs/evaluator:1.4",
        "named": "ghcr-nortwind",
        "registry": "",
        "fixes": [
            {
                "title": "Use ghcr-northwind",
                "edits": [
                    {"start_line": 10, "start_column": 26, "end_line": 10, "end_column": 39, "text": "ghcr-northwind"}
                ],
            }
        ],
        "digest": "",
        "platforms": [],
        "size_bytes": None,
    }
    assert (unnamed["owner"], unnamed["named"], unnamed["registry"]) == ("publish", "", "at-home")


@pytest.mark.parametrize("written", ["ghp_0123456789abcdefABCDEF0123456789abcd", "!Ref at-home", "not a name"])
def test_what_may_be_a_secret_in_place_of_a_name_is_not_answered(send: Send, written: str) -> None:
    answer = send(f"image: ghcr.io/northwind-labs/a:1\ncontainerRegistry: {written}\n")

    [finding] = answer.json()["findings"]
    assert finding["named"] == ""
    assert written not in answer.content.decode()


def applied(text: str, fix: dict[str, Any]) -> str:
    """Change a file as somebody would who has lines and columns alone."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for edit in sorted(fix["edits"], key=lambda one: (one["start_line"], one["start_column"]), reverse=True):
        start = starts[edit["start_line"] - 1] + edit["start_column"] - 1
        end = starts[edit["end_line"] - 1] + edit["end_column"] - 1
        text = text[:start] + edit["text"] + text[end:]
    return text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_with_its_fixes_taken_is_well(send: Send, newline: str) -> None:
    text = "# 漢字, tab\t, and e\u0301\n".replace("\n", newline) + TRAIN.replace("\n", newline)

    while fixable := [fix for one in send(text).json()["findings"] for fix in one["fixes"][:1]]:
        text = applied(text, fixable[0])

    assert [level for _, level, _ in said(send(text))] == ["ok", "ok", "ok"]
    assert text.count("containerRegistry: at-home") == 1


def test_a_file_without_an_image_is_well(send: Send) -> None:
    for text in ("", "a: 1\n", "# nothing"):
        document = send(text).json()
        assert (document["ok"], document["counts"]) == (True, {"ok": 0, "warning": 0, "error": 0})
        assert document["findings"] == []


def test_a_login_that_ends_before_it_is_needed_is_a_warning(send: Send, registries: dict[str, Connection]) -> None:
    Connection.objects.filter(name="at-home").update(ends_on="2031-05-01", ends_at=None)
    text = "image: registry.example.com/northwind/a:1\ncontainerRegistry: at-home\n"

    assert said(send(text))[0][1:] == ("ok", "resolves")
    assert said(send(text, needed_until="2031-06-01"))[0][1:] == ("warning", "ends_before")
    for day in ("0001-01-01", "9999-12-31", None):
        assert send(text, needed_until=day).status_code == 200


def test_what_was_looked_up_is_in_the_answer(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Looked(
        finding=Finding(level=Level.OK, rule=Rule.FOUND, sentence="It is there."),
        digest="sha256:" + "a" * 64,
        platforms=("linux/amd64", "linux/arm64"),
        size_bytes=123,
    )
    asked = []

    def look_up(wanted: Any, connections: Any, **about: Any) -> Any:
        asked.append((wanted, about))
        return {("docker.io/library/python:3.13-slim", ""): found}

    monkeypatch.setattr(look_ups, "look_up", look_up)

    assert send().json()["findings"][0]["digest"] == ""
    assert asked == []
    [first] = send("image: python:3.13-slim", look_up=True).json()["findings"]
    assert (first["digest"], first["platforms"], first["size_bytes"]) == (found.digest, list(found.platforms), 123)
    assert asked[0][1]["by"] is None


# Who may, and over what ---------------------------------------------------------------------------------------------


def test_a_limited_token_sees_its_registries_alone(
    send: Send, team: Team, alice: User, registries: dict[str, Connection]
) -> None:
    _, text = issue(team, "limited", by=alice, connections=[registries["at-home"]])

    document = send(token=text).json()

    assert document["registries"] == 1
    assert "ghcr-northwind" not in json.dumps(document)
    assert document["findings"][2]["registry"] == "at-home"


def test_another_team_is_as_if_it_were_not_there(send: Send, charlie: User) -> None:
    _, text = issue(charlie.teams.get(), "theirs", by=charlie)

    document = send(token=text).json()

    assert document["registries"] == 0
    assert [one["registry"] for one in document["findings"]] == ["", "", ""]
    for ours in ("ghcr-northwind", "at-home"):
        assert ours not in json.dumps(document)


@pytest.mark.parametrize("token", ["", "berth_00000000_" + "0" * 38])
def test_without_a_token_nothing_is_read(send: Send, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spec_checks, "read", None)

    assert problem(send(token=token)) == (401, "unauthorized")
    assert not HandOut.objects.exists()


def test_a_session_does_not_open_it(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    answer = client.post(URL, {"spec": TRAIN}, content_type="application/json")

    assert problem(answer) == (401, "unauthorized")


def test_it_counts_in_what_a_token_may_ask(send: Send, settings: Any) -> None:
    settings.BERTH_HANDOUTS_PER_TOKEN = 2

    answers = [send("image: nginx") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "10"


def test_each_check_is_one_row_in_the_ledger_that_says_nothing_of_the_file(send: Send) -> None:
    send(name="train.yaml")
    send("a: [")

    rows = HandOut.objects.values_list("kind", "result", "asked", "registry", "who")
    assert list(rows) == [("spec_check", "given", "", "", "ci-runner")] * 2
    assert not HandOut.objects.exclude(connection=None).exists()


def test_without_a_row_nothing_is_checked(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    from registries.models import LedgerUnavailable

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise LedgerUnavailable

    monkeypatch.setattr(HandOut.objects, "note", refuse)

    assert problem(send()) == (503, "ledger_unavailable")


# What cannot be read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [", 1),
        ("a:\n\timage: x\n", 2),
        ("image: a\nimage: b\n", 2),
        ("a: &x [*x]\n", None),
        ("a: \x1b[2J\n", 1),
        ("a: \0", 1),
        ("[" * 500, 1),
        ("a: !!python/object/apply:os.system [x]\nimage: [nginx", 2),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem_with_its_place(send: Send, text: str, line: int | None) -> None:
    answer = send(text)

    if line is None:
        assert answer.status_code in (200, 422)
        return
    assert problem(answer) == (422, "unreadable_spec")
    document = answer.json()
    assert document["line"] >= 1
    assert document["column"] >= 1
    assert document["detail"].endswith(".")
    assert document["line"] == line


def test_half_a_character_is_no_text_and_no_fault(send: Send) -> None:
    assert problem(send(body=b'{"spec": "a: \\ud800"}')) == (422, "unreadable_spec")
    assert problem(send(body=b'{"spec": "", "name": "\\ud800"}')) == (422, "invalid_request")


def test_a_file_over_the_limit_is_too_large(send: Send) -> None:
    assert problem(send("#" * 1024 * 1024)) == (413, "too_large")
    assert problem(send("#" * (256 * 1024 + 1))) == (422, "unreadable_spec")
    assert send("#" * 256 * 1024).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code", "blamed"),
    [
        (b"", 422, "invalid_request", "the body"),
        (b"image: nginx", 400, "bad_request", "not JSON"),
        (b"{", 400, "bad_request", "not JSON"),
        (b"\xff\xfe", 400, "bad_request", "not JSON"),
        (b"[" * 100_000, 400, "bad_request", "not JSON"),
        (b"1" * 5000, 400, "bad_request", "not JSON"),
        (b"null", 422, "invalid_request", "the body"),
        (b"[]", 422, "invalid_request", "the body"),
        (b"{}", 422, "invalid_request", "spec"),
        (b'{"spec": 1}', 422, "invalid_request", "spec"),
        (b'{"spec": "", "look_up": "yes"}', 422, "invalid_request", "look_up"),
        (b'{"spec": "", "look_up": 1}', 422, "invalid_request", "look_up"),
        (b'{"spec": "", "needed_until": "soon"}', 422, "invalid_request", "needed_until"),
        (b'{"spec": "", "needed_until": 0}', 422, "invalid_request", "needed_until"),
        (b'{"spec": "", "needed_until": "2026-02-30"}', 422, "invalid_request", "needed_until"),
        (b'{"spec": "", "needed_until": "2026-12-01T00:00:00"}', 422, "invalid_request", "needed_until"),
        (b'{"spec": "", "name": "%s"}' % (b"x" * 256), 422, "invalid_request", "name"),
        (b'{"spec": "", "lookup": true}', 422, "invalid_request", "a member that is not known"),
    ],
)
def test_a_body_that_is_no_question_is_a_problem(send: Send, body: bytes, status: int, code: str, blamed: str) -> None:
    answer = send(body=body)

    assert problem(answer) == (status, code)
    assert blamed in answer.json()["detail"]
    assert not HandOut.objects.exists()


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_a_wrong_method_is_a_problem_that_names_the_right_one(machine: tuple[MachineToken, str], method: str) -> None:
    answer = Client().generic(method, URL, headers={"Authorization": f"Bearer {machine[1]}"})

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_a_token_in_the_address_is_refused(send: Send, machine: tuple[MachineToken, str]) -> None:
    answer = Client().post(f"{URL}?token={machine[1]}", {"spec": TRAIN}, content_type="application/json")

    assert problem(answer) == (401, "unauthorized")


# Nothing of it stays ------------------------------------------------------------------------------------------------

HOLDING = [
    f"image: {PASSWORD}\n",
    f"image: ghcr.io/northwind-labs/a:1\ncontainerRegistry: '{PASSWORD}'\n",
    f"image: robot:{PASSWORD}@ghcr.io/a\n",
    f"password: '{PASSWORD}'\nimage: nginx:1\n",
    f"image: ['{PASSWORD}']\n",
    f"image: ${{X:-{PASSWORD}}}\n",
    f"a: '{PASSWORD}'\nb: [\n",
    f"a: 1\n'{PASSWORD}': 2\n'{PASSWORD}': 3\n",
    f"a: *{CANARY}\n",
    f"? !{CANARY} [\n",
]


@pytest.mark.parametrize("text", HOLDING)
def test_nothing_of_a_file_is_stored_logged_or_answered_but_names_and_references(
    send: Send, settings: Any, capture_log: Callable[[], str], text: str
) -> None:
    settings.ADMINS = [("Operator", "operator@northwind.example")]
    database.force_debug_cursor = True  # So that each query is logged with its values.
    try:
        answer = send(text, name="train.yaml")
    finally:
        database.force_debug_cursor = False

    assert answer.status_code in (200, 422)
    assert holds(answer.content, [CANARY]) == []
    assert "INSERT INTO" in capture_log()
    assert holds(capture_log().encode(), [CANARY]) == []
    assert {table for table, value in everything_stored() if holds(value, [CANARY])} == set()
    assert mail.outbox == []


def test_a_fault_in_the_midst_tells_nothing_of_the_file(
    send: Send, settings: Any, capture_log: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(f"in {PASSWORD}")

    settings.ADMINS = [("Operator", "operator@northwind.example")]
    monkeypatch.setattr(spec_checks, "judge", fail)

    answer = send(f"image: nginx # {PASSWORD}\n")

    assert problem(answer) == (500, "internal_error")
    mails = str([(message.subject, message.body) for message in mail.outbox])
    assert "RuntimeError" in mails
    assert holds((mails + capture_log() + answer.content.decode()).encode(), [CANARY]) == []


def test_the_queries_do_not_grow_with_images_or_registries(send: Send, team: Team, alice: User) -> None:
    few = _count(lambda: send(TRAIN))
    for number in range(20):
        registry = GitHub(namespace=f"org-{number}", username="robot", password=Secret(CANARY))
        team.connections.connect(f"ghcr-{number}", registry, by=alice)
    many = TRAIN + "".join(
        f"  j{number}:\n    with:\n      image: ghcr.io/org-{number}/a:1\n      containerRegistry: ghcr-{number}\n"
        for number in range(20)
    )

    assert _count(lambda: send(many)) == few
    assert few <= 12


def _count(act: Callable[[], Any]) -> int:
    """Return how many queries something takes."""
    asked = 0

    def count(execute: Any, *rest: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*rest)

    with database.execute_wrapper(count):
        assert act().status_code == 200
    return asked
