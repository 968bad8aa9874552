"""DigitalOcean. Source: reference page, sections 2.4 and 3.1; the path of its realm is not in it."""

from registries.outcomes import Outcome, Step
from tests.registries.recorded_answers.rows import NO_UPLOADS, Registry, errors

OCEAN = Registry(
    slug="digitalocean",
    challenge='Bearer realm="https://api.digitalocean.com/v2/registry/auth",service="registry.digitalocean.com"',
    token_service="https://api.digitalocean.com/v2/registry/auth",
    image="your-registry-name/app:1",
    source="3.1",
)

ROWS = (
    OCEAN.sign_in_refused(
        "a token that ended or was deleted", errors(401, "UNAUTHORIZED"), "Generate a new one", "HTTP 401 UNAUTHORIZED",
        "2.4; 3.1, lifetime",
    ),
    OCEAN.sign_in_refused(
        "a token without the scope", errors(403, "DENIED"), "the scope registry: read", "HTTP 403 DENIED",
        "2.4, 403 at the token",
    ),
    OCEAN.may_not_read(
        "a registry of others", errors(401, "UNAUTHORIZED"), "check the registry name", "HTTP 401 UNAUTHORIZED", "2.4"
    ),
    OCEAN.has_no_repository("the registry name comes first"),
    OCEAN.has_no_tag("the registry name comes first"),
    OCEAN.may_not_push("a token that only reads", errors(403, "DENIED"), "registry: update", "HTTP 403 DENIED", "3.1"),
    OCEAN.row(
        "a registry that collects garbage and only reads", "3.1, quirks", OCEAN.uploads(errors(405, "UNSUPPORTED")),
        Outcome.NO_PUSH_ACCESS, Step.PUSH, NO_UPLOADS, hint="collects garbage", said="HTTP 405 UNSUPPORTED", purpose="push",
    ),
)  # fmt: skip
