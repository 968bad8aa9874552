"""A fix leads to the field that it is about: for every flavor and every way a check can end, there is one in its form."""

import re
from collections.abc import Sequence

import pytest
from django.utils import timezone

from console.models import Team
from registries.distribution import (
    AccessDenied,
    BlockedByPolicy,
    ConnectionRefused,
    NameNotFound,
    NotARegistry,
    NotFound,
    NotTrusted,
    RateLimited,
    RealmRefused,
    Reference,
    RegistryError,
    SignInRefused,
    Unreachable,
)
from registries.explanations import Asked, explain
from registries.flavors import FLAVORS
from registries.flavors.base import Flavor, inputs
from registries.forms import ConnectionForm
from registries.models import Check, Connection, Sealed
from registries.outcomes import Mend, Outcome, State, Step, StepResult, steps_as_json, steps_from_json
from registries.repairs import TO_ADD_THE_AUTHORITY, TO_CHANGE_THE_PURPOSE, TO_NAME_AN_IMAGE, to_replace_the_secret
from tests.registries.flavor_table import TABLE, Good, Row, made, registry_of
from tests.registries.flavor_table.aws import KEYS as AWS_KEYS

IMAGE = Reference.parse("registry.example.com/team/app:1")
COMMON = {"test_image", "ca_certificate", "purpose"}
ENDS: dict[str, tuple[RegistryError, Step]] = {
    "no such name": (NameNotFound(), Step.DNS),
    "a private network": (BlockedByPolicy(allow="10.0.0.0/8"), Step.DNS),
    "an address that nobody may allow": (BlockedByPolicy(), Step.DNS),
    "a closed port": (ConnectionRefused(), Step.TLS),
    "an unknown authority": (NotTrusted(reason="unknown_authority"), Step.TLS),
    "a certificate that expired": (NotTrusted(reason="expired"), Step.TLS),
    "a certificate of another": (NotTrusted(reason="wrong_host"), Step.TLS),
    "no TLS": (NotTrusted(), Step.TLS),
    "a network rule": (Unreachable(status=403), Step.SIGN_IN),
    "a fault of theirs": (Unreachable(status=503), Step.SIGN_IN),
    "no registry": (NotARegistry(status=404), Step.SIGN_IN),
    "a foreign token service": (RealmRefused(), Step.SIGN_IN),
    "a wrong password": (SignInRefused(status=401), Step.SIGN_IN),
    "a login without rights": (AccessDenied(status=403), Step.SIGN_IN),
    "a limit": (RateLimited(status=429), Step.PULL),
    "a pull refused": (AccessDenied(status=403), Step.PULL),
    "no such image": (NotFound(status=404, code="MANIFEST_UNKNOWN"), Step.PULL),
    "a push refused": (AccessDenied(status=403), Step.PUSH),
    "no uploads": (NotFound(status=404), Step.PUSH),
}
goods = pytest.mark.parametrize(
    ("row", "good"), [pytest.param(row, good, id=f"{row.slug}-{n}") for row in TABLE for n, good in enumerate(row.good)]
)


def result(registry: Flavor, end: str, *, has_login: bool = True) -> tuple[Outcome, StepResult]:
    error, step = ENDS[end]
    image = IMAGE if step in (Step.PULL, Step.PUSH) else None
    return explain(error, Asked(registry=registry, step=step, has_login=has_login, image=image))


def words(registry: Flavor, end: str, *, has_login: bool = True) -> list[str]:
    return [mend.words for mend in result(registry, end, has_login=has_login)[1].mends]


def shown(flavor: type[Flavor], registry: Flavor, team: Team) -> set[str]:
    """Return the ids of what a person can reach in the form of this registry."""
    form = ConnectionForm(flavor=flavor, team=team, initial={**registry.settings(), "purpose": "pull"})
    settings = registry.settings()
    there = [
        field.as_field_group()
        for group in form.groups
        for row in group.rows
        for field in row
        if field.name not in inputs(flavor) or inputs(flavor)[field.name].applies(settings)
    ]
    controls = re.findall(r"<(?:input|textarea|select)\b[^>]*>", "".join(there))
    return {found[1] for tag in controls if (found := re.search(r'\bid="([^"]+)"', tag))}


# Every flavor -------------------------------------------------------------------------------------------------------


