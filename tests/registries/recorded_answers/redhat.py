"""Red Hat. Source: reference page, sections 2.4 and 3.12; which realm it names is not in it."""

from registries.outcomes import Outcome, Step
from tests.registries.recorded_answers.rows import NO_UPLOADS, Registry, errors

RED_HAT = Registry(
    slug="redhat",
    challenge='Bearer realm="https://registry.redhat.io/auth",service="docker-registry"',
    token_service="/auth",
    image="ubi9/ubi:latest",
    source="3.12",
)

ROWS = (
    RED_HAT.sign_in_refused(
        "a token that was regenerated", errors(401, "UNAUTHORIZED"), "regenerated or deleted", "HTTP 401 UNAUTHORIZED"
    ),
    RED_HAT.sign_in_refused(
        "a username without its number", errors(401, "UNAUTHORIZED"), "a number and a bar", "HTTP 401 UNAUTHORIZED"
    ),
    RED_HAT.may_not_read("an image for others", errors(403, "DENIED"), "for its customers", "HTTP 403 DENIED", "2.4"),
    RED_HAT.has_no_repository("such as ubi9/ubi:latest"),
    RED_HAT.has_no_tag("such as ubi9/ubi:latest"),
    RED_HAT.may_not_push("a push", errors(403, "DENIED"), "for pulling only", "HTTP 403 DENIED", "3.12"),
    RED_HAT.row(
        "a push, to a registry without uploads", "2.4, UNSUPPORTED", RED_HAT.uploads(errors(405, "UNSUPPORTED")),
        Outcome.NO_PUSH_ACCESS, Step.PUSH, NO_UPLOADS, hint="for pulling only", said="HTTP 405 UNSUPPORTED", purpose="push",
    ),
)  # fmt: skip
