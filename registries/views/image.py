"""
The page that checks one image: which registry it gets and why, or how a login goes that is typed for this once.

Source: product page, sections 6, 7 and 11. The image is posted, although asking changes nothing: a clipboard may hold a
password, which belongs in no address. Of a login nothing is kept; a test leaves its steps, as every typed one does.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from console.access import TeamRequest, member
from console.sentences import say
from registries.bulkhead import wait
from registries.forms.image import ImageForm
from registries.models import Check
from registries.outcomes import Mend, Outcome, StepResult
from registries.repairs import TO_ADD_THE_AUTHORITY, TO_CHANGE_THE_IMAGE
from registries.views.answers import QUICK_SECONDS, WHOLE_SECONDS, up_to_date
from registries.which import resolved

# Where in this page's own form that is mended which the form of a registry has elsewhere.
MENDS = {
    TO_CHANGE_THE_IMAGE.anchor: Mend(say("Change the image"), "id_image"),
    **dict.fromkeys(("id_username", "id_password"), Mend(say("Enter another login"), "id_username")),
    "id_method_0": Mend(say("Enter a login"), "id_username"),
}


@member()
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def image_check(request: TeamRequest) -> HttpResponse:
    """Say which registry an image gets, or test the image with what is typed."""
    form = ImageForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _answered(request, form)
    if not form.is_valid():
        return _answered(request, form, error_summary=form.error_summary(), status=422)
    if form.testing:
        return _answered(request, form, **_tested(request, form))
    return _answered(request, form, **resolved(request.team, form.found.reference, form.cleaned_data["named"]))


@member()
@require_safe
def image_check_test(request: TeamRequest, pk: UUID) -> HttpResponse:
    """Show a test of what was only typed, as it stands, to whoever typed it."""
    check = get_object_or_404(request.team.checks.filter(connection=None, by=request.user), pk=pk)
    up_to_date(check)
    context = _panel(request, check, anonymous=request.GET.get("login") == "none")
    if request.htmx:
        return render(request, "registries/_check.html", context)
    return _answered(request, ImageForm(), **context)


def _answered(request: TeamRequest, form: ImageForm, *, status: int = 200, **context: Any) -> HttpResponse:
    """Answer with the page, or the part of it that htmx asked for: then what was typed stays in the form, faults or not."""
    part = request.htmx and not request.htmx.history_restore_request
    template = "registries/_image_answer.html" if part else "registries/image_check.html"
    return render(request, template, {"form": form, **context}, status=status)


def _tested(request: TeamRequest, form: ImageForm) -> dict[str, Any]:
    """Test a pull of the image; without JavaScript the answer waits for the end."""
    check, future = Check.try_out(
        form.registry,
        team=request.team,
        by=request.user,
        purpose="pull",
        test_image=str(form.found.reference),
        ca_certificate="",
    )
    wait(future, QUICK_SECONDS if request.htmx else WHOLE_SECONDS)
    check.refresh_from_db()
    return {**_panel(request, check, anonymous=form.anonymous), "doubts": form.hints}


def _panel(request: TeamRequest, check: Check, *, anonymous: bool) -> dict[str, Any]:
    url = reverse("image_check_test", args=[request.team.slug, check.pk])
    return {
        "check": check,
        "steps": [_for_once(step) for step in check.steps],
        "check_url": f"{url}?login=none" if anonymous else url,
        "hints": [gettext("Anyone can read this image: no login was offered.")]
        if anonymous and check.outcome == Outcome.CONNECTED
        else [],
    }


def _for_once(step: StepResult) -> StepResult:
    """Say what to do as this page has it, which has few of the fields of a registry that is saved."""
    fix = step.fix
    if TO_ADD_THE_AUTHORITY in step.mends:
        fix = say("A registry that is saved may bring a CA certificate of its own. Add it to the team, and test it there.")
    if step.token_host:
        fix = say(
            "It sends logins to {host}. In a registry that is saved, an admin may approve that host.", host=step.token_host
        )
    mends = dict.fromkeys(MENDS[mend.anchor] for mend in step.mends if mend.anchor in MENDS)
    return replace(step, fix=fix, mends=tuple(mends), token_host="")