@goods
def test_every_link_leads_to_a_control_that_the_form_shows(row: Row, good: Good, team: Team) -> None:
    registry = made(row.slug, {**row.typed, **good.typed})
    ids = shown(FLAVORS[row.slug], registry, team)

    for end in ENDS:
        for has_login in (True, False):
            anchors = [mend.anchor for mend in result(registry, end, has_login=has_login)[1].mends]
            assert set(anchors) <= ids
            assert len(set(anchors)) == len(anchors)


@goods
def test_what_a_fix_names_is_linked(row: Row, good: Good) -> None:
    registry = made(row.slug, {**row.typed, **good.typed})

    for end in ENDS:
        _, step = result(registry, end)
        anchors = {mend.anchor for mend in step.mends}
        for named, anchor in {
            "test image": "id_test_image", "hoose Pull": "id_purpose_0", "CA certificate": "id_ca_certificate",
        }.items():  # fmt: skip
            assert (anchor in anchors) == (named in step.fix), f"{end}: {step.fix}"
        if " region" in step.fix and "region" in inputs(type(registry)):
            assert "id_region" in anchors


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.slug)
def test_a_refused_login_leads_to_its_secret_first(row: Row) -> None:
    registry = registry_of(row)

    first, *_ = result(registry, "a wrong password")[1].mends

    assert first.words == "Replace the secret"
    assert inputs(type(registry))[first.anchor.removeprefix("id_")].sealed
    assert to_replace_the_secret(registry) == (first,)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.slug)
def test_what_a_hint_is_about_are_fields_of_its_form(row: Row) -> None:
    flavor = FLAVORS[row.slug].without_secrets({})

    assert {name for names in flavor.hint_fields.values() for name in names} <= {*inputs(type(flavor)), *COMMON}
    assert set(flavor.hint_fields) <= set(flavor.hints)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.slug)
def test_what_others_have_to_mend_leads_nowhere(row: Row) -> None:
    registry = registry_of(row)

    for end in (
        "a private network",
        "a certificate that expired",
        "a certificate of another",
        "a fault of theirs",
        "a limit",
    ):
        assert words(registry, end) == []


# Telling ones -------------------------------------------------------------------------------------------------------

TELLING: list[tuple[str, dict[str, str], str, Sequence[str]]] = [
    ("github", {}, "a wrong password", ["Replace the secret"]),
    ("dockerhub", {}, "a wrong password", ["Replace the secret", "Change the username"]),
    ("dockerhub", {}, "a pull refused", ["Change the test image"]),
    ("dockerhub", {}, "a closed port", []),  # Its host is no field.
    ("other", {}, "a closed port", ["Change the registry URL"]),
    ("other", {}, "no such name", ["Change the registry URL"]),
    ("other", {}, "no registry", ["Change the registry URL"]),
    ("other", {}, "a foreign token service", ["Change the registry URL"]),
    ("other", {}, "an address that nobody may allow", ["Change the registry URL"]),
    ("other", {}, "no TLS", ["Change the registry URL"]),
    ("other", {}, "a network rule", []),
    ("other", {}, "an unknown authority", ["Add the CA certificate"]),
    ("other", {}, "no such image", ["Change the test image"]),
    ("other", {}, "a push refused", ["Change what the team needs"]),
    ("other", {}, "no uploads", ["Change what the team needs"]),
    ("other", {}, "a pull refused", []),
    # It knows AWS's hint, and has none of AWS's fields but the password.
    ("other", {"url": "402918374655.dkr.ecr.eu-west-1.amazonaws.com"}, "a wrong password", ["Replace the secret"]),
    ("other", {"url": "402918374655.dkr.ecr.eu-west-1.amazonaws.com"}, "a closed port", ["Change the registry URL"]),
    ("gcp", {}, "a pull refused", ["Change the region", "Change the project", "Change the repository"]),
    ("gcp", {}, "no such name", ["Change the region"]),
    ("azure", {}, "a network rule", ["Change the registry name"]),
    ("aws", {}, "a closed port", ["Change the region"]),
    (
        "aws",
        dict(AWS_KEYS),
        "a wrong password",
        ["Replace the secret", "Change the access key ID", "Replace the session token"],
    ),
    ("aws", {}, "a wrong password", ["Replace the secret"]),
    ("digitalocean", {}, "a pull refused", ["Replace the secret", "Change the registry name"]),
    ("digitalocean", {}, "a push refused", ["Replace the secret", "Change what the team needs"]),
]


