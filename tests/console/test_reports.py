"""A fault of ours: the page says so with a reference, and no report carries what was posted."""

import io
import logging
import sys
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console.models import Team, User
from console.reports import Line, Reporter
from registries import forms
from registries.tokens import Token
from tests.conftest import CANARY
from tests.unsaid import in_brackets


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    def fail(self: object) -> bool:
        planted = CANARY  # noqa: F841  # What a frame of the traceback holds.
        raise RuntimeError

    monkeypatch.setattr(forms.ConnectionForm, "is_valid", fail)
    settings.ADMINS = [("Operator", "operator@example.com")]


def post(client: Client, team: Team) -> bytes:
    client.raise_request_exception = False
    url = reverse("connection_new", args=[team.slug, "other"]) + f"?q={CANARY}"
    response = client.post(url, {"password": CANARY, "name": "web"}, headers={"X-Planted": CANARY})
    assert response.status_code == 500
    return response.content


def test_the_page_of_a_fault_has_a_reference_that_the_log_has_too(
    fault: None, alice: User, team: Team, signed_in: Callable[[User], Client], caplog: pytest.LogCaptureFixture
) -> None:
    page = post(signed_in(alice), team).decode()

    reference = next(record.args[0] for record in caplog.records if record.name == "berth")  # type: ignore[index]
    assert str(reference) in page
    assert "Berth ran into a fault" in page


def test_a_line_of_the_log_shows_where_a_fault_was_and_never_its_words() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Fault", None, sys.exc_info())

    line = Line("%(message)s").format(record)

    assert "ValueError at" in line
    assert "test_a_line_of_the_log" in line
    assert CANARY not in line


def test_a_path_cannot_forge_a_line_of_the_log(client: Client, db: None, caplog: pytest.LogCaptureFixture) -> None:
    client.raise_request_exception = False
    with patch("console.first_run.opens", side_effect=RuntimeError):
        client.post("/setup/x%0AINFO forged/")

    assert "\nINFO forged" not in "".join(record.getMessage() for record in caplog.records if record.name == "berth")
    assert any("fault" in record.getMessage() for record in caplog.records if record.name == "berth")


def test_the_mailed_report_carries_no_value(
    fault: None, alice: User, team: Team, signed_in: Callable[[User], Client]
) -> None:
    post(signed_in(alice), team)

    (report,) = mail.outbox
    assert "in fail" in report.body
    assert CANARY not in f"{report.subject} {report.body}"
    assert all(CANARY not in str(content) for content, _ in getattr(report, "alternatives", []))


def test_the_mailed_report_is_in_english_whatever_the_page_is_in(
    fault: None, alice: User, team: Team, signed_in: Callable[[User], Client], settings: Settings
) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    client = signed_in(alice)
    client.cookies["berth-language"] = "de"

    with in_brackets():
        page = post(client, team).decode()

    assert "⟦Berth ran into a fault⟧" in page
    assert "⟦" not in mail.outbox[0].subject + str(mail.outbox[0].body)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("/accounts/login/?x=%00", "testserver"),
        ("/accounts/login/", "elsewhere.example"),
        ("/api/v1/registries?x=%00", "testserver"),
        (f"/api/v1/credentials?{'a=1&' * 1500}", "testserver"),
    ],
)
def test_a_request_that_anybody_can_make_sends_no_mail(
    url: str, host: str, client: Client, db: None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ADMINS = [("Operator", "operator@example.com")]
    said = logging.getLogger("django.security")
    said.addHandler(caplog.handler)

    response = client.get(url, headers={"Host": host})

    said.removeHandler(caplog.handler)
    assert response.status_code == 400
    assert caplog.records
    assert mail.outbox == []


def test_a_fault_whose_cause_was_never_raised_is_reported() -> None:
    try:
        raise RuntimeError("outer") from ValueError("inner")
    except RuntimeError as error:
        report = Reporter(None, type(error), error, error.__traceback__).get_traceback_text()

    assert report.startswith("RuntimeError at outside a request")
    assert "test_reports.py" in report


def test_the_log_of_a_fault_carries_no_value(
    fault: None, alice: User, team: Team, signed_in: Callable[[User], Client], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    post(signed_in(alice), team)

    assert caplog.records
    assert CANARY not in caplog.text


TOKEN = Token.new("Ab3dE6gH")
TEXT = TOKEN.text.reveal()


@pytest.mark.parametrize("end", [0, 1, 20])
def test_a_token_in_an_address_is_not_logged(client: Client, db: None, caplog: pytest.LogCaptureFixture, end: int) -> None:
    client.get(f"/api/v1/{TEXT[: len(TEXT) - end]}")

    (record,) = [record for record in caplog.records if record.name == "django.request"]
    assert Line("%(message)s").format(record) == "Not Found: /api/v1/berth_Ab3dE6gH_…"


def test_a_fault_at_an_address_with_a_token_is_mailed_and_logged_without_it(
    client: Client, db: None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ADMINS = [("Operator", "operator@example.com")]
    client.raise_request_exception = False
    with patch("console.first_run.opens", side_effect=RuntimeError(TEXT)):
        client.get(f"/setup/{TEXT}/")

    (report,) = mail.outbox
    assert report.subject == "Berth: ERROR (EXTERNAL IP): Internal Server Error: /setup/…/"
    assert "RuntimeError at GET '/setup/…/'" in report.body
    (line,) = [record.getMessage() for record in caplog.records if record.name == "berth"]
    assert "at GET '/setup/…/'" in line
    for text in (report.subject, report.body, line):
        assert TOKEN.secret.reveal() not in text


@pytest.mark.parametrize("method", ["get", "post", "put"])
@pytest.mark.parametrize("path", ["/invitations/{}/", "/setup/{}/", "/accounts/password/reset/key/abc-{}/"])
def test_l19_no_secret_of_an_address_is_logged(path: str, method: str, client: Client, db: None) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Line("%(message)s"))
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)

    getattr(client, method)(path.format(CANARY))

    logger.removeHandler(handler)
    assert CANARY not in written.getvalue()
    assert written.getvalue().count(path.format("…").replace("abc-", "")) == written.getvalue().count("\n")
