"""A fault of ours: the page says so with a reference, and no report carries what was posted."""

import logging
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console.models import Team, User
from registries import forms
from tests.conftest import CANARY


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


def test_the_mailed_report_carries_no_value(
    fault: None, alice: User, team: Team, signed_in: Callable[[User], Client]
) -> None:
    post(signed_in(alice), team)

    (report,) = mail.outbox
    assert "in fail" in report.body
    assert CANARY not in f"{report.subject} {report.body}"
    assert all(CANARY not in str(content) for content, _ in getattr(report, "alternatives", []))


def test_the_log_of_a_fault_carries_no_value(
    fault: None, alice: User, team: Team, signed_in: Callable[[User], Client], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    post(signed_in(alice), team)

    assert caplog.records
    assert CANARY not in caplog.text
