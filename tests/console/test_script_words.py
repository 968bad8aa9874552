"""What our scripts say, which a page brings in other languages."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console.context import WORDS
from console.models import Team, User

SCRIPTS = Path(__file__).parent.parent.parent / "static" / "js"
BLOCK = re.compile(r'<script id="words" type="application/json">(.*?)</script>')


def test_pages_bring_all_that_scripts_say() -> None:
    said = [
        words for path in SCRIPTS.glob("*.js") for words in re.findall(r'inWords\("([^"]+)"\)', path.read_text("utf-8"))
    ]

    assert sorted(said) == sorted(WORDS)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["member_list", "account_login"])
def test_a_page_in_another_language_brings_them(
    team: Team, alice: User, signed_in: Callable[[User], Client], settings: Settings, name: str
) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    visitor, arguments = (signed_in(alice), [team.slug]) if name == "member_list" else (Client(), [])
    address = reverse(name, args=arguments)

    english = visitor.get(address).content.decode()
    visitor.cookies["berth-language"] = "de"
    german = visitor.get(address).content.decode()

    assert not BLOCK.search(english)
    brought = BLOCK.search(german)
    assert brought
    assert list(json.loads(brought[1])) == list(WORDS)
