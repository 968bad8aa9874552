"""How sign-in by django-allauth fits this house: nobody signs up by themselves, mails lead home, and the words are ours."""

import time
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from console import guesses, mails
from console.models import User
from console.sso import passwords, reauthentication

ASKED_BY = {
    "reauthenticate": _("Use the password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}


def at_home(url: str) -> str:
    """Return a link to this console under its configured address, whatever host name a request was sent to [B7]."""
    return urlunsplit(urlsplit(url)._replace(scheme=settings.BERTH_URL.scheme, netloc=settings.BERTH_URL.netloc))


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types.
    """Keep sign-up closed: an account comes from the first-run set-up, from `manage.py setup` or from an invitation."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account may not sign in."),
        "duplicate_email": _("This address belongs to your account already."),
        "email_password_mismatch": _("The email or the password is not right."),
        "enter_current_password": _("Enter your current password."),
        "incorrect_password": _("The password is not right."),
        "invalid_password_reset": _("This link was used or has ended. Ask for another one."),
        "rate_limited": _("Too many requests. Wait a moment, then try again."),
        "same_as_current": _("This is the same as before."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return who asks; where the proxies in front say something else than BERTH_PROXIES promised, the nearest one."""
        try:
            return str(super().get_client_ip(request))
        except (ImproperlyConfigured, PermissionDenied):
            return str(request.META.get("REMOTE_ADDR") or "::")  # Where nothing is known, the address that is nobody's.

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return guesses.counted_as(credentials.get("email", ""))

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        guesses.forget(request, credentials["email"])

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """
        Take a sign-in a moment ago for one that was asked again, before what Berth asks it for and for second steps.

        allauth counts only what was typed on its page for that, and still does for addresses and passwords (`app`). Nothing
        counts where this session has not seen the second step of somebody who has one, as in a browser that is known.
        """
        if not self._both_steps_taken():
            raise ReauthenticationRequired  # Returned, it would still be asked whether anything was typed lately.
        lately = app in ("", "allauth.mfa") and self._signed_in_lately()
        required = super().is_reauthentication_required(app=app, **kwargs) and not lately
        if required:
            reauthentication.demand(self.request)
        return bool(required)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """
        Return how somebody may be asked again: by the second step alone where this session has not seen theirs.

        A browser that is known is let in by the password. What needs a recent sign-in still rests on both.
        """
        methods = reauthentication.ways(user, super().get_reauthentication_methods(user))
        if methods and not self._both_steps_taken():
            methods = [method for method in methods if method["id"].startswith("mfa_")]
        return [{**method, "description": ASKED_BY.get(method["id"], method["description"])} for method in methods]

    def get_login_stages(self) -> list[str]:
        """Leave out the page that asks whether this browser is to be known: the one before it, ours, has a box for that."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "console.second_step.stages.Authenticate"}
        stages = [stage for stage in super().get_login_stages() if stage != "allauth.mfa.stages.TrustStage"]
        return [ours.get(stage, stage) for stage in stages]

    def _signed_in_lately(self) -> bool:
        since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        lately = any(record["method"] in ("password", "mfa") and record["at"] > since for record in self._records())
        return lately and self._both_steps_taken()

    def _both_steps_taken(self) -> bool:
        """Whether this session has seen the person's second step, if they have one."""
        return any(record["method"] == "mfa" for record in self._records()) or not self.request.user.has_second_step

    def _records(self) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = get_authentication_records(self.request, self.request.user)
        return records

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        return super().authenticate(request, **passwords.judged(credentials))

    def is_safe_url(self, url: str) -> bool:
        """Take what is no address for one that leads elsewhere: anybody may write it into a link to the sign-in page."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # Python says so of `https://[name]/`, and the page would fail.
            return False

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail of two parts. Nothing in it follows from the request's host name, which anybody may choose."""
        password_url = at_home(reverse("account_reset_password"))
        mails.written(template_prefix, email, {**context, "password_url": password_url}).send()

    def send_notification_mail(
        self, template_prefix: str, user: User, context: Any = None, email: str | None = None
    ) -> None:
        """Tell a person what happened to the account. It has happened, so a mail server that fails must not hide that."""
        with mails.failing_quietly():
            super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def send_password_reset_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send the link for a new password. A fault of the mail server must not show who has an account."""
        with mails.failing_quietly():
            super().send_password_reset_mail(*args, **kwargs)

    def send_account_already_exists_mail(self, email: str) -> None:
        self.send_mail("account/email/account_already_exists", email, {})

    def get_reset_password_from_key_url(self, key: str) -> str:
        return at_home(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return at_home(super().get_email_confirmation_url(request, emailconfirmation))
