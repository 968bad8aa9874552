"""Scaleway. Source: reference page, sections 2.4 and 3.15; the path of its realm is not in it."""

from registries.outcomes import Outcome, Step
from tests.registries.recorded_answers.rows import Registry, errors

SCALEWAY = Registry(
    slug="scaleway",
    challenge='Bearer realm="https://api.scaleway.com/registry/token",service="registry"',
    token_service="https://api.scaleway.com/registry/token",
    image="northwind/app:1",
    source="3.15",
)

ROWS = (
    SCALEWAY.sign_in_refused(
        "the access key in place of the secret key", errors(401, "UNAUTHORIZED"), "not the access key",
        "HTTP 401 UNAUTHORIZED",
    ),
    SCALEWAY.sign_in_refused(
        "a key that ended", errors(403, "DENIED"), "has to be replaced", "HTTP 403 DENIED", "2.4, 403 at the token"
    ),
    SCALEWAY.may_not_read("no right", errors(403, "DENIED"), "reads Container Registry", "HTTP 403 DENIED", "2.4"),
    SCALEWAY.has_no_repository("the region", "3.15", "no such repository, or a wrong region"),
    SCALEWAY.has_no_tag("It begins with the namespace"),
    SCALEWAY.may_not_push(
        "no right to push", errors(401, "UNAUTHORIZED"), "writes to Container Registry", "HTTP 401 UNAUTHORIZED"
    ),
    SCALEWAY.row(
        "a fault of the registry", "2.4, 5xx", SCALEWAY.answers(errors(503, "UNAVAILABLE")), Outcome.COULD_NOT_CHECK,
        Step.PULL, "The registry has a fault of its own.", hint="The login is not at fault.", said="HTTP 503 UNAVAILABLE",
    ),
)  # fmt: skip
