"""Oracle's registry. Source: reference page, sections 2.4 and 3.13; which realm it names is not in it."""

from registries.outcomes import Outcome, State, Step
from tests.fake_registry import answer
from tests.registries.recorded_answers.rows import SLOW_DOWN, Registry, errors

ORACLE = Registry(
    slug="oracle",
    challenge='Bearer realm="https://phx.ocir.io/20180419/docker/token",service="phx.ocir.io"',
    token_service="/20180419/docker/token",
    image="axnorthwind/app:1",
    source="3.13",
)

ROWS = (
    ORACLE.sign_in_refused(
        "the console’s password", errors(401, "UNAUTHORIZED"), "the password is an auth token", "HTTP 401 UNAUTHORIZED"
    ),
    ORACLE.sign_in_refused(
        "the tenancy’s name in place of its namespace", errors(401, "UNAUTHORIZED"), "object storage namespace",
        "HTTP 401 UNAUTHORIZED",
    ),
    ORACLE.may_not_read("no policy", errors(403, "DENIED"), "a policy on repos", "HTTP 403 DENIED", "2.4; 3.13"),
    ORACLE.has_no_repository("each region has its own repositories", "3.13", "no such repository, or a wrong region"),
    ORACLE.has_no_tag("It begins with the tenancy’s namespace"),
    ORACLE.may_not_push("no policy to push", errors(403, "DENIED"), "manage repos", "HTTP 403 DENIED", "3.13"),
    ORACLE.row(
        "a limit without a code", "2.4, 429", ORACLE.answers(answer(429, retry_after="120")), Outcome.RATE_LIMITED,
        Step.PULL, SLOW_DOWN.format("Oracle"), state=State.WARNED, hint="Try again in 2 minutes.", said="HTTP 429",
    ),
)  # fmt: skip
