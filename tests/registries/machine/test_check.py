"""`berth check`: what it asks of which files, what it tells people and programs, and how it ends."""

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registries.machine import berth
from registries.specs.verdicts import Rule
from tests.registries.machine.test_questions import SETTINGS, Time
from tests.registries.machine.world import ENVIRONMENT, SPEC, TOKEN, Api, Ran, answer, finding, problem, run, verdict

OK = finding(level="ok", rule="public", message="Public image. No registry needed.", fixes=[])
LATEST = finding(level="warning", rule="latest", message="Its tag is latest.", fixes=[])
FOUND = verdict(finding())
AWAY = berth.Passing("Nothing answers.")
UNREADABLE = answer(
    {"status": 422, "code": "unreadable_spec", "detail": "Line 2 begins with a tab.", "line": 2, "column": 1},
    422,
    "application/problem+json",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with a workload file in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def check(*arguments: str, answers: Any = FOUND, **around: Any) -> Ran:
    return run("berth", "check", *arguments, answers=answers, **around)


# What is asked ------------------------------------------------------------------------------------------------------


def test_the_file_is_sent_and_neither_its_name_nor_anything_else() -> None:
    ran = check("train.yaml")

    assert ran.api.paths == ["/api/v1/spec-checks"]
    assert ran.api.bodies == [{"spec": SPEC, "look_up": False}]
    assert ran.api.headers[0]["Content-Type"] == "application/json"
    assert [name for name, value in ran.api.headers[0].items() if TOKEN in value] == ["Authorization"]


def test_the_registries_are_asked_where_that_is_wanted() -> None:
    ran = check("train.yaml", "--look-up", "--needed-until", "2026-12-31")

    assert ran.api.bodies == [{"spec": SPEC, "look_up": True, "needed_until": "2026-12-31"}]


def test_each_file_is_asked_about_once(folder: Path) -> None:
    (folder / "two.yml").write_text("image: nginx\n")

    ran = check("train.yaml", "two.yml", "train.yaml")

    assert [body["spec"] for body in ran.api.bodies] == [SPEC, "image: nginx\n"]


def test_standard_input_is_a_file_too() -> None:
    ran = check("-", said=SPEC)

    assert ran.api.bodies == [{"spec": SPEC, "look_up": False}]
    assert ran.out.startswith("<stdin>:3:24: error: ")


def test_the_file_is_sent_as_it_is_but_for_its_byte_order_mark(folder: Path) -> None:
    (folder / "odd.yaml").write_bytes(b"\xef\xbb\xbfa: \xe6\xbc\xa2\r\nb: 1\r\n")

    assert check("odd.yaml").api.bodies[0]["spec"] == "a: 漢\r\nb: 1\r\n"


@pytest.mark.parametrize("arguments", [(), ("a", "--format", "xml"), ("a", "--needed-until", "soon"), ("a", "--insecure")])
def test_a_wrong_command_asks_nothing(arguments: tuple[str, ...]) -> None:
    ran = check(*arguments)

    assert (ran.code, ran.out, ran.api.paths) == (2, "", [])


# How it ends --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "given", "code"),
    [
        ((), verdict(), 0),
        ((), verdict(OK), 0),
        ((), verdict(OK, LATEST), 0),
        (("--strict",), verdict(OK, LATEST), 1),
        (("--strict",), verdict(OK), 0),
        ((), verdict(OK, finding()), 1),
        ((), UNREADABLE, 2),
        ((), problem(413, "too_large", "A request may hold 256 KiB."), 2),
        ((), berth.Answer(413, "text/html", b"<h1>Too large</h1>"), 2),
        ((), problem(401, "unauthorized"), 2),
        ((), problem(403, "plain_http"), 2),
        ((), problem(503, "unavailable", retry_after="900"), 2),
        ((), berth.Answer(200, "text/html", b""), 2),
        ((), answer({"findings": "none", "registries": 1}), 2),
        ((), answer({}), 2),
        ((), answer({"findings": {}, "registries": 1}), 2),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_the_exit_code_tells_what_was_found_from_what_was_not_checked(
    form: str, arguments: tuple[str, ...], given: Any, code: int
) -> None:
    ran = check("train.yaml", "--format", form, *arguments, answers=given)

    assert ran.code == code
    assert TOKEN not in ran.out + ran.err


@pytest.mark.parametrize(
    "change",
    [
        {"level": "fatal"}, {"rule": "a b"}, {"rule": None}, {"message": 1}, {"line": 0}, {"line": True}, {"line": "3"},
        {"column": 10**12}, {"end_line": 2}, {"end_column": 1}, {"owner": None}, {"fixes": {}}, {"fixes": [{}]},
        {"fixes": [{"title": "x", "edits": [{}]}]},
    ],
)  # fmt: skip
def test_a_finding_that_lacks_something_is_not_berths(change: dict[str, Any]) -> None:
    ran = check("train.yaml", answers=verdict(finding(**change)))

    assert ran.code == 2
    assert "is not Berth" in ran.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.yaml", "missing.yaml: error: It cannot be read: No such file or directory."),
        (".", ".: error: It cannot be read: Is a directory."),
        ("long.yaml", "long.yaml: error: It is too long: Berth reads workload files of 256 KiB."),
        ("latin.yaml", "latin.yaml: error: It is not UTF-8 text."),
        ("a\0b", "error: It cannot be read: no file is called so."),
        ("a\x1b[2J", "a\N{REPLACEMENT CHARACTER}[2J: error: It cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_and_the_others_are_still_checked(folder: Path, name: str, words: str) -> None:
    (folder / "long.yaml").write_text("#" * (256 * 1024 + 1))
    (folder / "latin.yaml").write_bytes("jörg: 1".encode("latin-1"))

    ran = check(name, "train.yaml")

    assert (ran.code, len(ran.api.paths)) == (2, 1)
    assert words in ran.out
    assert "train.yaml:3:24: error:" in ran.out
    assert ran.out.endswith("1 image in 1 file, against 8 registries: 1 error. 1 file could not be checked.\n")


def test_a_file_of_the_longest_length_is_sent(folder: Path) -> None:
    (folder / "long.yaml").write_text("#" * (256 * 1024))

    assert check("long.yaml", answers=verdict()).code == 0


def test_a_file_that_berth_cannot_read_is_shown_where_it_breaks(folder: Path) -> None:
    (folder / "broken.yaml").write_text("a:\n\timage: x\n")

    ran = check("broken.yaml", "train.yaml", answers=[UNREADABLE, verdict(OK)])

    assert ran.code == 2
    assert ran.out.splitlines() == [
        "broken.yaml:2:1: error: Line 2 begins with a tab. [unreadable_spec]",
        "    2 |     image: x",
        "      | ^",
        "1 image in 1 file, against 8 registries: 1 ok. 1 file could not be checked.",
    ]


@pytest.mark.parametrize("given", [AWAY, problem(401, "unauthorized"), berth.Answer(200, "text/html", b"")])
def test_what_would_be_the_same_for_the_next_file_ends_it(
    folder: Path, given: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(berth, "PAUSES_SECONDS", (0.001,))
    for name in ("a.yaml", "b.yaml"):
        (folder / name).write_text("image: nginx")

    ran = check("train.yaml", "a.yaml", "b.yaml", answers=[verdict(OK), given])

    assert ran.code == 2
    assert len(ran.api.paths) == (3 if given is AWAY else 2)
    assert ran.err.count("\n") == 1
    assert ran.out.endswith("1 ok. 2 files could not be checked.\n")


def test_without_a_token_no_file_is_read() -> None:
    ran = check("missing.yaml", environ={"BERTH_URL": "https://berth.example.com"})

    assert (ran.code, ran.out, ran.api.paths) == (2, "", [])
    assert "No machine token is set" in ran.err


def ask(*answers: Any, seconds: float = berth.CHECK_SECONDS) -> tuple[berth.Verdict | berth.Problem, Api, Time]:
    api, time = Api(list(answers)), Time()
    console = berth.Console(SETTINGS, seconds=seconds, exchange=api, clock=time, sleep=time.sleep)
    try:
        return console.check(SPEC), api, time
    except berth.Problem as given:
        return given, api, time


def test_a_token_that_asked_too_often_is_heard_again_within_a_minute() -> None:
    many = problem(429, "rate_limited", "Too often.", retry_after="10")

    given, api, time = ask(many, many, many, many, many, FOUND)

    assert isinstance(given, berth.Verdict)
    assert len(api.paths) == 6
    assert all(10 <= pause <= 12.5 for pause in time.pauses)


def test_it_comes_again_as_berth_says_and_never_past_the_deadline() -> None:
    given, api, time = ask(problem(429, "rate_limited", "Too often.", retry_after="1"), seconds=20)

    assert str(given) == "Too often. Try again in 1 s."
    assert time.now - 1000 <= 20
    assert 10 <= len(api.paths) <= 21


@pytest.mark.parametrize("fault", [AWAY, problem(503, "busy"), answer({}, 502), problem(503, "busy", retry_after="0")])
def test_a_fault_that_passes_is_asked_again_five_times_at_most(fault: Any) -> None:
    given, api, _ = ask(fault)

    assert isinstance(given, berth.Problem)
    assert len(api.paths) == 5
    assert all(body == api.bodies[0] for body in api.bodies)


# In words -----------------------------------------------------------------------------------------------------------


def test_a_finding_is_told_with_its_line_a_caret_and_its_fix() -> None:
    ran = check("train.yaml", answers=verdict(OK, LATEST, finding()))

    assert ran.code == 1
    assert ran.err == ""
    assert ran.out == (
        "train.yaml:3:24: warning: Its tag is latest. [latest]\n"
        "    3 |     containerRegistry: ghcr-nortwind\n"
        "      |                        ^~~~~~~~~~~~~\n"
        "train.yaml:3:24: error: No registry is called ghcr-nortwind. Did you mean ghcr-northwind? [unknown_name]\n"
        "    3 |     containerRegistry: ghcr-nortwind\n"
        "      |                        ^~~~~~~~~~~~~\n"
        "  fix: Use ghcr-northwind\n"
        "3 images in 1 file, against 8 registries: 1 error, 1 warning, 1 ok.\n"
    )


@pytest.mark.parametrize("name", ["::add-mask::x.yaml", " \u3000::add-mask::x.yaml"])
def test_a_file_cannot_be_called_so_that_its_lines_are_commands_to_github(folder: Path, name: str) -> None:
    (folder / name).write_text(SPEC, encoding="utf-8")

    told, missing = check(name, answers=verdict(LATEST)), check(f"{name}.old", "--format", "json")

    assert told.out.startswith("./::add-mask::x.yaml:3:24: warning: Its tag is latest.")
    assert missing.err == "./::add-mask::x.yaml.old: It cannot be read: No such file or directory.\n"
    assert [line for line in (told.out + missing.err).splitlines() if line.lstrip().startswith("::")] == []


def test_images_that_are_well_are_told_where_that_is_wanted() -> None:
    ran = check("train.yaml", "--all", answers=verdict(OK, registries=1))

    assert (ran.code, ran.out.splitlines()) == (
        0,
        [
            "train.yaml:3:24: ok: Public image. No registry needed. [public]",
            "1 image in 1 file, against 1 registry: 1 ok.",
        ],
    )


def test_a_file_without_an_image_is_well() -> None:
    ran = check("train.yaml", answers=verdict())

    assert (ran.code, ran.out) == (0, "No images in 1 file.\n")


def test_colours_are_for_terminals_whose_owner_wants_them() -> None:
    plain = check("train.yaml").out
    coloured = check("train.yaml", screen=True).out

    assert "\x1b" not in plain
    assert "\x1b[1;31merror:\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    for more in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert check("train.yaml", screen=True, environ={**ENVIRONMENT, **more}).out == plain
    assert check("train.yaml", screen=True, environ={**ENVIRONMENT, "NO_COLOR": ""}).out == coloured


def test_a_place_that_the_file_has_not_is_told_without_a_line() -> None:
    beyond = finding(line=99, end_line=99)

    assert len(check("train.yaml", answers=verdict(beyond)).out.splitlines()) == 2


def test_a_place_over_several_lines_is_marked_to_the_end_of_its_first(folder: Path) -> None:
    (folder / "long.yaml").write_text('image: "ghcr.io/\\\n  acme/web"\n')

    ran = check("long.yaml", answers=verdict(finding(line=1, column=8, end_line=2, end_column=12)))

    assert ran.out.splitlines()[1:3] == ['    1 | image: "ghcr.io/\\', "      |        ^~~~~~~~~~"]


@pytest.mark.parametrize(
    ("line", "start", "end", "width", "shown", "caret"),
    [
        ("image: nginx", 7, 12, 80, "image: nginx", "       ^~~~~"),
        ("\timage: x", 8, 9, 80, "    image: x", "           ^"),
        ("a\tb: x", 5, 6, 80, "a   b: x", "       ^"),
        ("漢字: x", 4, 5, 80, "漢字: x", "      ^"),
        ("a: 漢字 # x", 3, 5, 80, "a: 漢字 # x", "   ^~~~"),
        ("e\u0301\u0301: x", 5, 6, 80, "e\u0301\u0301: x", "   ^"),
        ("a: \x1b[2Jx", 3, 8, 80, "a: \N{REPLACEMENT CHARACTER}[2Jx", "   ^~~~~"),
        ("a: \u202ex\u200b", 4, 5, 80, "a: \N{REPLACEMENT CHARACTER}x\N{REPLACEMENT CHARACTER}", "    ^"),
        ("", 0, 0, 80, "", "^"),
        ("ab", 9, 12, 80, "ab", "  ^"),
        ("a: x", 3, 3, 80, "a: x", "   ^"),
        ("a" * 30 + "bc" + "d" * 30, 30, 32, 20, "…" + "a" * 6 + "bc" + "d" * 10 + "…", " " * 7 + "^~"),
        ("b" * 60, 0, 60, 20, "b" * 18 + "…", "^" + "~" * 17),
        ("a" * 60 + "b", 60, 61, 20, "…" + "a" * 6 + "b", " " * 7 + "^"),
    ],
)
def test_the_caret_stands_below_what_it_is_about(
    line: str, start: int, end: int, width: int, shown: str, caret: str
) -> None:
    assert berth.excerpt(line, start, end, width) == (shown, caret)


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    sizes = {"Mn": 0, "Me": 0}
    return sum(sizes.get(unicodedata.category(one), 2 if unicodedata.east_asian_width(one) in "WF" else 1) for one in text)


@given(
    before=st.text(max_size=900),
    marked=st.text(st.characters(categories=["L", "N", "Z", "S", "C"]), min_size=1, max_size=60),
    after=st.text(max_size=900),
    width=st.integers(30, 200),
)
@example("x" * 100_000, "y", "z" * 100_000, 80)
@example("e" + "\u0301" * 500, "y", "\u0301" * 500, 80)
def test_whatever_a_line_holds_it_fits_steers_nothing_and_the_caret_is_in_it(
    before: str, marked: str, after: str, width: int
) -> None:
    shown, caret = berth.excerpt(before + marked + after, len(before), len(before + marked), width)

    assert cells(shown) <= width + 2
    assert all(one.isprintable() for one in shown)
    assert len(shown) < 1000
    assert set(caret.lstrip(" ")) <= {"^", "~"}
    assert caret.count("^") == 1
    assert len(caret) <= cells(shown) + 1


def test_a_message_a_title_and_a_name_cannot_steer_the_terminal(folder: Path) -> None:
    evil = "\x1b]0;owned\x07\r\n::set-output::x\u202e"
    fix = {"title": evil, "edits": []}
    (folder / "a\x1b[2J.yaml").write_text(SPEC + "\x1b[2J\x9b\n", encoding="utf-8")
    given = verdict(finding(message=evil, owner=evil, fixes=[fix], line=4, end_line=4, column=1, end_column=2))

    for form in ("text", "json", "github", "sarif"):
        ran = check("a\x1b[2J.yaml", "no\x1b.yaml", "--format", form, answers=given)
        assert all(one == "\n" or one.isprintable() for one in ran.out + ran.err), form


# For programs -------------------------------------------------------------------------------------------------------


def test_json_is_the_answers_in_one_document() -> None:
    ran = check("train.yaml", "missing.yaml", "--format", "json", answers=verdict(finding(), OK))

    [file] = ran.document["files"]
    assert ran.document["ok"] is False
    assert file == {**json.loads(verdict(finding(), OK).body), "name": "train.yaml"}
    assert ran.document["problems"] == [
        {
            "name": "missing.yaml",
            "rule": "unreadable_file",
            "message": "It cannot be read: No such file or directory.",
            "line": 0,
            "column": 0,
        }
    ]
    assert ran.err == "missing.yaml: It cannot be read: No such file or directory.\n"


@pytest.mark.parametrize(("arguments", "ok"), [((), True), (("--strict",), False)])
def test_json_says_ok_where_the_exit_code_does(arguments: tuple[str, ...], ok: bool) -> None:
    ran = check("train.yaml", "--format", "json", *arguments, answers=verdict(LATEST))

    assert (ran.document["ok"], ran.code == 0) == (ok, ok)


def test_json_of_a_berth_that_does_not_answer_is_still_a_document() -> None:
    ran = check("train.yaml", "--format", "json", answers=problem(401, "unauthorized"))

    assert ran.document["files"] == []
    assert ran.document["problems"][0]["rule"] == "stopped"
    assert "does not accept this machine token" in ran.err


def test_github_gets_a_command_for_each_finding(folder: Path) -> None:
    (folder / "a,b:c%.yaml").write_text(SPEC)
    told = finding(message="100% of it,\r\nfails: here", fixes=[])

    ran = check("a,b:c%.yaml", "--format", "github", answers=verdict(told, LATEST, OK))

    where = "file=a%2Cb%3Ac%25.yaml,line=3,endLine=3,col=24,endColumn=37"
    assert ran.out.splitlines() == [
        f"::error {where},title=No registry has this name::100%25 of it, fails: here",
        f"::warning {where},title=The image has the tag latest::Its tag is latest.",
    ]


def test_github_is_told_a_path_from_the_top_of_the_repository(folder: Path) -> None:
    (folder / "flows").mkdir()
    (folder / "flows" / "train.yaml").write_text(SPEC)
    os.chdir(folder / "flows")

    for name in ("train.yaml", "./train.yaml", str(folder / "flows" / "train.yaml")):
        ran = check(name, "--format", "github", environ={**ENVIRONMENT, "GITHUB_WORKSPACE": str(folder)})
        assert "file=flows/train.yaml,line=3," in ran.out
    assert "file=train.yaml,line=3," in check("./train.yaml", "--format", "github").out
    assert "file=../train.yaml," in check("../train.yaml", "--format", "github").out


def test_github_is_told_of_files_and_faults_without_a_line() -> None:
    missing = check("missing.yaml", "--format", "github").out
    stopped = check("train.yaml", "--format", "github", answers=problem(401, "unauthorized")).out

    assert missing.startswith("::error file=missing.yaml,title=The file cannot be opened%2C or is no text::It cannot")
    assert stopped.startswith("::error title=Berth could not be asked::Berth does not accept this machine token: it has")


def test_columns_are_of_one_line_alone() -> None:
    ran = check("train.yaml", "--format", "github", answers=verdict(finding(end_line=4, end_column=2)))

    assert "line=3,endLine=4,col=24,title=" in ran.out


def walk(node: Any) -> Iterator[Any]:
    yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(inner)


def sarif(*arguments: str, answers: Any) -> dict[str, Any]:
    """Return the run of a log, after what SARIF 2.1.0 asks of every log was looked at."""
    document = check(*arguments, "--format", "sarif", answers=answers).document
    assert (document["version"], document["$schema"].rpartition("/")[2]) == ("2.1.0", "sarif-schema-2.1.0.json")
    [given] = document["runs"]
    assert given["tool"]["driver"]["name"]  # 3.19.8
    rules = given["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)  # 3.19.23
    assert all(rule["shortDescription"]["text"] for rule in rules)
    assert isinstance(given["invocations"][0]["executionSuccessful"], bool)  # 3.20.14
    for result in given["results"]:
        assert result["message"]["text"]  # 3.27.11
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]  # 3.27.6
        assert result["level"] in ("none", "note", "warning", "error")
        assert (result["level"] == "none") == (result.get("kind", "fail") != "fail")  # 3.27.10
        for fix in result.get("fixes", ()):
            assert all(change["artifactLocation"] and change["replacements"] for change in fix["artifactChanges"])  # 3.56
    for node in walk(given):
        if isinstance(node, dict) and "startLine" in node:
            assert 1 <= node["startLine"] <= node["endLine"]
            assert min(node["startColumn"], node["endColumn"]) >= 1
        if isinstance(node, dict) and "uri" in node:
            assert re.fullmatch(r"(file:///)?[A-Za-z0-9/%!$&'()*+,;=@~._-]+", node["uri"])
    run: dict[str, Any] = given
    return run


def test_sarif_has_each_finding_with_its_rule_its_place_and_its_fix() -> None:
    given = sarif("train.yaml", answers=verdict(OK, LATEST, finding()))

    latest, misspelt = given["results"]
    assert [rule["id"] for rule in given["tool"]["driver"]["rules"]] == ["latest", "unknown_name"]
    assert given["invocations"][0]["exitCode"] == 1
    file = {"uri": "train.yaml", "uriBaseId": "%SRCROOT%"}
    region = {"startLine": 3, "startColumn": 24, "endLine": 3, "endColumn": 37}
    assert latest["level"] == "warning"
    assert misspelt == {
        "ruleId": "unknown_name",
        "ruleIndex": 1,
        "level": "error",
        "message": {"text": "No registry is called ghcr-nortwind. Did you mean ghcr-northwind?"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": file, "region": region},
                "logicalLocations": [{"name": "evaluate"}],
            }
        ],
        "fixes": [
            {
                "description": {"text": "Use ghcr-northwind"},
                "artifactChanges": [
                    {
                        "artifactLocation": file,
                        "replacements": [{"deletedRegion": region, "insertedContent": {"text": "ghcr-northwind"}}],
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    "given",
    [verdict(), verdict(OK), verdict(finding()), UNREADABLE, problem(401, "unauthorized"), problem(413, "too_large")],
)
@pytest.mark.parametrize("arguments", [(), ("--all",), ("--strict",)])
def test_every_log_of_sarif_is_one(arguments: tuple[str, ...], given: Any, folder: Path) -> None:
    (folder / "ä b:c#%.yaml").write_text(SPEC)

    log = sarif("ä b:c#%.yaml", "missing.yaml", "-", str(Path(__file__)), *arguments, answers=given)

    code = log["invocations"][0]["exitCode"]
    assert log["invocations"][0]["executionSuccessful"] == (code != 2)
    uris = {node["uri"] for node in walk(log) if isinstance(node, dict) and "uri" in node}
    assert uris <= {"%C3%A4%20b%3Ac%23%25.yaml", "missing.yaml", "stdin", Path(__file__).as_uri()}


def test_a_fault_of_berth_is_a_notification_of_sarif() -> None:
    given = sarif("train.yaml", answers=problem(401, "unauthorized"))

    [told] = given["invocations"][0]["toolExecutionNotifications"]
    assert told["level"] == "error"
    assert told["message"]["text"].startswith("Berth does not accept this machine token")


def test_images_that_are_well_pass_in_sarif() -> None:
    [passed] = sarif("train.yaml", "--all", answers=verdict(OK))["results"]

    assert (passed["kind"], passed["level"]) == ("pass", "none")


# The program --------------------------------------------------------------------------------------------------------


def test_each_rule_of_berth_has_its_words() -> None:
    assert list(berth.RULES) == [*(str(rule) for rule in Rule), "unreadable_spec", "unreadable_file", "too_large"]
    assert len(set(berth.RULES.values())) == len(berth.RULES)


def test_a_rule_that_a_later_berth_adds_is_told_by_its_id() -> None:
    new = verdict(finding(rule="brand_new"))

    assert "[brand_new]" in check("train.yaml", answers=new).out
    assert "title=brand_new::" in check("train.yaml", "--format", "github", answers=new).out
    assert sarif("train.yaml", answers=new)["tool"]["driver"]["rules"][0]["id"] == "brand_new"


def test_help_says_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--help", environ={}).code == 0

    said = " ".join(capsys.readouterr().out.split())
    assert "Exit codes: 0 all is well, 1 something was found, 2 something could not be checked." in said
    for word in ("--look-up", "--format {text,json,github,sarif}", "--all", "--strict", "--needed-until", "FILE"):
        assert word in said


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\rb", "a\x85b", "a\u2028b"])
def test_lines_end_where_yaml_ends_them(folder: Path, text: str) -> None:
    (folder / "lines.yaml").write_bytes(text.encode())

    ran = check("lines.yaml", answers=verdict(finding(line=2, end_line=2, column=1, end_column=2)))

    assert ran.out.splitlines()[1] == "    2 | b"


def in_words_of(width: int) -> Callable[[Any], list[str]]:
    def told(given: Any) -> list[str]:
        one = berth.Checked("f", "x" * 500, berth.Verdict.read(json.loads(given.body)))
        return list(berth.in_words(one, every=False, paint=lambda words, kind: words, width=width))

    return told


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_of_the_file_is_wider_than_the_terminal(width: int) -> None:
    told = in_words_of(width)(verdict(finding(line=1, column=250, end_line=1, end_column=300)))

    assert all(len(line) <= width for line in told[1:3])
    assert len(told[1]) == width
