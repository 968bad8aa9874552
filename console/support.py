"""The support staff's admin: what this project registers and nothing else, behind the same door as everybody."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from console.second_step.door import led_to_set_up

OURS = ("console", "registries")


class SupportSite(admin.AdminSite):
    site_header = site_title = _("Berth support")
    index_title = _("Support")
    front_page: Callable[[], dict[str, Any]] = staticmethod(dict)  # What a room tells on the front page.

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send people through the same door as everybody, whatever they send: the admin's own has no limits [A11]."""
        if not request.user.is_authenticated:
            return redirect_to_login(get_next_redirect_url(request) or reverse("admin:index"))
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Let staff in who have a second step, whenever they signed in, and lead others of staff to set one up first."""
        inside = super().admin_view(view, cacheable)
        if view == self.logout:
            return inside

        @wraps(inside)
        def door(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if self.has_permission(request) and not request.user.has_second_step:
                return led_to_set_up(request, instead=reverse("admin:index"))
            answer: HttpResponse = inside(request, *args, **kwargs)
            return answer

        return door

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show how things are above what there is to look at."""
        return super().index(request, {**self.front_page(), **(extra_context or {})})

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Lead to the one page that changes a password, which counts wrong tries and tells the person."""
        return redirect("account_change_password")

    def get_urls(self) -> list[Any]:
        """Leave out what nothing here has: a way from any object to its page, and one that completes what is typed [P3]."""
        unused = ("view_on_site", "autocomplete")
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") not in unused]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take what this project registers. Other apps would add pages of sessions, addresses and rights [P1, P6]."""
        given = model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        ours = [model for model in given if model._meta.app_label in OURS]
        for model in ours:
            let_names_be_said(model)
        super().register(ours, admin_class, **options)


def let_names_be_said(model: type[models.Model]) -> None:
    """
    Let the names that Django makes of a class's and its columns' own be said in the reader's language: in English as ever.

    They are given here and not in the class, as whatever stands there is part of a migration. Each room lists its words.
    """
    opts = model._meta
    name = opts.verbose_name_raw
    if "verbose_name" not in opts.original_attrs:
        opts.verbose_name = _(name)
    if "verbose_name_plural" not in opts.original_attrs:
        opts.verbose_name_plural = _(f"{name}s")
    for field in (*opts.fields, *opts.many_to_many):
        if field._verbose_name is None:  # type: ignore[attr-defined]
            field.verbose_name = pgettext_lazy("column", field.name.replace("_", " "))
