"""Every sentence goes through the catalogue, and the catalogue has every sentence."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from django.conf import settings
from django.test import Client
from django.urls import reverse

from console.models import Team, User
from console.sentences import Sentence
from registries.flavors import FLAVORS
from registries.models import Check
from registries.views.spec_example import EXAMPLE
from tests.browser.scene import Scene
from tests.lab import messages
from tests.test_access import TABLE, VISITORS, Row, places_of
from tests.unsaid import in_brackets, unsaid, unsaid_by_template

__all__ = ["places_of"]  # The fixture.

PAGES = [row for row in TABLE if row.method == "GET" and 200 in row.expected]
KNOWN = (
    "Northwind Labs", "Northwind", "northwind", "alice@northwind.example", "bob@northwind.example", "web", "elsewhere",
    "sam@support.example", "vera@northwind.example", "charlie@elsewhere.example", "new@northwind.example", "workflow.yaml",
    "Alice Andersen", "Bob Berg", "Vera Voss", "Charlie Chen", "Sam Sato", "Elsewhere", "ci", "old", "True", "False",
)  # fmt: skip
DATA = re.compile(r"\S+\.example\.com\S*|\bberth_\w+|{.*}")
"""Hosts, the ids of machine tokens, and a column of JSON."""

TEMPLATES = Path(__file__).parent.parent / "templates"


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_says_anything_past_the_catalogue(path: Path) -> None:
    assert unsaid_by_template(path.read_text(encoding="utf-8")) == []


@pytest.fixture
def brackets(settings: Any) -> Iterator[None]:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    with in_brackets():
        yield


@pytest.mark.django_db
@pytest.mark.parametrize("row", PAGES, ids=lambda row: f"{row.name}-{'-'.join(row.arguments)}")
def test_no_page_says_anything_past_the_catalogue(
    row: Row, places_of: dict[str, str], cast: dict[str, User], signed_in: Callable[[User], Client], brackets: None
) -> None:
    who = next(name for name, expected in reversed(list(zip(VISITORS, row.expected, strict=True))) if expected == 200)
    client = Client() if who == "nobody" else signed_in(cast[who])
    client.cookies["berth-language"] = "de"
    address = reverse(row.name, args=[places_of.get(one, one) for one in row.arguments])

    response = client.get(address)

    if "html" in response.headers["Content-Type"]:
        known = (*KNOWN, *(flavor.name for flavor in FLAVORS.values()), "puller")
        assert [text for text in unsaid(response.content.decode(), known) if not DATA.fullmatch(text)] == []


TYPED = ("", "x", "{0} 100% <b>x</b>", '{"type": "authorized_user"}', "ghp_" + "a" * 36, "http://user:pw@host/x?y")
"""What no form wants in all of its fields, and some forms explain."""

IN_THE_EXAMPLE = ("ghcr-nortwind", "python:3.13-slim", "gar-training", "acr-vision", "registry.digitalocean.com/northwind")


@pytest.fixture
def alices(alice: User, team: Team, signed_in: Callable[[User], Client]) -> Iterator[Client]:
    """Alice, who reads what is said with brackets around all but what fills its places."""
    client = signed_in(alice)
    client.cookies["berth-language"] = "de"
    with in_brackets(fills_outside=True):
        yield client


@pytest.mark.parametrize("slug", FLAVORS)
def test_no_form_says_anything_past_the_catalogue_of_what_is_typed(slug: str, alices: Client) -> None:
    address = reverse("connection_new", args=["northwind", slug])
    fields = alices.get(address).context["form"].fields
    methods = [value for value, _ in fields["method"].choices] if "method" in fields else [""]

    answers = [
        alices.post(address, {**dict.fromkeys(fields, typed), "purpose": "pull", "method": method})
        for typed in TYPED for method in methods
    ]  # fmt: skip

    known = (*KNOWN, *filter(None, TYPED), FLAVORS[slug].name, "docker.io", "oracleidentitycloudservice")
    assert {text for answer in answers for text in unsaid(answer.content.decode(), known)} == set()


@pytest.mark.parametrize("scene", [Scene.six, Scene.every_state, Scene.of_the_example], ids=lambda scene: scene.__name__)
def test_no_state_of_a_registry_says_anything_past_the_catalogue(
    scene: Callable[[Scene], None], team: Team, alice: User, alices: Client
) -> None:
    scene(Scene(team, alice))
    pages = [reverse(name, args=[team.slug]) for name in ("connection_list", "activity", "spec_checker")]
    pages += [
        reverse(name, args=[team.slug, connection.name])
        for connection in team.connections.all()
        for name in ("connection_detail", "connection_edit", "connection_delete")
    ]
    steps = [step for check in Check.objects.all() for step in check.steps]
    found = {text for one in steps for text in (one.fact, one.fix, one.said, *(mend.words for mend in one.mends))}
    plain = {text for text in found if text and not isinstance(text, Sentence)}  # As rows have it that are older.
    plain |= {str(fill) for text in found if isinstance(text, Sentence) for fill in text.fills.values()}
    names = {str(value) for one in team.connections.all() for value in (one.name, one.address, one.description)}
    known = (*KNOWN, *IN_THE_EXAMPLE, *plain, *filter(None, names), *(flavor.name for flavor in FLAVORS.values()))

    answers = [alices.get(page) for page in pages]
    answers.append(alices.post(pages[2], {"spec": EXAMPLE}))

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert {text for answer in answers for text in unsaid(answer.content.decode(), known)} == set()


SPOKEN = sorted(folder.name for folder in messages.LOCALE.iterdir())
PLACE = re.compile(r"%\(\w+\)s|%%|\{\w*\}|</?[a-z]+[^>]*>")


def wordings(message: Message) -> Iterator[tuple[str, str]]:
    """Yield what English says and what the language says for it, for one thing and for several."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
    else:
        yield from zip(message.id, message.string or (), strict=True)


def spoken(language: str) -> list[Message]:
    return [message for message in messages.catalogue(language) if message.id]


def test_every_language_that_is_offered_has_a_catalogue() -> None:
    assert [code for code, _ in settings.LANGUAGES if code != "en"] == SPOKEN


@pytest.mark.parametrize("language", SPOKEN)
def test_the_catalogue_has_what_is_said_and_nothing_else(language: str) -> None:
    written = messages.LOCALE / language / "LC_MESSAGES" / "django.po"

    assert messages.as_po(messages.brought_up_to_date(language, messages.gathered())) == written.read_bytes()


@pytest.mark.parametrize("language", SPOKEN)
def test_what_programs_read_is_made_of_the_catalogue(language: str) -> None:
    compiled = messages.LOCALE / language / "LC_MESSAGES" / "django.mo"

    assert messages.as_mo(messages.catalogue(language)) == compiled.read_bytes()


@pytest.mark.parametrize("language", SPOKEN)
def test_every_message_is_translated(language: str) -> None:
    assert [
        message.id for message in spoken(language) if message.fuzzy or not all(said for _, said in wordings(message))
    ] == []


@pytest.mark.parametrize("language", SPOKEN)
def test_a_translation_has_the_places_and_the_markup_of_its_message(language: str) -> None:
    pairs = [pair for message in spoken(language) for pair in wordings(message)]

    assert [pair for pair in pairs if sorted(PLACE.findall(pair[0])) != sorted(PLACE.findall(pair[1]))] == []
