"""What the API's description at `openapi.json` says beside what ninja reads from the views: each problem, by its code."""

from typing import Any

from registries.api.problems import STATUSES

PROBLEM = "application/problem+json"

_ANYWHERE = {
    "bad_request", "unauthorized", "plain_http", "too_slow", "too_large", "invalid_request", "internal_error",
    "rate_limited", "ledger_unavailable", "unavailable",
}  # fmt: skip
_OF_A_LOGIN = {
    "not_found", "no_login", "paused", "ended", "locked", "renewal_refused", "registry_unreachable", "busy",
}  # fmt: skip
_CODES = {
    "credentials": _OF_A_LOGIN | {"invalid_image", "invalid_server", "ambiguous", "does_not_fit"},
    "registries": set(),
    "docker-config": _OF_A_LOGIN | {"shared_host"},
    "pull-secret": _OF_A_LOGIN | {"shared_host", "invalid_name"},
    "spec-checks": {"unreadable_spec"},
}
_TYPES = {"pull-secret": ("application/yaml", "application/json")}
_HEADERS = {
    401: ("WWW-Authenticate", "string", "Which sort of token is asked for."),
    429: ("Retry-After", "integer", "In how many seconds to ask again."),
    503: ("Retry-After", "integer", "In how many seconds to ask again."),
}


def complete(document: Any) -> Any:
    """Return the description with the codes of each path, the type of each answer, and the headers beside it."""
    document["components"]["schemas"]["ProblemAnswer"]["properties"]["code"]["enum"] = sorted(STATUSES)
    for path, operations in document["paths"].items():
        name = path.rpartition("/")[2]
        for operation in operations.values():
            responses = operation["responses"]
            (given,) = responses[200]["content"].values()
            responses[200]["content"] = dict.fromkeys(_TYPES.get(name, ("application/json",)), given)
            operation["responses"] = {200: responses[200], **_problems(_ANYWHERE | _CODES[name])}
    return document


def _problems(codes: set[str]) -> dict[int, Any]:
    """Return what is answered with each status; its description names the codes."""
    answers: dict[int, Any] = {}
    for code in filter(codes.__contains__, STATUSES):
        status = STATUSES[code]
        if status in answers:
            answers[status]["description"] += f", {code}"
            continue
        answers[status] = {
            "description": str(code),
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}},
        }
        if status in _HEADERS:
            header, kind, about = _HEADERS[status]
            answers[status]["headers"] = {header: {"description": about, "required": True, "schema": {"type": kind}}}
    return answers
