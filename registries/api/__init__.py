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
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from ninja import NinjaAPI
from ninja.errors import ValidationError

from registries.api.description import complete
from registries.api.docs import page_of
from registries.api.problems import Problem
from registries.api.views import router
from registries.models import LedgerUnavailable

View = Callable[..., HttpResponse]


def _for_machines(view: View) -> View:
    """Let no session open a view and no cache keep its answers, and tell a wrong method as every other problem."""

    @login_not_required
    @csrf_exempt
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
api.add_router("", router)


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
    """Name the parameters that are wrong, and quote nothing of them."""
    names = sorted({str(part) for fault in error.errors for part in fault["loc"][1:2]})
    return problem(request, Problem("invalid_request", f"Not valid: {', '.join(names) or 'the request'}."))


@api.exception_handler(Exception)
def fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Leave every other fault to the house, which tells them all alike."""
    raise error


__all__ = ["api"]
