"""Docker Hub. Source: reference page, sections 2.2, 2.6, 2.8, 2.9 and 3.2."""

from registries.outcomes import Outcome, State, Step
from tests.fake_registry import OCI_IMAGE, answer
from tests.registries.recorded_answers.rows import (
    HEAD_OF_MANIFEST,
    MANIFEST,
    NOT_PROVED,
    REFUSED,
    SHOWN,
    SLOW_DOWN,
    Registry,
    errors,
)

HUB = Registry(
    slug="dockerhub",
    challenge='Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
    token_service="https://auth.docker.io/token",
    image="example-repository/app:1.4",
    source="3.2",
)
NO_SCOPE = errors(
    401,
    "UNAUTHORIZED",
    "authentication required",
    www_authenticate=f'{HUB.challenge},scope="repository:example-repository/app:pull",error="insufficient_scope"',
)
TOO_MANY = "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading."
COUNTED = {"ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600"}
LIMITED = answer(200, MANIFEST.body, content_type=OCI_IMAGE)
LIMITED.headers.extend(COUNTED.items())
SLOWER = SLOW_DOWN.format("Docker Hub")
READ = f"{HUB.image}, {SHOWN}, 1.9 GB."

ROWS = (
    HUB.sign_in_refused(
        "a wrong password", answer(401, {"details": "incorrect username or password"}), "Check the Docker ID", "HTTP 401",
        "3.2, hub-feedback 2120; 2.4, a body of details",
    ),
    HUB.sign_in_refused(
        "a password where a second factor or single sign-on asks for a token",
        answer(401, {"details": "please use personal access token to login"}), "needs an access token", "HTTP 401",
        "3.2, hub-feedback 1981",
    ),
    HUB.sign_in_refused(
        "a token that ended", answer(401, {"details": "incorrect username or password"}),
        "A token that ended has to be replaced.", "HTTP 401",
    ),
    HUB.may_not_read(
        "no right, or no such repository", NO_SCOPE, "answers the same where the repository does not exist",
        "HTTP 401 UNAUTHORIZED", "2.4, insufficient_scope",
    ),
    HUB.has_no_tag("Its namespace comes first"),
    HUB.row(
        "a pull too many", "2.8", HUB.answers(errors(429, "TOOMANYREQUESTS", TOO_MANY, retry_after="3600")),
        Outcome.RATE_LIMITED, Step.PULL, SLOWER, state=State.WARNED, said="HTTP 429 TOOMANYREQUESTS",
        hint="Try again in 60 minutes. The login is not at fault.",
    ),
    HUB.row(
        "a pull too many, with no word of when", "2.8", HUB.answers(errors(429, "TOOMANYREQUESTS", TOO_MANY)),
        Outcome.RATE_LIMITED, Step.PULL, SLOWER, state=State.WARNED, said="HTTP 429 TOOMANYREQUESTS",
        hint="Try again later. The login is not at fault.",
    ),
    HUB.row(
        "a token too many", "2.4", HUB.refuses(errors(429, "TOOMANYREQUESTS", retry_after="60")),
        Outcome.RATE_LIMITED, Step.SIGN_IN, SLOWER, state=State.WARNED, said="HTTP 429 TOOMANYREQUESTS",
        hint="Try again in 1 minute.",
    ),
    HUB.is_read(
        "pulls that are left", "2.8", HUB.answers(LIMITED), fact=f"{READ} 76 of 100 pulls left in these 6 hours."
    ),
    HUB.is_read(
        "an image that anyone can read", "2.5; 2.8, HEAD is not counted",
        (*HUB.answers(MANIFEST), *HUB.to_anyone(HEAD_OF_MANIFEST)), state=State.WARNED,
        fact=f"{READ} Anyone can read {HUB.image}, so it proves nothing about the login. What proves the login is that the "
        "token service accepted it.",
        hint="Name a private image",
    ),
    HUB.is_read(
        "a private image, of which anonymous callers get a token all the same", "2.9",
        (*HUB.answers(MANIFEST), *HUB.to_anyone(NO_SCOPE)),
    ),
    HUB.may_not_push(
        "a token for a push that is not honoured", NO_SCOPE, "Read & Write", "HTTP 401 UNAUTHORIZED",
        "2.6, hub-feedback 1771",
    ),
    HUB.row(
        "a dead login and a public image", "2.9, anonymous tokens",
        (*HUB.refuses(answer(401, {"details": "incorrect username or password"})), *HUB.to_anyone(HEAD_OF_MANIFEST)),
        Outcome.SIGN_IN_REFUSED, Step.PULL, state=State.SKIPPED,
        fact="Skipped, because signing in failed. The image itself is public: anyone can read it without a login.",
    ),
    HUB.row(
        "a dead login, whose own step says so beside a public image", "2.9, anonymous tokens",
        (*HUB.refuses(answer(401, {"details": "incorrect username or password"})), *HUB.to_anyone(HEAD_OF_MANIFEST)),
        Outcome.SIGN_IN_REFUSED, Step.SIGN_IN, REFUSED, hint="Check the Docker ID", said="HTTP 401",
    ),
    HUB.row(
        "no test image, and no catalog", "2.7", HUB.signs_in, Outcome.CONNECTED, Step.PULL, NOT_PROVED,
        state=State.SKIPPED, image="", hint="Name a private test image",
    ),
)  # fmt: skip
