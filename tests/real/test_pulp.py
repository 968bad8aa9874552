"""
The check against Pulp, a registry and a token service that share no code with Debian's.

Source: components page, section 1. It needs 136 MB of packages and a minute, so it runs only where it is asked for:
`TEST_PULP=1 .venv/bin/python -m pytest tests/real/test_pulp.py`, or `TEST_PULP=1 make test` with all the others. Of the
outcomes it lacks rate limited and ended, as every server here does, and "not a registry", since to http it says nothing.
"""

import os
from collections.abc import Iterator

import pytest

from registries.outcomes import Outcome, State, Step
from tests.lab.pulp import ADMIN, ADMIN_PASSWORD, Pulp, start_pulp
from tests.real.conftest import MANY, ONE
from tests.real.test_every_outcome import (
    A_FAULT,
    BLOCKED,
    NO_TAG,
    REFUSED,
    UNKNOWN_AUTHORITY,
    UPLOADED,
    Row,
    check,
    rows,
)

pytestmark = pytest.mark.skipif(not os.environ.get("TEST_PULP"), reason="Pulp is large: it runs where TEST_PULP is set.")

USER, PASSWORD = "pulp-puller", "pull-pw-of-ours"
AS_ADMIN, AS_USER = (ADMIN, ADMIN_PASSWORD), (USER, PASSWORD)

# Its blobs are elsewhere, and Berth goes nowhere else, so that it learns no platform from the configuration of an image.
READ = f"team/app:1, {ONE.digest[:19]}…, {ONE.size_bytes} bytes."
NO_REPOSITORY = {
    **NO_TAG,
    "image": "team/none:1",
    "fact": "There is no repository team/none, or this login may not see it.",
    "said": "HTTP 404 NAME_UNKNOWN",
}
REFUSED_BY_PULP = {**REFUSED, "said": "HTTP 401"}
NO_RIGHT = {
    "outcome": Outcome.NO_PULL_ACCESS,
    "fix": "Give it the role that reads this repository.",
    "said": "HTTP 401 UNAUTHORIZED",
}
NO_PUSH = {"purpose": "push", "outcome": Outcome.NO_PUSH_ACCESS, "step": Step.PUSH, "said": "HTTP 401 UNAUTHORIZED"}

TABLE = rows(
    "Pulp",
    "pulp",
    {"what": "a private image", "login": AS_USER, "fact": READ},
    {
        "what": "two platforms",
        "login": AS_USER,
        "image": "team/many:1",
        "fact": f"team/many:1, {MANY.digest[:19]}…, linux/amd64 (",
    },
    {"what": "nobody, and a public image", "image": "open/app:1", "fact": f"open{READ.removeprefix('team')}"},
    {
        "what": "a login, and a public image",
        "login": AS_USER,
        "image": "open/app:1",
        "fact": f"open{READ.removeprefix('team')} Anyone can read open/app:1, so it proves nothing about the login.",
        "fix": "Name a private image: reading it proves what the login may do.",
    },
    {
        "what": "an image from the catalog, which is public",
        "login": AS_USER,
        "image": "",
        "fact": f"No test image is named. One from the catalog was read: {ONE.digest[:19]}…, {ONE.size_bytes} bytes.",
        "fix": "Name a private image: reading it proves what the login may do.",
    },
    {**UPLOADED, "what": "push", "login": AS_ADMIN},
    {**REFUSED_BY_PULP, "what": "wrong password", "login": (USER, "wrong")},
    {**REFUSED_BY_PULP, "what": "unknown user", "login": ("stranger", PASSWORD)},
    {
        **REFUSED_BY_PULP,
        "what": "wrong password, and what is said of a public image",
        "login": (USER, "wrong"),
        "image": "open/app:1",
        "step": Step.PULL,
        "fact": "Skipped, because signing in failed. The image itself is public: anyone can read it without a login.",
        "fix": "",
        "said": "",
    },
    {
        **NO_RIGHT,
        "what": "no right to the repository",
        "login": AS_USER,
        "image": "vault/app:1",
        "fact": "The account may sign in, but not read vault/app.",
    },
    {
        **NO_RIGHT,
        "what": "nobody, and a private image",
        "fact": "Without a login, team/app may not be read.",
        "fix": "Enter a login that reads it.",
    },
    {
        **NO_PUSH,
        "what": "a right to pull only, and push",
        "login": AS_USER,
        "fact": "The account may pull, but not push.",
        "fix": "Give it the writing role, or choose Pull.",
    },
    {
        **NO_PUSH,
        "what": "nobody, and push to what is public",
        "image": "open/app:1",
        "fact": "Without a login, nothing may be pushed.",
        "fix": "Enter a login, or choose Pull.",
    },
    {**NO_TAG, "what": "no such tag", "login": AS_USER},
    {**NO_REPOSITORY, "what": "no such repository", "login": AS_USER},
    {**UNKNOWN_AUTHORITY, "login": AS_USER},
    {**BLOCKED, "login": AS_USER},
    {
        "what": "http where https is spoken",
        "scheme": "http",
        "outcome": Outcome.UNREACHABLE,
        "step": Step.SIGN_IN,
        "fact": "127.0.0.1 dropped the connection.",
        "fix": "Check the port and the firewall.",
    },
)


@pytest.fixture(scope="module")
def pulp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pulp]:
    """A Pulp with a user who may pull what is in `team`, nothing in `vault`, and what everybody may: `open/app`."""
    with start_pulp(tmp_path_factory.mktemp("pulp")) as running:
        for repository in ("team/app", "vault/app", "open/app"):
            running.admin.push(repository, "1", ONE)
        running.admin.push("team/many", "1", MANY)
        running.add_user(USER, PASSWORD)
        for repository in ("team/app", "team/many", "vault/app"):
            running.make_private(repository)
        running.let_pull(USER, "team/app")
        yield running


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.what)
def test_people_read_what_is_so(row: Row, pulp: Pulp) -> None:
    origin = f"{row.scheme or pulp.scheme}://{pulp.host}"

    ca_pem = pulp.authority.pem if row.trusts else ""
    finding = check(origin, row.login, row.image, row.purpose, ca_pem=ca_pem, policy=row.policy)

    step = finding.steps[list(Step).index(row.step)]
    assert (finding.outcome, step.fix, step.said) == (row.outcome, row.fix, row.said)
    assert step.fact.startswith(row.fact)


def test_a_token_service_that_has_lost_its_key_is_at_fault_and_not_the_login(pulp: Pulp) -> None:
    away = pulp.key.rename(pulp.key.with_suffix(".away"))
    try:
        finding = check(pulp.origin, AS_USER, ca_pem=pulp.authority.pem)
    finally:
        away.rename(pulp.key)

    step = finding.deciding
    assert step is not None
    assert (finding.outcome, step.step) == (Outcome.COULD_NOT_CHECK, Step.SIGN_IN)
    assert (step.fact, step.fix, step.said) == (A_FAULT["fact"], A_FAULT["fix"], "HTTP 500")


def test_an_upload_that_was_tried_leaves_no_repository_behind(pulp: Pulp) -> None:
    def catalog() -> bytes:
        return pulp.admin.send("GET", "/v2/_catalog", headers=pulp.admin.permission("registry:catalog:*")).body

    before = catalog()
    finding = check(pulp.origin, AS_ADMIN, purpose="push", ca_pem=pulp.authority.pem)

    assert finding.steps[list(Step).index(Step.PUSH)].state == State.PASSED
    assert (b"vault/app" in before, catalog()) == (True, before)
