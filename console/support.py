"""The support staff's admin: what this project registers and nothing else, behind the same door as everybody."""

from collections.abc import Iterable
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

OURS = ("console", "registries")


class SupportSite(admin.AdminSite):
    site_header = site_title = "Berth support"
    index_title = "Support"

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send people through the same door as everybody: a sign-in of the admin's own would have no limits [A11]."""
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Lead to the one page that changes a password, which counts wrong tries and tells the person."""
        return redirect("account_change_password")

    def get_urls(self) -> list[Any]:
        """Leave out the way from any object to its page, which nothing here has."""
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take what this project registers. Other apps would add pages of sessions, addresses and rights [P1, P6]."""
        models = model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        super().register([model for model in models if model._meta.app_label in OURS], admin_class, **options)
