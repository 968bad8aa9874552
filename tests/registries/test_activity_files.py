"""A team's activity as a file: whole, in order, harmless in spreadsheets, and a chain that can be checked without Berth."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from console import activity_files
from console.models import Event, Team, User, Verb
from console.models.chain import BEGINNING, faults

PAGE = "/teams/northwind/activity/"
ROOT = Path(__file__).parents[2]
People = Callable[[User], Client]


@pytest.fixture
def admins(team: Team, bob: User, signed_in: People) -> Client:
    return signed_in(bob)


def download(client: Client, suffix: str, query: str = "") -> bytes:
    response = client.get(f"{PAGE}export.{suffix}{query}")
    assert response.status_code == 200
    return b"".join(response)


def lines(client: Client, query: str = "") -> list[dict[str, Any]]:
    return [json.loads(line) for line in download(client, "jsonl", query).decode().splitlines()]


def table(client: Client, query: str = "") -> list[dict[str, str]]:
    text = download(client, "csv", query).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


STRANGE = [
    "plain", "", "Tomás", "with, comma", 'with "quotes"', "two\nlines", "carriage\r\nreturn", "\U0001f6a2", "\u202etxt.exe",
    "a" * 300, "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a;=1+1", "a\n=1+1", "＝1+1", "'=1", "<script>", "\u2028",
    "x;\"=cmd|' /C calc'!A0", 'x\t"=1+1', 'x\n"=1+1', 'x;""=1+1', 'x; "=1+1', 'x;" =1+1', '"=1+1', " =1+1", "\xa0=1+1",
    "x;\t\"@A1", "x\x0b=1+1", "x\x0c\"=1+1", 'x"\r\n"-1', 'x;\n"\u3000"+1', "x,=1+1", 'x,"=1+1', '";=1+1', '";"=1+1;"',
]  # fmt: skip


@pytest.fixture
def strange(team: Team, alice: User) -> list[Event]:
    return [Event.record(team, Verb.INVITED, text, by=alice, detail=text) for text in STRANGE]


# What is in a file ------------------------------------------------------------------------------------------------------


def test_a_file_has_all_rows_the_oldest_first_and_that_it_was_downloaded(
    team: Team, strange: list[Event], admins: Client
) -> None:
    rows = lines(admins)

    assert [row["number"] for row in rows] == list(range(1, team.events.count() + 1))
    assert (rows[-1]["verb"], rows[-1]["who"], rows[-1]["detail"]) == ("person:activity:download", "Bob Berg", "As JSONL.")
    assert [row["subject"] for row in rows if row["verb"] == Verb.INVITED] == STRANGE


def test_the_columns_are_those_that_are_allowed(strange: list[Event], admins: Client) -> None:
    wanted = [
        "number", "at", "source", "verb", "who", "login", "by", "subject", "about", "detail", "said", "address", "team",
        "previous", "digest",
    ]  # fmt: skip

    assert list(table(admins)[0]) == wanted
    in_english_alone = [name for name in wanted if name != "said"]
    assert {tuple(row) for row in lines(admins)} == {tuple(wanted), tuple(in_english_alone)}


def test_a_file_has_a_name_a_type_and_is_kept_by_nobody(team: Team, alice: User, admins: Client) -> None:
    with time_machine.travel("2027-11-21T23:30:00Z", tick=False):
        admins.force_login(alice)
        responses = [admins.get(f"{PAGE}export.{suffix}") for suffix in ("csv", "jsonl")]

    for response, suffix, kind in zip(responses, ("csv", "jsonl"), ("text/csv", "application/jsonl"), strict=True):
        name = f"northwind-activity-2027-11-21.{suffix}"
        assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response.headers["Content-Type"] == f"{kind}; charset=utf-8"
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_has_what_the_filters_keep_and_the_record_says_which(
    team: Team, strange: list[Event], alice: User, admins: Client
) -> None:
    rows = lines(admins, f"?q=comma&kind=changes&person={alice.pk}&since=7")

    assert [row["subject"] for row in rows] == ["with, comma"]
    told = team.events.get(verb=Verb.ACTIVITY_DOWNLOADED)
    assert told.detail == "As JSONL. Kind: Changes. Person: Alice Andersen. Since: Last 7 days. With a text."
    assert str(told) == "Bob Berg downloaded the activity"


def test_a_filter_that_is_none_leads_to_the_page_that_says_so(team: Team, admins: Client) -> None:
    response = admins.get(f"{PAGE}export.csv?kind=secret")

    assert response.headers["Location"] == f"{PAGE}?kind=secret"
    assert not team.events.filter(verb=Verb.ACTIVITY_DOWNLOADED).exists()


def test_parts_are_put_together_without_a_gap(
    team: Team, strange: list[Event], admins: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(activity_files, "PART_ROWS", 7)

    rows = lines(admins)

    assert [row["number"] for row in rows] == list(range(1, team.events.count() + 1))
    assert [row["subject"] for row in lines(admins, "?q=comma")] == ["with, comma"]


def test_rows_that_come_while_a_file_is_read_are_not_in_it(team: Team, alice: User, admins: Client) -> None:
    response = admins.get(f"{PAGE}export.jsonl")
    Event.record(team, Verb.INVITED, "later@example.com", by=alice)

    assert b"later@example.com" not in b"".join(response)


def test_a_file_that_breaks_off_says_so(
    team: Team, strange: list[Event], admins: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_part_and_a_fault(*args: Any) -> Any:
        yield list(team.events.order_by("number"))
        raise RuntimeError("The database went away.")

    monkeypatch.setattr(activity_files, "rows", one_part_and_a_fault)
    for suffix in ("csv", "jsonl"):
        got = []
        with pytest.raises(RuntimeError):  # noqa: PT012
            for part in admins.get(f"{PAGE}export.{suffix}"):
                got.append(part)  # noqa: PERF402

        assert b"This file is not whole" in got[-1]


def test_a_file_that_takes_too_long_says_so(strange: list[Event], admins: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity_files, "FILE_SECONDS", 0.0)
    got = []

    with pytest.raises(TimeoutError):  # noqa: PT012
        for part in admins.get(f"{PAGE}export.jsonl"):
            got.append(part)  # noqa: PERF402

    assert b"or it took too long to be read" in got[-1]


# Spreadsheets -----------------------------------------------------------------------------------------------------------


def test_l11_nothing_in_a_table_is_a_formula(strange: list[Event], admins: Client) -> None:
    text = download(admins, "csv").decode("utf-8-sig")

    tables = [csv.reader(io.StringIO(text, newline=""), delimiter=sign) for sign in ",;\t"]
    cells = [cell for lines in tables for line in lines for cell in line]
    assert [cell for cell in cells if re.match(r"[\s\"]*[=+\-@＝＋－＠]|[\t\r]", cell)] == []
    assert "'=1+1" in cells


def test_what_is_harmless_comes_back_as_it_was(strange: list[Event], admins: Client) -> None:
    subjects = [row["subject"] for row in table(admins) if row["verb"] == Verb.INVITED]

    for text, got in zip(STRANGE, subjects, strict=True):
        assert got.replace("'", "") == text.replace("'", "")
    assert subjects[:10] == STRANGE[:10]


def test_excel_is_told_that_a_table_is_utf_8(strange: list[Event], admins: Client) -> None:
    assert download(admins, "csv").startswith(b"\xef\xbb\xbfnumber,at,")
    assert not download(admins, "jsonl").startswith(b"\xef\xbb\xbf")


# The chain --------------------------------------------------------------------------------------------------------------


def test_the_chain_can_be_checked_from_a_file_alone(team: Team, strange: list[Event], admins: Client) -> None:
    previous = BEGINNING
    for row in lines(admins):
        digest = row.pop("digest")
        del row["source"]
        assert row["previous"] == previous
        told = json.dumps(row, sort_keys=True, ensure_ascii=False)
        assert hashlib.sha256(told.encode()).hexdigest() == digest
        previous = digest

    assert list(faults(team.pk)) == []


def program_of_the_readme() -> str:
    """Return the lines of Python that README has for this."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"( {4}import hashlib, json, sys\n(?: {4}.*\n)+)", text)
    assert found
    return re.sub(r"(?m)^ {4}", "", found[1])


@pytest.mark.parametrize("altered", [False, True])
def test_the_readmes_program_tells_a_file_that_was_altered(
    altered: bool, strange: list[Event], admins: Client, tmp_path: Path
) -> None:
    body = download(admins, "jsonl").decode()
    file = tmp_path / "activity.jsonl"
    file.write_text(body.replace("with, comma", "without") if altered else body, encoding="utf-8", newline="\n")

    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program_of_the_readme(), file], capture_output=True, text=True, check=False
    )

    assert ran.returncode == int(altered), ran.stderr
    assert bool(re.search(r"altered at row \d+", ran.stderr)) is altered
