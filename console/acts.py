"""
The admin's pages on which acting staff do something: a sentence that says what will happen, a reason, one button.

An admin class lists its acts; each has an address of its own below the object's page, asks by GET and does by POST.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from console import staff
from console.languages import ENGLISH

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class ReasonForm(forms.Form):
    """Why it is done; `read_by` is a sentence that says who reads that."""

    reason = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}))

    def __init__(self, *args: Any, read_by: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = read_by
        self.fields["reason"].error_messages["required"] = _("Say why. {read_by}").format(read_by=read_by)


class Overtaken(Exception):
    """Somebody else did it between the page and the button, so that nothing was done and no reason recorded."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """
    Something that acting staff may do to an object.

    `words` stand on the button, `sentence` says what will happen and has a place for the object's `name`. `do` takes the
    object, the person and the reason, and returns what to say afterwards: a level of `messages`, and a sentence; it raises
    Overtaken where somebody was quicker. `offered` says of an object whether there is anything to do. Without `asks` there
    is no reason, and no page in between.
    """

    slug: str
    words: "StrPromise"
    sentence: "StrPromise"
    do: Callable[[Any, Any, str], tuple[int, str]]
    offered: Callable[[Any], bool] = lambda thing: True
    asks: bool = True


class Acting:
    """The acts of an admin class: their addresses, and the buttons that its change page shows."""

    acts: ClassVar[Sequence[Act]] = ()

    def may_act_on(self, request: HttpRequest, thing: Any) -> bool:
        return staff.may_act(request.user)

    def read_by(self, thing: Any) -> str:
        """Return the sentence that says who reads the reason of an act."""
        return _("The team reads it in its activity.")

    def get_urls(self) -> list[Any]:
        own = path(
            "<path:object_id>/act/<slug:slug>/",
            self.admin_site.admin_view(self.act_view),  # type: ignore[attr-defined]
            name=f"{self.opts.app_label}_{self.opts.model_name}_act",  # type: ignore[attr-defined]
        )
        return [own, *super().get_urls()]  # type: ignore[misc]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        thing = kwargs.get("obj")
        context["offered_acts"] = self.offered_acts(request, thing) if thing else []
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        return answer

    def offered_acts(self, request: HttpRequest, thing: Any) -> list[tuple[Act, str]]:
        """Return what may be done to an object now, each with its address."""
        if not self.may_act_on(request, thing):
            return []
        return [(act, self._address("act", thing.pk, act.slug)) for act in self.acts if act.offered(thing)]

    def act_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        """Ask for the reason, or do it. Raises PermissionDenied for those who only look."""
        if not staff.may_act(request.user):
            raise PermissionDenied
        act = next((act for act in self.acts if act.slug == slug), None)
        thing = self.get_object(request, unquote(object_id)) if act else None  # type: ignore[attr-defined]
        if act is None or thing is None:
            raise Http404
        if not self.may_act_on(request, thing):
            raise PermissionDenied
        form = ReasonForm(request.POST if request.method == "POST" else None, read_by=self.read_by(thing))
        if not act.offered(thing):
            messages.warning(request, _("There is nothing to do: {name} is as it would be then.").format(name=thing))
        elif request.method != "POST" or (act.asks and not form.is_valid()):
            return self._asked(request, act, thing, form)
        else:
            reason = form.cleaned_data["reason"] if act.asks else ""
            self._do(request, act, thing, reason)
        return HttpResponseRedirect(self._address("change", thing.pk))

    def _do(self, request: HttpRequest, act: Act, thing: Any, reason: str) -> None:
        try:
            level, said = act.do(thing, request.user, reason)
        except Overtaken:
            said = _("Somebody was quicker: {name} was like that already. Your reason was not recorded.")
            messages.warning(request, said.format(name=thing))
        else:
            with translation.override(ENGLISH):
                self.log_change(request, thing, f"{act.words}. {reason}".strip())  # type: ignore[attr-defined]
            messages.add_message(request, level, said)

    def _asked(self, request: HttpRequest, act: Act, thing: Any, form: ReasonForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": f"{act.words}: {thing}",
            "opts": self.opts,  # type: ignore[attr-defined]
            "original": thing,
            "act": act,
            "sentence": act.sentence.format(name=thing),
            "form": form,
            "back_url": self._address("change", thing.pk),
        }
        return TemplateResponse(request, "admin/act.html", context, status=422 if form.errors else 200)

    def _address(self, page: str, pk: Any, *arguments: str) -> str:
        opts = self.opts  # type: ignore[attr-defined]
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[quote(pk), *arguments])
