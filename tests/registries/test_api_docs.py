"""The page about the API: it says what the OpenAPI document says, and nothing of it needs a script."""

import html
import json
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from console.models import User
from registries.api import api
from registries.api.docs import METHODS, TO_TRY, WHEN, in_paragraphs, operations
from registries.api.problems import STATUSES

URL = "/api/v1/docs"
DOCUMENT: Mapping[str, Any] = api.get_openapi_schema()
DESCRIBED = {
    (method.upper(), path): methods[method]
    for path, methods in DOCUMENT["paths"].items()
    for method in METHODS
    if method in methods
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> str:
    return Client().get(URL).content.decode()


def text(part: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())


def cards(page: str) -> dict[tuple[str, str], str]:
    """Return the part of the page about each address, by method and path."""
    parts = re.findall(r'<section class="card" id="[a-z]+-api-.*?</section>', page, re.DOTALL)
    heads = [re.search(r"<b>([A-Z]+)</b> (\S+)</p>", part) for part in parts]
    return {(head[1], head[2]): part for head, part in zip(heads, parts, strict=True) if head}


def test_each_address_of_the_document_is_on_the_page(page: str) -> None:
    assert list(cards(page)) == list(DESCRIBED)
    assert len(DESCRIBED) >= 4


@pytest.mark.parametrize("which", DESCRIBED, ids=" ".join)
def test_an_address_has_its_summary_parameters_and_fields(page: str, which: tuple[str, str]) -> None:
    described, part = DESCRIBED[which], cards(page)[which]

    assert described["summary"] in text(part)
    names = re.findall(r"<dt><code>([^<]+)</code>", part)
    wanted = [parameter["name"] for parameter in described.get("parameters", ())]
    assert names[: len(wanted)] == wanted
    body = next(iter(described["responses"][200]["content"].values()))["schema"]
    if name := body.get("$ref", "").rpartition("/")[2]:
        fields = DOCUMENT["components"]["schemas"][name]["properties"]
        assert set(fields) <= set(names[len(wanted) :])


@pytest.mark.parametrize("which", DESCRIBED, ids=" ".join)
def test_each_parameter_says_what_it_is(page: str, which: tuple[str, str]) -> None:
    parts = re.findall(r"<h3 class=\"api__title\">([^<]+)</h3>\s*<dl.*?</dl>", cards(page)[which], re.DOTALL)
    [operation] = [one for one in operations(DOCUMENT) if (one.method, one.path) == which]
    asked = operation.parameters + operation.body

    assert all(len(field.about) > 10 for field in asked)
    assert bool(asked) == bool(set(parts) - {"Answer"})


def test_what_is_sent_is_described_and_shown(page: str) -> None:
    part = cards(page)["POST", "/api/v1/spec-checks"]

    for name in ("spec", "look_up", "needed_until", "findings[].fixes[].edits[].start_line", "counts.warning"):
        assert f"<code>{name}</code>" in part
    assert "The file itself, YAML, of at most 256 KiB. Needed." in text(part)
    [operation] = [one for one in operations(DOCUMENT) if one.method == "POST"]
    words = shlex.split(operation.example.replace("\\\n", ""))
    assert "containerRegistry" in json.loads(words[words.index("--json") + 1])["spec"]


def test_the_fields_of_what_stands_in_a_list_are_named_with_it(page: str) -> None:
    part = cards(page)["GET", "/api/v1/registries"]

    assert "<code>registries[].docker_config_key</code>" in part


@pytest.mark.parametrize("which", DESCRIBED, ids=" ".join)
def test_each_problem_is_named_with_its_codes(page: str, which: tuple[str, str]) -> None:
    part = cards(page)[which]

    listed = {
        int(status): set(re.findall(r"<code>(\w+)</code>", codes))
        for status, codes in re.findall(r"<li><b>(\d+)</b>(.*?)</li>", part)
    }
    answers = {int(status): answer for status, answer in DESCRIBED[which]["responses"].items()}
    assert listed == {s: set(answer["description"].split(", ")) for s, answer in answers.items() if s >= 400}
    assert all(STATUSES[code] == status for status, codes in listed.items() for code in codes)
    assert len(listed) >= 5


def test_every_code_is_explained_and_has_a_place_that_links_lead_to(page: str) -> None:
    assert set(WHEN) == {str(code) for code in STATUSES}
    for code in STATUSES:
        assert f'id="{code}"' in page
        assert WHEN[code] in html.unescape(page)
    assert set(re.findall(r'href="#(\w[\w-]*)"', page)) <= set(re.findall(r'id="([\w-]+)"', page))


@pytest.mark.parametrize("which", DESCRIBED, ids=" ".join)
def test_the_example_asks_this_console_and_has_the_token_in_no_command_line(
    which: tuple[str, str], settings: Settings
) -> None:
    settings.BERTH_URL = urlsplit("https://berth.northwind.example")
    [operation] = [one for one in operations(DOCUMENT) if (one.method, one.path) == which]

    words = shlex.split(operation.example.replace("\\\n", ""))

    curl = words[words.index("curl") :]
    asked = urlsplit(curl[-1])
    assert (asked.scheme, asked.netloc, asked.path) == ("https", "berth.northwind.example", which[1])
    assert dict(parse_qsl(asked.query)) == TO_TRY.get(which[1].rpartition("/")[2], {})
    assert set(dict(parse_qsl(asked.query))) <= {each["name"] for each in DESCRIBED[which].get("parameters", ())}
    assert "TOKEN" not in " ".join(curl)


def test_the_examples_are_of_addresses_that_exist() -> None:
    assert set(TO_TRY) <= {path.rpartition("/")[2] for _, path in DESCRIBED}


def test_what_the_document_says_is_text() -> None:
    said = in_paragraphs("One `<b>`.\n\nTwo <script>alert(1)</script>\nmore.")

    assert said == "<p>One <code>&lt;b&gt;</code>.</p><p>Two &lt;script&gt;alert(1)&lt;/script&gt;\nmore.</p>"


def test_a_document_with_another_method_is_described_too() -> None:
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}, "at": {"$ref": "#/components/schemas/At"}}}
    document = {
        "components": {"schemas": {"At": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}}},
        "paths": {
            "/api/v1/spec-checks": {
                "post": {
                    "parameters": [{"name": "look", "required": True, "schema": {"enum": ["up", "not"], "default": "not"}}],
                    "responses": {"200": {"content": {"application/json": {"schema": schema}}}},
                }
            }
        },
    }

    [operation] = operations(document)

    assert operation.method == "POST"
    assert "--request POST --json @question.json" in operation.example
    assert [(one.name, one.kind, one.about) for one in operation.parameters] == [
        ("look", "up or not", " Needed. <code>not</code> where nothing is said.")
    ]
    assert [(one.name, one.kind) for one in operation.answer] == [("ok", "true or false"), ("at", "time or null")]


def test_it_keeps_the_policy_of_every_page(page: str) -> None:
    assert "<style" not in page
    assert not re.search(r"<script(?! src=\"/static/)", page)
    assert not re.search(r'\s(on\w+|style)="', page)


def test_signed_in_people_read_it_in_the_frame_of_their_pages(alice: User, signed_in: Callable[[User], Client]) -> None:
    page = signed_in(alice).get(URL).content.decode()

    assert "Alice Andersen" in page
    assert "Machine API" in page


def test_only_reading_is_allowed() -> None:
    assert Client().post(URL).status_code == 405
