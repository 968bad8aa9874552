"""How the provider is asked: whom Berth trusts on the way, and which way that is."""

import ssl
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
import requests
import trustme
from pytest_django import Settings

from console.environment import Proxy
from console.sso import wire
from tests.console.test_sso_faults import FAULTS
from tests.fake_provider import FakeProvider, fake_provider

pytestmark = pytest.mark.enable_socket
PROXY = Proxy(scheme="http", host="proxy.example.com", port=3128, authorization="Basic Q0FOQVJZ")


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def on_https(authority: trustme.CA) -> Iterator[FakeProvider]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with fake_provider(context) as fake:
        yield fake


def asked(fake: FakeProvider) -> int:
    with wire.Session() as session:
        return session.get(f"{fake.issuer}/keys").status_code


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_certificate_that_the_system_does_not_trust_is_refused(on_https: FakeProvider) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        asked(on_https)
    assert on_https.asked == []


def test_an_authority_that_the_system_trusts_is_trusted(
    on_https: FakeProvider, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))

    assert asked(on_https) == 200


@pytest.mark.parametrize("fault", ["huge", "dripping"])
def test_an_answer_ends_at_its_limits(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "SECONDS", 0.3)
    with fake_provider() as fake:
        fake.faults["/keys"] = FAULTS[fault]

        with pytest.raises(requests.ReadTimeout):
            asked(fake)


def test_nothing_of_the_environment_leads_elsewhere(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")

    with fake_provider() as fake:
        assert asked(fake) == 200


def test_the_proxy_is_the_way_outside_and_not_to_what_may_be_reached_directly(settings: Settings) -> None:
    settings.BERTH_EGRESS_PROXY = PROXY
    settings.BERTH_EGRESS_ALLOW = [ip_network("10.0.0.0/8")]

    ways = {url: wire._way_to(url) for url in ("https://203.0.113.7/", "https://10.1.2.3:8443/", "https://127.0.0.1:9/")}

    through = {"https": "http://proxy.example.com:3128"}
    assert ways == {"https://203.0.113.7/": through, "https://10.1.2.3:8443/": {}, "https://127.0.0.1:9/": {}}
    assert wire._Adapter().proxy_headers(through["https"]) == {"Proxy-Authorization": "Basic Q0FOQVJZ"}


def test_without_a_proxy_the_way_is_direct(settings: Settings) -> None:
    settings.BERTH_EGRESS_PROXY = None

    assert wire._way_to("https://203.0.113.7/") == {}
