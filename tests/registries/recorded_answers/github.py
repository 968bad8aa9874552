"""GitHub's Container registry. Source: reference page, sections 2.2, 2.4, 2.6, 2.9 and 3.4."""

from registries.outcomes import Outcome, State, Step
from tests.fake_registry import answer
from tests.registries.recorded_answers.rows import (
    ACCEPTED,
    HEAD_OF_MANIFEST,
    MANIFEST,
    MAY_NOT_READ,
    NOT_PROVED,
    UPLOADED,
    Registry,
    errors,
)

GITHUB = Registry(
    slug="github",
    challenge='Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull"',
    token_service="/token",
    image="example-org/app:1.4",
    source="3.4",
    token="b3BhcXVl",  # A token of GitHub is not always a JWT.
)
DENIED = errors(403, "DENIED", "denied")

ROWS = (
    GITHUB.sign_in_refused(
        "a bad or expired token", DENIED, "The token most likely ended", "HTTP 403 DENIED", "2.4, openai/tart 277"
    ),
    GITHUB.sign_in_refused(
        "a token that the organization did not authorize for single sign-on", errors(401, "UNAUTHORIZED", "unauthorized"),
        "authorize the token for it", "HTTP 401 UNAUTHORIZED", "3.4, cli/cli 5174",
    ),
    GITHUB.may_not_read(
        "a token that the package's organization did not authorize", errors(401, "UNAUTHORIZED", "unauthorized"),
        "authorize the token for it", "HTTP 401 UNAUTHORIZED", "3.4, cli/cli 5174",
    ),
    GITHUB.may_not_read(
        "a token without the scope",
        errors(403, "DENIED", "permission_denied: The token provided does not match expected scopes"),
        "Give the token read:packages", "HTTP 403 DENIED", "3.4, daltoniam/switchboard 139",
    ),
    GITHUB.row(
        "a token that is refused for this package at the token service", "2.4",
        (*GITHUB.signs_in, *GITHUB.issues(DENIED)), Outcome.NO_PULL_ACCESS, Step.PULL,
        MAY_NOT_READ.format("example-org/app"), hint="an access list of its own", said="HTTP 403 DENIED",
    ),
    GITHUB.row(
        "a stale login, which breaks the pull of a public image", "2.9, github-mcp-server 192",
        (*GITHUB.refuses(DENIED), *GITHUB.to_anyone(HEAD_OF_MANIFEST)),
        Outcome.SIGN_IN_REFUSED, Step.PULL, state=State.SKIPPED,
        fact="Skipped, because signing in failed. The image itself is public: anyone can read it without a login.",
    ),
    GITHUB.row(
        "a stale login and a private package", "2.9, openai/tunnel-client 75",
        (*GITHUB.refuses(DENIED), *GITHUB.issues(errors(401, "UNAUTHORIZED"))),
        Outcome.SIGN_IN_REFUSED, Step.PULL, "Skipped, because signing in failed.", state=State.SKIPPED,
    ),
    GITHUB.is_read(
        "a private package, of which nobody else gets a token", "2.9, openai/tunnel-client 75",
        (*GITHUB.answers(MANIFEST), *GITHUB.issues(errors(401, "UNAUTHORIZED"))),
    ),
    GITHUB.has_no_repository("where the account may not see the package"),
    GITHUB.has_no_tag("Check the test image"),
    GITHUB.may_not_push(
        "no right to write the package", errors(403, "DENIED", "permission_denied: write_package"), "write:packages",
        "HTTP 403 DENIED", "3.4, quirks",
    ),
    GITHUB.row(
        "an upload that is not cancelled but ends by itself", "2.6, radius PR 12623",
        GITHUB.uploads(
            answer(202, location="/v2/example-org/app/blobs/uploads/1"),
            ("DELETE /v2/example-org/app/blobs/uploads/1", errors(405, "UNSUPPORTED")),
        ),
        Outcome.CONNECTED, Step.PUSH, UPLOADED, state=State.PASSED, purpose="push",
    ),
    GITHUB.row(
        "an upload whose place is elsewhere, where nothing is deleted", "2.6", GITHUB.uploads(ACCEPTED),
        Outcome.CONNECTED, Step.PUSH, UPLOADED, state=State.PASSED, purpose="push",
    ),
    GITHUB.row(
        "no test image, and no catalog", "2.7, githubcr/adapter.go", GITHUB.signs_in, Outcome.CONNECTED, Step.PULL,
        NOT_PROVED, state=State.SKIPPED, image="", hint="Name a private test image",
    ),
)  # fmt: skip
