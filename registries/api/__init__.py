"""
The machine API: `/api/v1/`, for whatever pulls. Described by itself at `openapi.json`, and for people at `docs`.

Nothing here is kept by a cache, and nothing is compressed, since most of it is secret. There is no HEAD: a login without
its body would be noted as handed out, and reach nobody.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path
from django.utils.log import log_response
from django.views.decorators.common import no_append_slash
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from registries.api.description import complete
from registries.api.docs import page_of
from registries.api.parameters import only_declared
from registries.api.problems import Problem
from registries.api.spec_checks import router as spec_checks
from registries.api.views import router
from registries.models import LedgerUnavailable

View = Callable[..., HttpResponse]


def _for_machines(view: View) -> View:
    """Let no session open a view and no cache keep its answers, and tell a wrong method as every other problem."""

    @login_not_required
    @csrf_exempt
    @no_append_slash  # Nothing is led elsewhere with its token.
    @wraps(view)
    def answer(request: HttpRequest, **place: Any) -> HttpResponse:
        response = view(request, **place)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = response["Allow"]
            response = Problem("method_not_allowed", f"This address knows {allowed} alone.").answer()
            response["Allow"] = allowed
        response["Cache-Control"] = "no-store"
        return response

    return answer


class MachineAPI(NinjaAPI):
    @property
    def urls(self) -> Any:
        patterns: Any
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            pattern.callback = _for_machines(pattern.callback)
        docs = path("docs", page_of(self.get_openapi_schema), name="docs")
        return [*patterns, docs], app_name, namespace

    def get_openapi_schema(self, **place: Any) -> Any:
        return complete(super().get_openapi_schema(**place))


api = MachineAPI(
    title="Berth",
    version="1",
    description="Logins to a team’s container registries, for the machines that pull.",
    docs_url=None,
    docs_decorator=require_GET,
    urls_namespace="api",
)
api.add_decorator(only_declared, mode="operation")
api.add_router("", router)
api.add_router("", spec_checks)


@api.exception_handler(Problem)
def problem(request: HttpRequest, error: Problem) -> HttpResponse:
    """Answer, and log no more than code and path: that a login is locked or a provider is away is no fault of Berth’s."""
    response = error.answer()
    level = "error" if error.code == "ledger_unavailable" else "warning"
    log_response("%s: %a", error.code, request.path, response=response, request=request, level=level)
    return response


@api.exception_handler(LedgerUnavailable)
def ledger_unavailable(request: HttpRequest, error: LedgerUnavailable) -> HttpResponse:
    sentence = "The ledger cannot be written, and without it nothing is handed out."
    return problem(request, Problem("ledger_unavailable", sentence, retry_after_seconds=5))


@api.exception_handler(ValidationError)
def invalid_request(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the parameters and members that are wrong, and quote nothing of them."""
    names = sorted({_blamed(fault) for fault in error.errors})
    return problem(request, Problem("invalid_request", f"Not valid: {', '.join(names) or 'the request'}."))


def _blamed(fault: Any) -> str:
    where, *path = map(str, fault["loc"])
    if where == "body":  # What comes first there is what a view calls the body.
        path = path[1:] or ["the body"]
    # A name that is not known here is the asker's own word.
    return "a member that is not known" if fault["type"] == "extra_forbidden" else path[0] if path else "the request"


@api.exception_handler(HttpError)
def unreadable_request(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Say that a body is no JSON, which is all that ninja itself complains of."""
    return problem(request, Problem("bad_request", "The body is not JSON."))


@api.exception_handler(Exception)
def fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Leave every other fault to the house, which tells them all alike."""
    raise error


__all__ = ["api"]
