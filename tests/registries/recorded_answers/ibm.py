"""IBM Cloud Container Registry. Source: reference page, sections 2.4, 2.9 and 3.14; which realm it names is not in it."""

from tests.fake_registry import answer
from tests.registries.recorded_answers.rows import Registry, errors

IBM = Registry(
    slug="ibm",
    challenge='Bearer realm="https://us.icr.io/oauth/token",service="registry"',
    token_service="/oauth/token",
    image="northwind/app:1",
    source="3.14",
)
NO_SCOPE = errors(401, "UNAUTHORIZED", "Insufficient scope", www_authenticate=f'{IBM.challenge},error="insufficient_scope"')

ROWS = (
    IBM.sign_in_refused(
        "a wrong key, which is 400", answer(400, b"Bad Request"), "Create a new one", "HTTP 400", "2.4; 2.9"
    ),
    IBM.sign_in_refused(
        "a key that was deleted, in JSON", errors(400, "UNAUTHORIZED"), "most likely was deleted", "HTTP 400 UNAUTHORIZED",
        "2.9",
    ),
    IBM.may_not_read(
        "no right", errors(403, "DENIED", "You are not authorized to access the specified resource"), "the role Reader",
        "HTTP 403 DENIED",
    ),
    IBM.may_not_read("a scope that falls short", NO_SCOPE, "the role Reader", "HTTP 401 UNAUTHORIZED"),
    IBM.has_no_repository("the region of the host", "3.14", "no such repository, or a wrong region"),
    IBM.has_no_tag("the region of the host"),
    IBM.may_not_push("no right to push", NO_SCOPE, "the role Writer", "HTTP 401 UNAUTHORIZED", "3.14"),
    IBM.may_not_push(
        "a quota that is used up", errors(403, "DENIED", "You have exceeded your storage quota"), "A quota that is used up",
        "HTTP 403 DENIED", "3.14, quota messages",
    ),
)  # fmt: skip
