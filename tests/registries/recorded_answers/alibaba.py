"""Alibaba Cloud. Source: reference page, sections 2.2, 2.4 and 3.16; the path of its realm is not in it."""

from registries.outcomes import Outcome, Step
from tests.registries.recorded_answers.rows import TURNED_AWAY, Registry, errors

ALIBABA = Registry(
    slug="alibaba",
    challenge='Bearer realm="https://dockerauth.cn-hangzhou.aliyuncs.com/auth",'
    'service="registry.aliyuncs.com:cn-hangzhou:26842"',
    token_service="https://dockerauth.cn-hangzhou.aliyuncs.com/auth",
    image="northwind/app:1",
    source="3.16",
)
PERSONAL = "crpi-abc123.cn-hangzhou.personal.cr.aliyuncs.com"
NO_SCOPE = errors(401, "UNAUTHORIZED", www_authenticate=f'{ALIBABA.challenge},error="insufficient_scope"')

ROWS = (
    ALIBABA.sign_in_refused(
        "the console’s password", errors(401, "UNAUTHORIZED"), "not the console’s", "HTTP 401 UNAUTHORIZED"
    ),
    ALIBABA.sign_in_refused(
        "a temporary token that ended", errors(401, "UNAUTHORIZED"), "A temporary token ends within the hour",
        "HTTP 401 UNAUTHORIZED",
    ),
    ALIBABA.may_not_read("no right", NO_SCOPE, "the right to pull", "HTTP 401 UNAUTHORIZED", "2.4"),
    ALIBABA.row(
        "a personal instance whose public endpoint is limited", "3.16, quirks", (("GET /v2/", errors(403, "DENIED")),),
        Outcome.UNREACHABLE, Step.SIGN_IN, TURNED_AWAY, hint="public endpoint has limits", said="HTTP 403",
        typed={"registry": PERSONAL},
    ),
    ALIBABA.row(
        "a realm that is not Alibaba’s", "2.2; 5.1",
        (("GET /v2/", errors(401, "UNAUTHORIZED", www_authenticate='Bearer realm="https://dockerauth.evil.example/auth"')),),
        Outcome.NOT_A_REGISTRY, Step.SIGN_IN, "The registry sends logins to a token service that is not its own.",
        hint="Berth sent nothing there.",
    ),
    ALIBABA.has_no_repository("It begins with the namespace"),
    ALIBABA.has_no_tag("It begins with the namespace"),
    ALIBABA.may_not_push("no right to push", NO_SCOPE, "the right to push", "HTTP 401 UNAUTHORIZED", "2.4"),
)  # fmt: skip
