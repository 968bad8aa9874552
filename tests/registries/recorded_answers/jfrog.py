"""JFrog Artifactory. Source: reference page, sections 2.2, 2.4, 2.9 and 3.9."""

from registries.outcomes import Outcome, State, Step
from tests.fake_registry import answer
from tests.registries.recorded_answers.rows import HEAD_OF_MANIFEST, MANIFEST, SHOWN, Registry, errors

JFROG = Registry(
    slug="jfrog",
    challenge='Basic realm="Artifactory Realm"',
    token_service="",
    image="docker-local/web:1.4",
    source="3.9",
)
READ = f"{JFROG.image}, {SHOWN}, 1.9 GB."

ROWS = (
    JFROG.sign_in_refused(
        "a wrong token, or one of somebody else", errors(401, "UNAUTHORIZED"), "the one of the token’s owner",
        "HTTP 401 UNAUTHORIZED", "2.9, Basic",
    ),
    JFROG.sign_in_refused(
        "a token that ended", answer(401, {"errors": [{"status": 401, "message": "Token failed verification: expired"}]}),
        "generate a new identity token", "HTTP 401", "3.9, lifetime",
    ),
    JFROG.may_not_read("no right", errors(403, "DENIED"), "Read on the repository", "HTTP 403 DENIED", "2.4"),
    JFROG.row(
        "a host with Artifactory’s own path", "3.9, no context path", (("GET /v2/", answer(404, b"<html>")),),
        Outcome.NOT_A_REGISTRY, Step.SIGN_IN, "The host answers, but not as a registry.", hint="without /artifactory",
        said="HTTP 404",
    ),
    JFROG.has_no_repository("It begins with the repository key"),
    JFROG.has_no_tag("It begins with the repository key"),
    JFROG.may_not_push("no right to push", errors(403, "DENIED"), "Deploy/Cache", "HTTP 403 DENIED", "3.9"),
    JFROG.is_read(
        "an image that anyone can read", "2.5", (*JFROG.answers(MANIFEST), *JFROG.to_anyone(HEAD_OF_MANIFEST)),
        state=State.WARNED, hint="Name a private image",
        fact=f"{READ} Anyone can read {JFROG.image}, so it proves nothing about the login. What proves the login is that "
        "the registry accepted it.",
    ),
    JFROG.is_read(
        "an image that nobody else can read", "2.5",
        (*JFROG.answers(MANIFEST), *JFROG.to_anyone(errors(401, "UNAUTHORIZED", www_authenticate=JFROG.challenge))),
    ),
)  # fmt: skip
