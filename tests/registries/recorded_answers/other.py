"""Any other registry, such as the distribution project's own. Source: reference page, sections 2.1 to 2.8 and 3.17."""

from dataclasses import replace

from registries.outcomes import Outcome, State, Step
from tests.fake_registry import answer
from tests.registries.recorded_answers.rows import (
    HEAD_OF_MANIFEST,
    MANIFEST,
    MAY_NOT_READ,
    NO_UPLOADS,
    SHOWN,
    SLOW_DOWN,
    TURNED_AWAY,
    Registry,
    errors,
)

BASIC = Registry(
    slug="other", challenge='Basic realm="Registry Realm"', token_service="", image="team/app:1", source="3.17, htpasswd"
)
TOKEN = replace(
    BASIC, challenge='Bearer realm="https://registry.example.com/token",service="registry"', token_service="/token"
)
# As at codeberg.org: several challenges in one line, of which the first that can be met is met.
TWO = replace(TOKEN, challenge=f'Negotiate, {TOKEN.challenge},Basic realm="x"')
NOBODY = {"method": "none"}
NO_SCOPE = errors(401, "UNAUTHORIZED", www_authenticate=f'{TOKEN.challenge},error="insufficient_scope"')
CHECK_LOGIN = "Check the username and the password"
READ = f"{BASIC.image}, {SHOWN}, 1.9 GB."

ROWS = (
    BASIC.sign_in_refused(
        "a wrong password, Basic", errors(401, "UNAUTHORIZED", "authentication required"), CHECK_LOGIN,
        "HTTP 401 UNAUTHORIZED", "2.1",
    ),
    TOKEN.sign_in_refused(
        "a wrong password, at a token service", errors(401, "UNAUTHORIZED"), CHECK_LOGIN, "HTTP 401 UNAUTHORIZED", "2.3"
    ),
    TWO.is_read(
        "two challenges in one line", "2.2, codeberg.org",
        (*TWO.answers(MANIFEST), *TWO.to_anyone(NO_SCOPE), *TWO.issues()),
    ),
    TOKEN.may_not_read(
        "a token that falls short", NO_SCOPE, "Give it the role that reads this repository.", "HTTP 401 UNAUTHORIZED",
        "2.3; 2.4",
    ),
    TOKEN.row(
        "a token service that refuses the scope", "2.4", (*TOKEN.signs_in, *TOKEN.issues(errors(403, "DENIED"))),
        Outcome.NO_PULL_ACCESS, Step.PULL, MAY_NOT_READ.format("team/app"), said="HTTP 403 DENIED",
        hint="Give it the role that reads this repository.",
    ),
    BASIC.has_no_tag("Check the test image."),
    BASIC.has_no_repository("Check the test image."),
    BASIC.row(
        "an address where there is no registry", "2.1, 404", (("GET /v2/", answer(404)),), Outcome.NOT_A_REGISTRY,
        Step.SIGN_IN, "The host answers, but not as a registry.", hint="/v2/ answered HTTP 404", said="HTTP 404",
    ),
    BASIC.row(
        "a network rule", "2.1, 403", (("GET /v2/", answer(403)),), Outcome.UNREACHABLE, Step.SIGN_IN, TURNED_AWAY,
        hint="A network rule", said="HTTP 403",
    ),
    BASIC.row(
        "a limit with a date long past", "2.4, 429",
        BASIC.answers(errors(429, "TOOMANYREQUESTS", retry_after="Fri, 31 Dec 1999 23:59:59 GMT")), Outcome.RATE_LIMITED,
        Step.PULL, SLOW_DOWN.format("The registry"), state=State.WARNED, hint="Try again. The login is not at fault.",
        said="HTTP 429 TOOMANYREQUESTS",
    ),
    *(
        BASIC.row(
            f"a fault for a while, {status}", "2.4", BASIC.answers(answer(status)), Outcome.COULD_NOT_CHECK, Step.PULL,
            "The registry has a fault of its own.", hint="Try again later. The login is not at fault.",
            said=f"HTTP {status}",
        )
        for status in (408, 499, 500, 502, 503, 504, 522)
    ),
    TOKEN.may_not_push("no right to push", NO_SCOPE, "Give it the writing role", "HTTP 401 UNAUTHORIZED", "2.6"),
    BASIC.row(
        "a registry that only reads", "2.4, UNSUPPORTED", BASIC.uploads(errors(405, "UNSUPPORTED")), Outcome.NO_PUSH_ACCESS,
        Step.PUSH, NO_UPLOADS, hint="Choose Pull", said="HTTP 405 UNSUPPORTED", purpose="push",
    ),
    BASIC.row(
        "a registry that lets anybody in", "2.1, 200",
        (("GET /v2/", answer(200, {})), (f"GET {BASIC.manifest}", MANIFEST), ("GET /v2/team/app/blobs/*", answer(404))),
        Outcome.CONNECTED, Step.SIGN_IN, "The registry lets anybody in, so the login is not proved.", state=State.WARNED,
        hint="Name a test image that is private",
    ),
    BASIC.row(
        "a private image without a login", "2.1", BASIC.asks, Outcome.SIGN_IN_REFUSED, Step.SIGN_IN,
        "The registry asks for a login, and none is given.", hint=CHECK_LOGIN, said="HTTP 401", typed=NOBODY,
    ),
    TOKEN.is_read(
        "a public image without a login, of which nothing more is asked", "2.5",
        (*TOKEN.asks, *TOKEN.issues(), (f"GET {TOKEN.manifest}", MANIFEST), ("GET /v2/team/app/blobs/*", answer(404))),
        typed=NOBODY,
    ),
    BASIC.is_read(
        "a public image with a login", "2.5", (*BASIC.answers(MANIFEST), *BASIC.to_anyone(HEAD_OF_MANIFEST)),
        state=State.WARNED, hint="Name a private image",
        fact=f"{READ} Anyone can read team/app:1, so it proves nothing about the login. What proves the login is that the "
        "registry accepted it.",
    ),
)  # fmt: skip
