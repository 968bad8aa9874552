"""A provider on loopback, for the tests of single sign-on."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.console.sso_world import set_to
from tests.fake_provider import FakeProvider, fake_provider


@pytest.fixture
def provider(settings: Settings) -> Iterator[FakeProvider]:
    """The provider that Berth is set to; Northwind’s domain leads to Northwind."""
    with fake_provider() as fake:
        settings.BERTH_OIDC = set_to(fake)
        yield fake
