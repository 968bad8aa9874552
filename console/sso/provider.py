"""
The provider as allauth sees it: where a round trip begins, and what its answer makes of somebody.

Of allauth’s own provider this keeps PKCE, the state of a round trip and the shape of what is linked. Nothing in a request
steers what the provider is asked for. No token of the provider is kept, neither in the database nor in a session.
"""

import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from allauth.account.models import EmailAddress
from allauth.core.internal.httpkit import add_query_params
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.urls import reverse

from console.adapter import at_home
from console.models import User
from console.sso import claims, discovery
from console.sso.configuration import configured
from console.sso.wire import Session

REAUTHENTICATE = "reauthenticate"
"""A round trip that asks who is signed in to sign in at the provider once more, beside allauth’s login and connect."""


class Exchange(OAuth2Client):  # type: ignore[misc]  # allauth carries no types.
    """Exchanges the code of an answer for tokens."""

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: Mapping[str, str]) -> str:
        asked = dict(parse_qsl(super().get_redirect_url("", scope, extra_params).removeprefix("?")))
        return str(add_query_params(authorization_url, asked))  # Some providers have a question mark in theirs.

    def get_access_token(self, code: str, pkce_code_verifier: str, extra_data: None = None) -> dict[str, Any]:
        data = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback_url}
        data |= {"client_id": self.consumer_key, "code_verifier": pkce_code_verifier}
        login = None
        if self.basic_auth:
            login = quote_plus(self.consumer_key), quote_plus(self.consumer_secret)  # RFC 6749, section 2.3.1.
        else:
            data["client_secret"] = self.consumer_secret
        with Session() as session:
            response = session.post(self.access_token_url, data=data, auth=login)
        if response.status_code != 200:
            raise claims.Untrusted(f"the token endpoint answers with HTTP {response.status_code}")
        return discovery.read_object(response)


class Endpoint(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # As above.
    """The provider’s addresses."""

    client_class = Exchange

    @property
    def openid_config(self) -> dict[str, Any]:
        return discovery.configuration(configured())

    @property
    def basic_auth(self) -> bool:
        return bool(self.openid_config["basic"])

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return at_home(reverse("sso_callback"))


class OpenIDConnect(OpenIDConnectProvider):  # type: ignore[misc]  # As above.
    """The one provider that there may be."""

    oauth2_adapter_class = Endpoint
    pkce_enabled_default = True

    def __init__(self, request: HttpRequest) -> None:
        self.configured = configured()
        app = SocialApp(provider=self.id, provider_id=self.configured.key, name=str(self.configured.name))
        app.client_id, app.secret = self.configured.client_id, self.configured.client_secret
        super().__init__(request, app=app)

    def begin(self, request: HttpRequest, process: str, by: User | None) -> str:
        """
        Return the address at the provider that a round trip begins with, and remember the round trip in the session.

        `by` is the person that it is for, where somebody is signed in. Raises RequestException and Untrusted.
        """
        nonce = secrets.token_urlsafe(32)
        asked = {"nonce": nonce, **(_anew(by) if process == REAUTHENTICATE else {})}
        facts = {"nonce": nonce, "since": time.time(), "by": str(by.pk) if by else ""}
        response = self.redirect(request, process, auth_params=asked, scope=self.get_default_scope(), **facts)
        return str(response.url)

    def finish(self, request: HttpRequest, code: str, state: Mapping[str, Any]) -> tuple[SocialLogin, dict[str, Any]]:
        """
        Return who came back from a round trip, with the claims of the ID token.

        Raises RequestException where the provider does not answer, and Untrusted where its answer is not believed.
        """
        endpoint = self.get_oauth2_adapter(request)
        answered = endpoint.get_client(request, self.app).get_access_token(code, state["pkce_code_verifier"])
        token, keys = answered.get("id_token"), discovery.keys(self.configured)
        if not claims.knows_key(token, keys):
            keys = discovery.keys(self.configured, afresh=True)
        issuer, client_id = endpoint.openid_config["issuer"], self.app.client_id
        found = claims.read(token, keys, issuer=issuer, client_id=client_id, nonce=state["nonce"])
        about = self._about(found, answered.get("access_token"), endpoint.openid_config)
        return self._login(about, found["sub"]), found

    def _about(self, found: dict[str, Any], access_token: object, addresses: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is said of the person: in the ID token, or, where it has no address, where the provider keeps it."""
        if ("email" in found and "email_verified" in found) or "userinfo_endpoint" not in addresses:
            return found
        if not isinstance(access_token, str) or not (access_token.isascii() and access_token.isprintable()):
            raise claims.Untrusted("no access token")
        headers = {"Authorization": f"Bearer {access_token}"}
        about = discovery.answer(addresses["userinfo_endpoint"], headers=headers)
        if about.get("sub") != found["sub"]:
            raise claims.Untrusted("the provider speaks of somebody else: sub")
        return about

    def _login(self, about: Mapping[str, Any], sub: str) -> SocialLogin:
        email, name = claims.address_in(about), about.get("name")
        login = SocialLogin(
            provider=self,
            user=User(email=email, name=_line(name)),
            account=SocialAccount(provider=self.sub_id, uid=sub, extra_data={"email": email}),
            email_addresses=[EmailAddress(email=email, verified=True, primary=True)] if email else [],
        )
        login.user.set_unusable_password()
        return login


def _anew(by: User | None) -> dict[str, str]:
    hint = {"login_hint": by.email} if by else {}
    return {"prompt": "login", "max_age": "0", **hint}


def _line(name: object) -> str:
    """Return what somebody is called as one line that can be seen, cut to its column."""
    text = " ".join(name.split()) if isinstance(name, str) else ""
    return text[:100] if text.isprintable() else ""
