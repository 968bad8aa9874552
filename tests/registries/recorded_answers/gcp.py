"""Google Artifact Registry. Source: reference page, sections 2.2, 2.4, 2.6, 2.9 and 3.3."""

from registries.outcomes import Outcome, Step
from tests.registries.recorded_answers.rows import KNOWN, MANIFEST, MAY_NOT_PUSH, MAY_NOT_READ, Registry, errors

GOOGLE = Registry(
    slug="gcp",
    challenge='Bearer realm="https://us-west1-docker.pkg.dev/v2/token",service="us-west1-docker.pkg.dev"',
    token_service="/v2/token",
    image="northwind-ml/apps/image:1",
    source="3.3",
)
GCR = Registry(
    slug="gcp",
    challenge='Bearer realm="https://gcr.io/v2/token",service="gcr.io"',
    token_service="/v2/token",
    image="northwind-ml/image:1",
    source="2.2, google/ax 140",
    typed={"region": "gcr.io", "repository": ""},
)


def denied(permission: str) -> str:
    return (
        f'Permission "artifactregistry.repositories.{permission}" denied on resource '
        '"projects/northwind-ml/locations/us-west1/repositories/apps" (or it may not exist)'
    )


READ = errors(403, "DENIED", denied("downloadArtifacts"))
WRITE = errors(403, "DENIED", denied("uploadArtifacts"))

ROWS = (
    GOOGLE.sign_in_refused(
        "a key that was deleted", errors(401, "UNAUTHORIZED"), "deleted or disabled", "HTTP 401 UNAUTHORIZED", "2.4"
    ),
    GCR.sign_in_refused(
        "a key that was deleted, at gcr.io", errors(401, "UNAUTHORIZED"), "deleted or disabled", "HTTP 401 UNAUTHORIZED"
    ),
    GOOGLE.row(
        "a missing role, told by the token service", "2.9, google/ax 140", (*GOOGLE.signs_in, *GOOGLE.issues(READ)),
        Outcome.NO_PULL_ACCESS, Step.PULL, MAY_NOT_READ.format(GOOGLE.repository), hint="Artifact Registry Reader",
        said="HTTP 403 DENIED",
    ),
    GOOGLE.row(
        "a wrong region, or no such repository", "3.3, flutter 188342", (*GOOGLE.signs_in, *GOOGLE.issues(READ)),
        Outcome.NO_PULL_ACCESS, Step.PULL, MAY_NOT_READ.format(GOOGLE.repository),
        hint="the same where the region, the project or the repository does not exist", said="HTTP 403 DENIED",
    ),
    GOOGLE.row(
        "a known account that may do nothing here", "2.4, 403 at the token", GOOGLE.refuses(READ),
        Outcome.NO_PULL_ACCESS, Step.SIGN_IN, KNOWN, hint="Artifact Registry Reader", said="HTTP 403 DENIED",
    ),
    GOOGLE.may_not_read("a missing role, told by the registry", READ, "Artifact Registry Reader", "HTTP 403 DENIED", "2.4"),
    GOOGLE.row(
        "a missing role to push, told by the token service", "2.6; 3.3",
        (*GOOGLE.answers(MANIFEST), *GOOGLE.issues(WRITE)), Outcome.NO_PUSH_ACCESS, Step.PUSH, MAY_NOT_PUSH,
        hint="Artifact Registry Writer", said="HTTP 403 DENIED", purpose="push",
    ),
    GOOGLE.has_no_tag("Check the test image"),
    GOOGLE.has_no_repository("It needs a project, a repository and a name"),
)  # fmt: skip
