"""Where allauth asks about identities of elsewhere: there is one provider, the operator’s, and the database names none."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from console.sso.admission import admit
from console.sso.configuration import configured
from console.sso.passwords import is_closed_for
from console.sso.problems import Problem, Stopped
from console.sso.provider import OpenIDConnect
from console.sso.reauthentication import identities
from console.sso.wire import Session

log = logging.getLogger("berth")


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types.
    """Take who comes from the provider to `admission`, and let allauth decide nothing of it."""

    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "no_password": _("Set a password first. Without one nothing else would open your account."),
        "no_verified_email": _("Confirm your email address first."),
        "password_closed": _("Passwords are closed here, so nothing else would open your account."),
    }

    def pre_social_login(self, request: HttpRequest, login: SocialLogin) -> None:
        if login.state["process"] == AuthProcess.CONNECT:
            if login.is_existing and login.user != request.user:
                raise Stopped(Problem.TAKEN)
            if identities(request.user).exclude(uid=login.account.uid).exists():
                raise Stopped(Problem.CONNECTED_ALREADY)
        elif not login.is_existing:
            admit(request, login, configured())

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[SocialApp]:
        return [OpenIDConnect(request).app] if settings.BERTH_OIDC else []

    def list_providers(self, request: HttpRequest) -> list[OpenIDConnect]:
        return [OpenIDConnect(request)] if settings.BERTH_OIDC else []

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> OpenIDConnect:
        if settings.BERTH_OIDC is None:
            raise SocialApp.DoesNotExist
        return OpenIDConnect(request)

    def get_requests_session(self) -> Session:
        return Session()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False  # Accounts are made by `admission`, before allauth would.

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        return reverse("sso_connections")

    def validate_disconnect(self, account: SocialAccount, accounts: Any) -> None:
        if not account.user.has_usable_password():
            raise self.validation_error("no_password")
        if is_closed_for(account.user):
            raise self.validation_error("password_closed")

    def on_authentication_error(self, request: HttpRequest, provider: Any, exception: Any = None, **context: Any) -> None:
        if exception is not None:  # The view says what it means, in our words.
            raise exception

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().send_notification_mail(*args, **kwargs)
        except (OSError, SMTPException) as error:
            # A mail server that is away keeps nobody out. The words of the fault could hold an address.
            log.warning("a mail about single sign-on could not be sent: %s", type(error).__name__)
