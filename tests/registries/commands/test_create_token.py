"""`manage.py create_token TEAM NAME`: a token on standard output, words beside it, and an exit code for scripts."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from console.models import Team, Verb
from registries.models import Connection, MachineToken
from registries.models.machine_token import end_of
from registries.tokens import Token


def created(*arguments: str) -> tuple[str, str]:
    """Return what the command wrote: to standard output, and to standard error."""
    out, err = StringIO(), StringIO()
    call_command("create_token", *arguments, stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def test_the_token_alone_goes_to_standard_output(team: Team) -> None:
    out, err = created("northwind", "ci-runner")

    token = Token.read(out.removesuffix("\n"))
    row = team.machine_tokens.get()
    assert token is not None
    assert (row.public_id, row.digest, row.name) == (token.public_id, token.digest, "ci-runner")
    assert token.secret.reveal() not in err
    day = timezone.localdate() + timedelta(days=90)
    assert err == (
        "Made ci-runner for Northwind: it reads credentials of all registries and ends on "
        f"{day.day} {day:%b %Y}. Berth keeps only a hash of it and cannot show it again.\n"
    )


def test_it_is_recorded_as_made_by_nobody_in_particular(team: Team) -> None:
    created("northwind", "ci-runner")

    event = team.events.first()
    assert event is not None
    assert (event.verb, event.subject, event.by) == (Verb.MACHINE_TOKEN_ISSUED, "ci-runner", None)
    assert team.machine_tokens.get().created_by is None


def test_by_default_it_reads_all_and_ends_in_90_days(team: Team, connection: Connection) -> None:
    created("northwind", "ci-runner")

    row = team.machine_tokens.get()
    assert (row.everything, row.connections.count()) == (True, 0)
    assert row.ends_at == end_of(timezone.localdate() + timedelta(days=90))


def test_it_is_limited_to_the_registries_that_are_named(team: Team, connection: Connection) -> None:
    other = team.connections.connect("other", connection.open(), by=team.memberships.all()[0].user)

    _, err = created("northwind", "one", "--registry", "WEB", "--days", "1")
    created("northwind", "two", "--registry", "web", "other")
    created("northwind", "three", "--registry", "web", "--registry", "other")

    one, two, three = team.machine_tokens.order_by("pk")
    assert (one.everything, list(one.connections.all())) == (False, [connection])
    assert one.ends_at == end_of(timezone.localdate() + timedelta(days=1))
    assert "it reads credentials of web and" in err
    assert {*two.connections.all()} == {*three.connections.all()} == {connection, other}


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("nowhere", "ci"), 2, "There is no team nowhere. It is named by the slug in its address."),
        (("northwind", "ci", "--registry", "web", "nothing"), 2, "Northwind has no registry nothing. Nothing was made."),
        (
            ("northwind", "TAKEN"),
            1,
            "Northwind has a machine token TAKEN already. Choose another name, or remove",
        ),
        (("northwind", "a b"), 2, "'a b' cannot name a token. Use letters, digits, dots, dashes and underscores,"),
        (("northwind", ""), 2, "'' cannot name a token."),
        (("northwind", "x" * 65), 2, "Use at most 64 characters."),
        (("northwind", "ci", "--days", "0"), 2, "A token ends after 1 to 365 days."),
        (("northwind", "ci", "--days", "-3"), 2, "A token ends after 1 to 365 days."),
        (("northwind", "ci", "--days", "366"), 2, "A token ends after 1 to 365 days."),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_made(
    arguments: tuple[str, ...], code: int, sentence: str, team: Team, connection: Connection
) -> None:
    created("northwind", "taken")
    out = StringIO()

    with pytest.raises(CommandError) as refused:
        call_command("create_token", *arguments, stdout=out, no_color=True)

    assert refused.value.returncode == code
    assert sentence in str(refused.value)
    assert out.getvalue() == ""
    assert MachineToken.objects.count() == 1


def test_a_registry_of_another_team_is_not_found(team: Team, connection: Connection, charlie: object) -> None:
    with pytest.raises(CommandError, match="Elsewhere has no registry web"):
        created("elsewhere", "ci", "--registry", "web")

    assert not MachineToken.objects.exists()
