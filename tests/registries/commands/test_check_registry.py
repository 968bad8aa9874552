"""`manage.py check_registry TEAM/NAME`: the five steps on a terminal, and an exit code for scripts."""

import time
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from registries.models import Check, Connection
from registries.models import check as check_module
from registries.outcomes import Finding, Outcome, State, Step, StepResult
from tests.conftest import CANARY


def ending(outcome: Outcome, state: State, **more: Any) -> Any:
    def examine(registry: Any, check: Check, **details: Any) -> Finding:
        steps = tuple(
            StepResult(
                step=step, state=state, fact=f"{step.label} is a fact.", fix="Do this.", said="HTTP 401", ms=7, **more
            )
            if step == Step.SIGN_IN
            else StepResult(step=step, state=State.PASSED, fact="Fine.", ms=3)
            for step in Step
        )
        return Finding(outcome=outcome, steps=steps)

    return examine


def checked(name: str = "northwind/web") -> str:
    out = StringIO()
    call_command("check_registry", name, stdout=out, no_color=True)
    return out.getvalue()


def test_a_connection_that_works_is_shown_step_by_step(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_module, "examine", ending(Outcome.CONNECTED, State.PASSED))

    shown = checked("northwind/WEB")

    assert [line.split()[0] for line in shown.splitlines() if line.startswith("ok")] == ["ok"] * 5
    assert shown.splitlines()[-1] == "web: Connected."
    assert CANARY not in shown
    connection.refresh_from_db()
    assert connection.outcome == Outcome.CONNECTED


@pytest.mark.parametrize(
    ("outcome", "code"), [(Outcome.SIGN_IN_REFUSED, 1), (Outcome.NOT_TRUSTED, 1), (Outcome.COULD_NOT_CHECK, 2)]
)
def test_what_is_wrong_is_told_and_exits_with_a_code(
    outcome: Outcome, code: int, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_module, "examine", ending(outcome, State.FAILED))
    out = StringIO()

    with pytest.raises(CommandError) as refused:
        call_command("check_registry", "northwind/web", stdout=out, no_color=True)

    assert refused.value.returncode == code
    assert outcome.label in str(refused.value)
    for words in ("failed", "Sign in is a fact.", "Do this.", "The registry said HTTP 401."):
        assert words in out.getvalue()


@pytest.mark.parametrize("name", ["northwind/nothing", "nowhere/web", "web", "", "northwind/"])
def test_a_name_that_leads_nowhere_is_told(name: str, connection: Connection) -> None:
    with pytest.raises(CommandError, match="There is no connection") as refused:
        checked(name)

    assert refused.value.returncode == 2
    assert not Check.objects.exists()


def test_a_paused_connection_is_not_checked(connection: Connection) -> None:
    Connection.objects.update(paused=True)

    with pytest.raises(CommandError, match="is paused"):
        checked()

    assert not Check.objects.exists()


def test_a_check_that_another_process_runs_is_waited_for(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    running = Check.objects.ask(connection, by=None)
    Check.objects.update(started_at=running.queued_at)
    passed = tuple(StepResult(step=step, state=State.PASSED, fact="Fine.") for step in Step)
    finding = Finding(outcome=Outcome.CONNECTED, steps=passed)
    monkeypatch.setattr(time, "sleep", lambda seconds: running.finish(finding))
    monkeypatch.setattr(check_module, "examine", lambda *args, **more: pytest.fail("It was run twice."))

    assert checked().splitlines()[-1] == "web: Connected."


def test_a_token_host_that_can_be_approved_is_named(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    naming = ending(Outcome.NOT_A_REGISTRY, State.FAILED, token_host="https://auth.example.net")
    monkeypatch.setattr(check_module, "examine", naming)
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("check_registry", "northwind/web", stdout=out, no_color=True)

    assert "An admin can approve https://auth.example.net on the registry’s page." in out.getvalue()
