"""GitLab. Source: reference page, sections 2.2, 2.4, 2.6, 2.9 and 3.7."""

from registries.outcomes import Outcome, State, Step
from tests.registries.recorded_answers.rows import (
    KNOWN,
    MANIFEST,
    MAY_NOT_PUSH,
    MAY_NOT_READ,
    NOT_PROVED,
    Registry,
    errors,
)

GITLAB = Registry(
    slug="gitlab",
    challenge='Bearer realm="https://gitlab.com/jwt/auth",service="container_registry"',
    token_service="https://gitlab.com/jwt/auth",
    image="northwind/vision/app:1",
    source="3.7",
)
OWN = {"registry": "registry.gitlab.corp.example", "gitlab_host": ""}
FORBIDDEN = errors(403, "DENIED", "access forbidden")
ACCESS_DENIED = "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect"
PROTECTED = errors(403, "DENIED", "Pushing to protected repository path forbidden")
NO_SCOPE = errors(401, "UNAUTHORIZED", www_authenticate=f'{GITLAB.challenge},error="insufficient_scope"')

ROWS = (
    GITLAB.sign_in_refused(
        "a token that ended, or a wrong one", errors(401, "UNAUTHORIZED", ACCESS_DENIED), "ended or was revoked",
        "HTTP 401 UNAUTHORIZED", "2.9",
    ),
    GITLAB.sign_in_refused(
        "a password where there is a second factor", errors(401, "UNAUTHORIZED", ACCESS_DENIED), "has a second factor",
        "HTTP 401 UNAUTHORIZED",
    ),
    GITLAB.row(
        "a token without a scope of the registry", "2.9; 3.7", (*GITLAB.signs_in, *GITLAB.issues(FORBIDDEN)),
        Outcome.NO_PULL_ACCESS, Step.PULL, MAY_NOT_READ.format(GITLAB.repository), hint="the scope read_registry",
        said="HTTP 403 DENIED",
    ),
    GITLAB.row(
        "access forbidden at sign-in", "2.4, 403 at the token", GITLAB.refuses(FORBIDDEN), Outcome.NO_PULL_ACCESS,
        Step.SIGN_IN, KNOWN, hint="the scope read_registry", said="HTTP 403 DENIED",
    ),
    GITLAB.may_not_read("a project of others", NO_SCOPE, "this group or project", "HTTP 401 UNAUTHORIZED", "2.3; 2.4"),
    GITLAB.row(
        "a registry that is switched off", "2.9", GITLAB.refuses(errors(404, "UNAVAILABLE")), Outcome.NOT_A_REGISTRY,
        Step.SIGN_IN, "The registry’s token service gave no token.", hint="where its registry is switched off",
        said="HTTP 404 UNAVAILABLE",
    ),
    GITLAB.row(
        "a GitLab of one's own, whose host was not named", "2.2, realm on another host",
        (("GET /v2/", errors(401, "UNAUTHORIZED", www_authenticate='Bearer realm="https://gitlab.corp.example/jwt/auth"')),),
        Outcome.NOT_A_REGISTRY, Step.SIGN_IN, "The registry sends logins to a token service that is not its own.",
        hint="Berth sent nothing there.", typed=OWN,
    ),
    GITLAB.has_no_repository("the whole path of its project"),
    GITLAB.has_no_tag("the whole path of its project"),
    GITLAB.may_not_push("a protected path, at the registry", PROTECTED, "path is protected", "HTTP 403 DENIED", "2.9"),
    GITLAB.row(
        "a protected path, at the token service", "2.9", (*GITLAB.answers(MANIFEST), *GITLAB.issues(PROTECTED)),
        Outcome.NO_PUSH_ACCESS, Step.PUSH, MAY_NOT_PUSH, hint="path is protected", said="HTTP 403 DENIED", purpose="push",
    ),
    GITLAB.row(
        "no test image, and a catalog for administrators", "2.7", GITLAB.signs_in, Outcome.CONNECTED, Step.PULL,
        NOT_PROVED, state=State.SKIPPED, image="", hint="Name a private test image",
    ),
)  # fmt: skip
