"""
The spec checker: a workload file is pasted or uploaded, and each image in it gets its verdict, with changes that mend it.

Source: product page, section 7. The page that is answered holds the file; nothing of it is stored or logged, so whatever is
done next with it is posted again.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from console import languages
from console.access import TeamRequest, member
from registries.forms.spec import SpecForm
from registries.forms.spec_changes import as_carried, change_of, undoing
from registries.spec_checks import Report, check_spec
from registries.specs import fixing
from registries.specs.spec import Kind, SpecFault
from registries.views.spec_example import EXAMPLE, EXAMPLE_NAME
from registries.views.spec_lines import changed_lines, excerpt, rows, split_lines, tally
from registries.views.spec_words import said


@member()
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def spec_checker(request: TeamRequest) -> HttpResponse:
    """
    Ask for a file, or answer with what is said of the one that was posted.

    `do` is `check`, `edit` or `undo`; `fix` is the key of a change that is to be taken.
    """
    if request.method != "POST":
        example = {"spec": EXAMPLE, "file_name": EXAMPLE_NAME} if "example" in request.GET else {}
        return _asked(request, SpecForm(initial=example, may_look_up=request.membership.is_admin))
    form = SpecForm(request.POST, request.FILES, may_look_up=request.membership.is_admin)
    valid = form.is_valid()
    if request.POST.get("do") == "edit":
        return _asked(request, form.unjudged())
    if not valid:
        return _asked(request, form)
    try:
        before, notice = form.text, _changed(request, form)
        # Each look-up counts as a test, and many changes may be taken one after the other.
        looks_up = form.looks_up and form.text == before
        report = _check(request, form, look_up=looks_up)
    except SpecFault as fault:
        return _unreadable(request, form, fault)
    not_again = _("The images were not looked up again after this change. Check again to look them up.")
    notices = [notice, not_again if form.looks_up and not looks_up else ""]
    taken = form.text != before and "fix" in request.POST
    return _answered(request, form, report, notice=" ".join(filter(None, notices)), taken=taken)


def _check(request: TeamRequest, form: SpecForm, *, look_up: bool) -> Report:
    return check_spec(
        form.text,
        request.team.connections(manager="bare").all(),
        team=request.team,
        needed_until=form.cleaned_data["needed_until"],
        look_up=look_up,
        by=request.user,
    )


def _changed(request: TeamRequest, form: SpecForm) -> str:
    """Take the change that is asked for, or take the last one back; return what there is to say of that."""
    if key := request.POST.get("fix"):
        # Most changes are offered by what is known without asking a registry.
        for look_up in [False, True] if form.looks_up else [False]:
            if fix := fixing.find_fix(_check(request, form, look_up=look_up).verdicts, key):
                form.changes = (*form.changes, change_of(form.text, fix))
                form.show(fixing.apply(form.text, fix))
                return ""
        return _(
            "That change is offered no more, because a registry of the team changed meanwhile. Nothing was changed in the "
            "file."
        )
    if request.POST.get("do") == "undo":
        back = undoing(form.text, form.changes[-1]) if form.changes else None
        if back is None:
            return _("There is nothing to undo in this text. Nothing was changed in the file.")
        form.changes = form.changes[:-1]
        form.show(fixing.apply(form.text, back))
        return _("The change is undone.")
    return ""


def _answered(request: TeamRequest, form: SpecForm, report: Report, *, notice: str, taken: bool) -> HttpResponse:
    """Answer with what is said of a file; `taken` says that a change was taken just now."""
    verdicts = [(verdict, said(request, verdict)) for verdict in report.verdicts]
    lines = list(rows(form.text, verdicts))
    context = {
        "form": form,
        "report": report,
        "tally": tally([one for __, one in verdicts]),
        "steps": all(verdict.use.kind is Kind.WORKFLOW for verdict in report.verdicts),
        "lines": lines,
        "tail": len(split_lines(form.text)) - lines[-1].number,
        "change": changed_lines(form.text, form.changes[-1]) if form.changes else None,
        "changes": as_carried(form.changes),
        "notice": notice,
        "taken": taken,
    }
    return render(request, "registries/spec_result.html", context)


def _asked(request: TeamRequest, form: SpecForm, **context: Any) -> HttpResponse:
    """Answer with the form, and with its faults if it has some."""
    context |= {"form": form, "error_summary": form.error_summary()}
    return render(request, "registries/spec_checker.html", context, status=422 if form.errors else 200)


def _unreadable(request: TeamRequest, form: SpecForm, fault: SpecFault) -> HttpResponse:
    words = languages.said(fault.sentence)
    form.add_error("spec", _("Line {line}: {fault}").format(line=fault.line, fault=words) if fault.line else words)
    context: Mapping[str, Any] = {"excerpt": excerpt(form.text, fault.line, fault.sentence), "fault": fault}
    return _asked(request, form, **context)
