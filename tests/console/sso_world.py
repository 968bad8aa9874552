"""What tests of single sign-on share: a provider that Berth is set to, and people who go there and come back."""

import html
import http.client
import re
from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount
from django.test import Client

from console.models import User
from console.sso.configuration import Place, Provider
from tests.fake_provider import CLIENT, SECRET, FakeProvider

BEGIN = "/accounts/oidc/sso/login/"
ACCOUNT = "/accounts/sso/"
AGAIN = "/accounts/sso/reauthenticate/"
LEADS_ON = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]+)">')


def set_to(fake: FakeProvider, **changes: Any) -> Provider:
    """Return the settings that name a provider, with Northwind's domain leading to Northwind."""
    told = {"issuer": fake.issuer, "client_id": CLIENT, "client_secret": SECRET, "name": "Northwind SSO"}
    return Provider(**{**told, "teams": {"northwind.example": Place("northwind", "member")}, **changes})


def way_there(answer: Any) -> str:
    """Return the address at the provider that a page leads to."""
    found = LEADS_ON.search(answer.content.decode())
    assert found, answer.content.decode()
    return html.unescape(found[1])


def way_back(url: str) -> str:
    """Go to the provider, and return the path that it leads back to."""
    parts = urlsplit(url)
    there = http.client.HTTPConnection(parts.netloc, timeout=5)
    there.request("GET", f"{parts.path}?{parts.query}")
    back = urlsplit(there.getresponse().headers["Location"])
    there.close()
    return f"{back.path}?{back.query}"


def round_trip(client: Client, path: str = BEGIN, **sent: str) -> Any:
    """Press the button, sign in at the provider, come back; return Berth's answer to that."""
    return client.get(way_back(way_there(client.post(path, sent))))


def who(client: Client) -> str:
    """Return the id of who is signed in, "" where nobody is."""
    return str(client.session.get("_auth_user_id", ""))


def titled(answer: Any, title: str) -> bool:
    """Tell whether a page has this title."""
    return f"<h1>{title}</h1>" in answer.content.decode()


def linked(user: User, provider: FakeProvider, sub: str = "sub-of-nina") -> SocialAccount:
    """Connect somebody with an identity, by default the one that the provider speaks of."""
    return SocialAccount.objects.create(user=user, provider=provider.issuer, uid=sub)
