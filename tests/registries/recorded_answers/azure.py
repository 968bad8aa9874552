"""Azure Container Registry. Source: reference page, sections 2.2, 2.4, 2.7, 2.9 and 3.5."""

from registries.outcomes import Outcome, State, Step
from tests.fake_registry import answer
from tests.registries.recorded_answers.rows import NOT_PROVED, TURNED_AWAY, Registry, errors

AZURE = Registry(
    slug="azure",
    challenge='Bearer realm="https://northwindvision.azurecr.io/oauth2/token",service="northwindvision.azurecr.io"',
    token_service="/oauth2/token",
    image="vision/app:1",
    source="3.5",
)
NO_SCOPE = errors(
    401, "UNAUTHORIZED", "authentication required", www_authenticate=f'{AZURE.challenge},error="insufficient_scope"'
)
FIREWALL = errors(403, "DENIED", "client with IP is not allowed access")
TURNS_AWAY = "The registry turns Berth away, whatever the login."

ROWS = (
    AZURE.sign_in_refused(
        "a client secret that ended", errors(401, "UNAUTHORIZED", "authentication required"), "by its value and not its ID",
        "HTTP 401 UNAUTHORIZED",
    ),
    AZURE.sign_in_refused(
        "an application of another tenant", errors(401, "UNAUTHORIZED", "Application not registered with AAD"),
        "the application’s and not the object’s", "HTTP 401 UNAUTHORIZED",
    ),
    AZURE.row(
        "a network rule, at the token service", "2.9; 3.5, login attempt failed with 403", AZURE.refuses(FIREWALL),
        Outcome.UNREACHABLE, Step.SIGN_IN, TURNS_AWAY, hint="its network rules let Berth’s server in",
        said="HTTP 403 DENIED",
    ),
    AZURE.row(
        "a network rule, at the registry", "2.4, 403 with Basic",
        (*AZURE.asks, *AZURE.issues(), ("GET /v2/", FIREWALL)), Outcome.UNREACHABLE, Step.SIGN_IN, TURNS_AWAY,
        hint="its network rules let Berth’s server in", said="HTTP 403 DENIED",
    ),
    AZURE.row(
        "a network rule, before any login", "2.1; 2.9", (("GET /v2/", FIREWALL),), Outcome.UNREACHABLE, Step.SIGN_IN,
        TURNED_AWAY, hint="only inside its own network", said="HTTP 403",
    ),
    AZURE.may_not_read("no right", NO_SCOPE, "the role AcrPull", "HTTP 401 UNAUTHORIZED", "2.4; 3.5"),
    AZURE.may_not_read(
        "AcrPull, where the registry uses ABAC", NO_SCOPE, "Container Registry Repository Reader", "HTTP 401 UNAUTHORIZED",
        "3.5, ABAC",
    ),
    AZURE.has_no_repository("the repository and its tag"),
    AZURE.has_no_tag("the repository and its tag"),
    AZURE.may_not_push("no right to push", NO_SCOPE, "the role AcrPush", "HTTP 401 UNAUTHORIZED", "3.5"),
    AZURE.row(
        "no test image, and a token that may not list", "2.7",
        (*AZURE.signs_in, *AZURE.issues(), ("GET /v2/_catalog", NO_SCOPE)),
        Outcome.CONNECTED, Step.PULL, NOT_PROVED, state=State.SKIPPED, image="", hint="Name a private test image",
    ),
    AZURE.row(
        "no test image, and a token without metadata/read", "2.7",
        (
            *AZURE.signs_in, *AZURE.issues(), ("GET /v2/_catalog", answer(200, {"repositories": [AZURE.repository]})),
            *AZURE.issues(), (f"GET /v2/{AZURE.repository}/tags/list", NO_SCOPE),
        ),
        Outcome.CONNECTED, Step.PULL, NOT_PROVED, state=State.SKIPPED, image="", hint="Name a private test image",
    ),
)  # fmt: skip
