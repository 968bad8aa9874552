"""Amazon ECR. Source: reference page, sections 2.2, 2.4, 2.6, 2.9 and 3.6."""

from registries.outcomes import Outcome, Step
from tests.fake_registry import answer
from tests.registries.recorded_answers.rows import KNOWN, MANIFEST, Registry, Script, errors

ECR = Registry(
    slug="aws",
    challenge='Basic realm="https://402918374655.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"',
    token_service="",
    image="team/app:1",
    source="3.6",
)
KEY = {
    "method": "key",
    "access_key": "AKIAIOSFODNN7EXAMPLE",
    "secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "password": "",
}
MINT = "POST https://api.ecr.eu-west-1.amazonaws.com/"
JSON = "application/x-amz-json-1.1"
EXPIRED = "Your Authorization Token has expired. Please run 'aws ecr get-login-password' to fetch a new one."
MISSING = "The repository with name 'team/app' does not exist in the registry with id '402918374655'"


def refused_by_aws(code: str, message: str) -> Script:
    return ((MINT, answer(400, {"__type": code, "message": message}, content_type=JSON)),)


ROWS = (
    ECR.sign_in_refused(
        "a password older than 12 hours", errors(403, "DENIED", EXPIRED), "works for 12 hours", "HTTP 403 DENIED",
        "2.4; 3.6, quirks",
    ),
    ECR.sign_in_refused(
        "a wrong password", errors(401, "UNAUTHORIZED", "Not Authorized"), "make a new one", "HTTP 401 UNAUTHORIZED", "2.4"
    ),
    ECR.sign_in_refused(
        "a wrong password, in a body that is no JSON", answer(401, b"Not Authorized\n"), "make a new one", "HTTP 401",
        "2.4, any body",
    ),
    ECR.row(
        "a key that AWS does not know", "3.6, aws-sdk-php 1114",
        refused_by_aws("UnrecognizedClientException", "The security token included in the request is invalid."),
        Outcome.SIGN_IN_REFUSED, Step.SIGN_IN, "AWS does not know this access key, or knows it in other regions only.",
        hint="the access key is active",
        said="HTTP 400", typed=KEY,
    ),
    ECR.row(
        "a key that may not ask for a password", "3.6, elastic-ci-stack-for-aws 193",
        refused_by_aws("AccessDeniedException", "is not authorized to perform: ecr:GetAuthorizationToken on resource: *"),
        Outcome.NO_PULL_ACCESS, Step.SIGN_IN, KNOWN, hint="ecr:GetAuthorizationToken on all resources", said="HTTP 400",
        typed=KEY,
    ),
    ECR.may_not_read(
        "no right to the repository", errors(403, "DENIED", "not authorized to perform: ecr:BatchGetImage"),
        "ecr:BatchGetImage", "HTTP 403 DENIED", "2.4",
    ),
    ECR.has_no_repository("each region has its own repositories", "2.6; 3.6", "no such repository, or a wrong region"),
    ECR.has_no_tag("Check the test image"),
    ECR.may_not_push(
        "no right to push", errors(403, "DENIED", "not authorized to perform: ecr:InitiateLayerUpload"),
        "AmazonEC2ContainerRegistryPowerUser", "HTTP 403 DENIED", "3.6",
    ),
    ECR.is_read(
        "a HEAD that is answered by a bare 400", "3.6, rules_oci 720",
        (*ECR.answers(MANIFEST), (f"HEAD {ECR.manifest}", answer(400))),
    ),
)  # fmt: skip
