"""Odd input in every field of every flavor ends in an answer: a sentence beside the field, or a form that is valid."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from console.models import Team, User
from registries.flavors import FLAVORS
from registries.forms import ConnectionForm
from registries.models import Check
from registries.models import check as check_module
from registries.models.check import not_run
from registries.outcomes import Step
from tests.registries.flavor_table import TABLE

ODD = [
    "",
    " ",
    "\t",
    "\r\n",
    "a\r\nX-Injected: 1",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202etxt.exe",
    "\ufeffa",
    "ａｂｃ",
    "é",
    "日本",
    "🚢",
    "../../etc/passwd",
    "/",
    "//",
    "///",
    ".",
    "..",
    "-",
    "_",
    "a" * 5000,
    "9" * 400,
    "1e400",
    "NaN",
    "null",
    "true",
    "[]",
    "{}",
    '{"type": "service_account"}',
    '{"a":' * 3000,
    "[" * 3000,
    '{"a":1,"a":2}',
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% debug %}",
    "%s%n%00",
    "' OR 1=1 --",
    "$(id)",
    "`id`",
    "http://",
    "https://",
    "https:///",
    "https://[",
    "https://[::1]:x",
    "http://127.1",
    "https://2130706433",
    "https://0x7f.1",
    "https://a:b@c",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "a:b:c:d",
    "a@b@c",
    "#",
    "?",
    "*",
    "\\",
    "\\\\host\\share",
    "xn--",
    "a..b",
    "-a-",
    "host:99999",
    "host:-1",
    "[::ffff:7f00:1]",
    "ghcr.io/ACME/Web:TAG@sha256:0",
    "x@sha256:" + "0" * 64,
    "2026-02-30",
    "0000-00-00",
    "99999-01-01",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    "-----BEGIN PRIVATE KEY-----",
]


@pytest.mark.parametrize("slug", FLAVORS)
def test_no_field_of_any_form_fails_on_odd_input(slug: str, team: Team) -> None:
    flavor, typed = FLAVORS[slug], dict(next(row.typed for row in TABLE if row.slug == slug))
    names = ConnectionForm(flavor=flavor, team=team).fields

    for name in names:
        for odd in ODD:
            form = ConnectionForm(typed | {"name": "odd", "purpose": "pull", name: odd}, flavor=flavor, team=team)

            assert form.is_valid() or form.error_summary()


@pytest.mark.parametrize("slug", ["other", "gcp", "azure"])  # Between them they have every kind of field.
def test_no_page_fails_on_odd_input_in_all_fields_at_once(
    slug: str, alice: User, team: Team, signed_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def examine(registry: Any, check: Check, **details: Any) -> Any:
        return not_run(Step.DNS, "Not in a test.", "")

    monkeypatch.setattr(check_module, "examine", examine)
    client = signed_in(alice)
    names = ConnectionForm(flavor=FLAVORS[slug], team=team).fields

    for odd in (odd for odd in ODD if odd.isprintable() or "\n" in odd or "\x00" in odd):
        for path in ("", "try/"):
            posted = {**dict.fromkeys(names, odd), "upload": SimpleUploadedFile("key.json", odd.encode())}
            response = client.post(f"/teams/northwind/containers/add/{slug}/{path}", posted)

            assert response.status_code in (200, 302, 422), odd