@pytest.mark.parametrize(("slug", "typed", "end", "expected"), TELLING)
def test_a_fix_leads_to_what_it_is_about(slug: str, typed: dict[str, str], end: str, expected: Sequence[str]) -> None:
    row = next(row for row in TABLE if row.slug == slug)

    assert words(made(slug, {**row.typed, **typed}), end) == expected


def test_without_a_login_the_way_to_sign_in_is_what_there_is_to_choose() -> None:
    row = next(row for row in TABLE if row.slug == "other")
    open_to_all = made("other", {"url": row.typed["url"], "method": "none"})

    assert words(open_to_all, "a pull refused", has_login=False) == ["Choose how to sign in"]
    assert words(open_to_all, "a push refused", has_login=False) == ["Choose how to sign in", "Change what the team needs"]
    assert to_replace_the_secret(open_to_all) == ()


def test_the_links_are_stored_with_the_steps() -> None:
    row = next(row for row in TABLE if row.slug == "dockerhub")
    _, step = result(registry_of(row), "a wrong password")

    assert steps_from_json(steps_as_json((step,))) == (step,)


def test_steps_that_were_stored_without_links_are_still_read() -> None:
    (step,) = steps_from_json([{"step": "dns", "state": "failed", "fact": "No.", "ms": 3}])

    assert (step.fact, step.mends) == ("No.", ())


# What the row and the page of a connection offer ------------------------------------------------------------------------


def found(connection: Connection, outcome: Outcome, mend: Mend | None, *, now: Outcome | None = None) -> tuple[str, str]:
    """Return what a connection offers whose last check ended so, at a step that this mends."""
    step = StepResult(step=Step.TLS, state=State.FAILED, mends=(mend,) if mend else ())
    check = connection.checks.create(
        team=connection.team, host=connection.host, outcome=outcome, finished_at=timezone.now(),
        steps_json=steps_as_json((step,)),
    )  # fmt: skip
    Connection.objects.filter(pk=connection.pk).update(outcome=outcome if now is None else now, last_check=check)
    return connection.team.connections.get(pk=connection.pk).repair


EDIT = ("Edit", "id_name")
SECRET = ("Replace the secret", "id_password")


@pytest.mark.parametrize(
    ("outcome", "mend", "now", "offered"),
    [
        (Outcome.NOT_TRUSTED, TO_ADD_THE_AUTHORITY, None, ("Add the CA certificate", "id_ca_certificate")),
        (Outcome.NOT_TRUSTED, None, None, EDIT),  # It has expired, and its owner has to replace it.
        (Outcome.NO_PUSH_ACCESS, TO_CHANGE_THE_PURPOSE, None, ("Change what the team needs", "id_purpose_0")),
        (Outcome.SIGN_IN_REFUSED, None, None, SECRET),
        (Outcome.ENDED, None, None, SECRET),
        (Outcome.CONNECTED, TO_NAME_AN_IMAGE, None, EDIT),
        (Outcome.NOT_TRUSTED, TO_ADD_THE_AUTHORITY, Outcome.UNREACHABLE, EDIT),  # Another check than the last one said so.
    ],
)
def test_a_connection_offers_what_its_last_check_found_to_mend(
    outcome: Outcome, mend: Mend | None, now: Outcome | None, offered: tuple[str, str], connection: Connection
) -> None:
    assert found(connection, outcome, mend, now=now) == offered


def test_a_locked_connection_offers_its_secret_and_its_check_too(connection: Connection) -> None:
    Sealed.objects.update(key_id="lost")
    locked = connection.team.connections.get()

    check = Check.objects.ask(locked, by=None)
    Check.run_waiting()

    check.refresh_from_db()
    assert locked.repair == SECRET
    assert [(mend.words, mend.anchor) for mend in check.mends] == [SECRET]


def test_the_secret_of_a_password_is_offered_where_a_key_could_be_too(connection: Connection) -> None:
    aws = next(row for row in TABLE if row.slug == "aws")
    Connection.objects.update(flavor="aws", settings=registry_of(aws).settings())

    assert found(connection, Outcome.SIGN_IN_REFUSED, None) == SECRET
