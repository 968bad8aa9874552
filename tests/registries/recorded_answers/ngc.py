"""NVIDIA NGC, whose challenge names no service. Source: reference page, sections 2.2, 2.4, 2.9 and 3.11."""

from registries.outcomes import Outcome, State, Step
from tests.fake_registry import answer
from tests.registries.recorded_answers.rows import (
    KNOWN,
    MANIFEST,
    MAY_NOT_READ,
    Registry,
    errors,
)

NGC = Registry(
    slug="ngc",
    challenge='Bearer realm="https://nvcr.io/proxy_auth"',
    token_service="/proxy_auth",
    image="nvidia/pytorch:23.05-py3",
    source="3.11",
)
ACCESS_DENIED = errors(403, "DENIED", "Access Denied")

ROWS = (
    NGC.sign_in_refused(
        "a key that ended", errors(401, "UNAUTHORIZED"), "generate a new personal key", "HTTP 401 UNAUTHORIZED", "2.4"
    ),
    NGC.sign_in_refused(
        "a key of build.nvidia.com", answer(401, b""), "A key of build.nvidia.com looks the same", "HTTP 401"
    ),
    NGC.row(
        "no entitlement, at sign-in", "2.4, 403 at the token", NGC.refuses(ACCESS_DENIED), Outcome.NO_PULL_ACCESS,
        Step.SIGN_IN, KNOWN, hint="NGC Catalog", said="HTTP 403 DENIED",
    ),
    NGC.row(
        "no entitlement to the image, at the token service", "3.11, token 403", (*NGC.signs_in, *NGC.issues(ACCESS_DENIED)),
        Outcome.NO_PULL_ACCESS, Step.PULL, MAY_NOT_READ.format(NGC.repository), hint="accept their licence",
        said="HTTP 403 DENIED",
    ),
    NGC.may_not_read(
        "a login that works for an image that it may not have", ACCESS_DENIED, "NGC Catalog", "HTTP 403 DENIED",
        "2.9, NVlabs/alpasim 44",
    ),
    NGC.may_not_read("an image that asks for payment", answer(402), "accept their licence", "HTTP 402", "3.11, 402"),
    NGC.has_no_repository("It begins with its organization"),
    NGC.has_no_tag("It begins with its organization"),
    NGC.may_not_push("no right to push", ACCESS_DENIED, "Private Registry", "HTTP 403 DENIED", "2.4"),
    NGC.is_read(
        "an image that nobody else gets a token for", "2.9, anonymous token 401",
        (*NGC.answers(MANIFEST), *NGC.issues(errors(401, "UNAUTHORIZED"))), state=State.PASSED,
    ),
)  # fmt: skip
