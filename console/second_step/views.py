"""The pages of second steps: those of django-allauth where they fit, and what they leave to do."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.stages import LoginStageController
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.internal.flows.trust import trust_browser
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from django.views.generic.edit import FormView

from console.second_step import door, seeds, stages
from console.second_step.forms import dress

View = Callable[..., HttpResponse]


class Authenticate(AuthenticateView):  # type: ignore[misc]  # allauth carries no types.
    """Ask for the second step of a sign-in, and let people have this browser known for a while."""

    @method_decorator(login_not_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        stage = LoginStageController.enter(request, AuthenticateStage.key)
        if stage is not None and stages.is_over(stage):
            return stage.abort()
        return super().dispatch(request, *args, **kwargs)

    def _build_forms(self) -> Any:
        posted = super()._build_forms()
        self.recovery = "recovery" in self.request.GET
        if self.recovery:
            dress(self.auth_form.fields["code"], recovery=True)
        return posted

    def form_valid(self, form: Any) -> HttpResponse:
        user = self.stage.login.user
        response: HttpResponse = super().form_valid(form)
        used = [record.get("type") for record in get_authentication_records(self.request, user)][-1:]
        if "trust" in self.request.POST and used != [Authenticator.Type.RECOVERY_CODES]:
            trust_browser(self.request, user, response)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.stage.login.user
        kinds = set(user.authenticator_set.values_list("type", flat=True))
        more = {"email": user.email, "kinds": kinds, "recovery": self.recovery}
        return {**super().get_context_data(**kwargs), **more}


class ReauthenticateByPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc]  # As above.
    """Ask for a passkey again. A refusal is said on this page; allauth leads to the sign-in page, and that one away."""

    def form_invalid(self, form: Any) -> HttpResponse:
        return FormView.form_invalid(self, form)


class Index(IndexView):  # type: ignore[misc]  # As above.
    """Show somebody's second steps."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        codes = context["authenticators"].get(Authenticator.Type.RECOVERY_CODES)
        try:
            context["codes_left"] = len(codes.get_unused_codes()) if codes else None
        except seeds.SeedLost:
            context["seed_lost"] = True
        context["asking"] = self.request.user.teams_asking
        return context


@require_safe
def second_step_needed(request: Any) -> HttpResponse:
    """Say why somebody needs a second step, and how to set one up; lead on who has one."""
    return door.went_on(request) if request.user.has_second_step else door.needed(request)


@require_safe
def second_step_go_on(request: Any) -> HttpResponse:
    """Lead on to where somebody was going before they were asked for a second step."""
    return door.went_on(request)


def readable(view: View) -> View:
    """Say so where what is stored of somebody's second step does not open."""

    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except seeds.SeedLost:
            return render(request, "console/second_step_lost.html", status=409)

    return read
