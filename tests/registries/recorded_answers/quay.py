"""Quay. Source: reference page, sections 2.4, 2.6, 2.7, 2.9 and 3.8."""

from dataclasses import replace

from registries.outcomes import Outcome, State, Step
from tests.registries.recorded_answers.rows import MAY_NOT_SEE, NOT_PROVED, REFUSED, Registry, errors

QUAY = Registry(
    slug="quay",
    challenge='Bearer realm="https://quay.io/v2/auth",service="quay.io"',
    token_service="/v2/auth",
    image="northwind/web:1",
    source="3.8",
)
NESTED = replace(QUAY, image="northwind/team/web:1")
ROBOT = "Could not find robot with username: northwind+ci and supplied password."
BAD_NAME = errors(400, "NAME_INVALID", "repository name not permitted")

ROWS = (
    QUAY.sign_in_refused(
        "a wrong robot token", errors(401, "UNAUTHORIZED", ROBOT), "the robot’s whole name", "HTTP 401 UNAUTHORIZED", "2.9"
    ),
    QUAY.row(
        "a wrong robot token, in a body of its own", "2.4, any body", QUAY.refuses(errors(401, "INVALID_ROBOT", ROBOT)),
        Outcome.SIGN_IN_REFUSED, Step.SIGN_IN, REFUSED, hint="copy its token again", said="HTTP 401",
    ),
    QUAY.may_not_read(
        "no right", errors(401, "UNAUTHORIZED"), "Read on the repository", "HTTP 401 UNAUTHORIZED", "2.4"
    ),
    QUAY.row(
        "an organization that is disabled", "2.9, 405", QUAY.answers(errors(405, "UNSUPPORTED")), Outcome.NO_PULL_ACCESS,
        Step.PULL, "The registry does not let anything of northwind/web be read.", hint="the organization is disabled",
        said="HTTP 405 UNSUPPORTED",
    ),
    NESTED.row(
        "a nested path, at the token service", "2.9, NAME_INVALID", (*NESTED.signs_in, *NESTED.issues(BAD_NAME)),
        Outcome.IMAGE_NOT_FOUND, Step.PULL, MAY_NOT_SEE.format("northwind/team/web"), hint="an organization and a name",
        said="HTTP 400 NAME_INVALID",
    ),
    NESTED.row(
        "a nested path, at the registry", "2.9, NAME_INVALID", NESTED.answers(BAD_NAME), Outcome.IMAGE_NOT_FOUND, Step.PULL,
        MAY_NOT_SEE.format("northwind/team/web"), hint="an organization and a name", said="HTTP 400 NAME_INVALID",
    ),
    NESTED.row(
        "a scope that it does not know", "2.4, 400", (*NESTED.signs_in, *NESTED.issues(errors(400, "INVALID_REQUEST"))),
        Outcome.IMAGE_NOT_FOUND, Step.PULL, MAY_NOT_SEE.format("northwind/team/web"), hint="an organization and a name",
        said="HTTP 400",
    ),
    QUAY.has_no_tag("Check the test image", "TAG_EXPIRED", "2.9"),
    QUAY.has_no_tag("Check the test image"),
    QUAY.has_no_repository("Check the test image"),
    QUAY.may_not_push("no right to push", errors(401, "UNAUTHORIZED"), "Write on the repository", "HTTP 401 UNAUTHORIZED"),
    QUAY.may_not_push("a quota that is used up", errors(403, "DENIED", "quota"), "A quota", "HTTP 403 DENIED", "2.9"),
    QUAY.row(
        "no test image, and a scope that the catalog may not have", "2.7, 400 INVALID_REQUEST", QUAY.signs_in,
        Outcome.CONNECTED, Step.PULL, NOT_PROVED, state=State.SKIPPED, image="", hint="Name a private test image",
    ),
)  # fmt: skip
