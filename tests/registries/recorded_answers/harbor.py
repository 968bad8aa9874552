"""Harbor. Source: reference page, sections 2.2, 2.4, 2.6, 2.7, 2.9 and 3.10."""

import base64
import json
from dataclasses import replace

from registries.outcomes import Outcome, State, Step
from tests.fake_registry import answer
from tests.registries.recorded_answers.rows import MANIFEST, NOT_PROVED, Registry, errors

HARBOR = Registry(
    slug="harbor",
    challenge='Bearer realm="https://harbor.corp.example/service/token",service="harbor-registry"',
    token_service="/service/token",
    image="vision/web:1",
    source="3.10",
)
# Once an Authorization header was sent, the challenge is another one, and the password must not follow it.
FLIPPED = errors(401, "UNAUTHORIZED", "unauthorized to access repository", www_authenticate='Basic realm="harbor"')


def token(*actions: str) -> str:
    claims = json.dumps({"access": [{"type": "repository", "name": HARBOR.repository, "actions": actions}]})
    return f"e30.{base64.urlsafe_b64encode(claims.encode()).rstrip(b'=').decode()}.e30"


PUSHER = replace(HARBOR, token=token("pull", "push"))
PULLER = replace(HARBOR, token=token("pull"))
PRIVATE = HARBOR.issues(answer(200, {"token": ""}))

ROWS = (
    HARBOR.sign_in_refused(
        "a wrong robot, a disabled one, and one that ended", errors(401, "UNAUTHORIZED"), "look the same from here",
        "HTTP 401 UNAUTHORIZED", "3.10, quirks",
    ),
    HARBOR.sign_in_refused(
        "a password of somebody who signs in through single sign-on", errors(401, "UNAUTHORIZED"), "needs the CLI secret",
        "HTTP 401 UNAUTHORIZED",
    ),
    HARBOR.may_not_read(
        "a missing right, which is 401 and not 403", FLIPPED, "Pull repository", "HTTP 401 UNAUTHORIZED", "2.9"
    ),
    HARBOR.row(
        "a service that its token service does not know", "2.4, 400", HARBOR.refuses(errors(400, "UNKNOWN")),
        Outcome.NOT_A_REGISTRY, Step.SIGN_IN, "The registry’s token service gave no token.", hint="Check the address.",
        said="HTTP 400 UNKNOWN",
    ),
    HARBOR.has_no_repository("the project must exist"),
    HARBOR.has_no_tag("It begins with its project"),
    HARBOR.may_not_push(
        "no right to push, or no such project", FLIPPED, "beside Pull repository", "HTTP 401 UNAUTHORIZED", "2.6"
    ),
    HARBOR.is_read(
        "a private image, for which others get an empty token", "2.9, 200 and an empty token",
        (*HARBOR.answers(MANIFEST), *PRIVATE),
    ),
    HARBOR.row(
        "no test image, and a catalog for administrators", "2.7, challenged with Basic",
        (*HARBOR.signs_in, *HARBOR.issues(), ("GET /v2/_catalog", FLIPPED)), Outcome.CONNECTED, Step.PULL, NOT_PROVED,
        state=State.SKIPPED, image="", hint="Name a private test image",
    ),
    PUSHER.row(
        "a robot for pulling that may push", "2.3, smaller tokens; 2.6",
        (*PUSHER.answers(MANIFEST), *PRIVATE, *PUSHER.issues()), Outcome.CONNECTED, Step.PUSH, state=State.WARNED,
        fact="Not asked for, but the login may push to vision/web too.", hint="Use a login that may only pull.",
    ),
    PULLER.row(
        "a robot for pulling that may only pull", "2.3, smaller tokens",
        (*PULLER.answers(MANIFEST), *PRIVATE, *PULLER.issues()), Outcome.CONNECTED, Step.PUSH, "Not asked for.",
        state=State.NOT_ASKED,
    ),
)  # fmt: skip
