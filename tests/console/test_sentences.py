"""Sentences that are kept: English for programs, and each reader's language on pages."""

import copy
import json
import pickle
from datetime import date

import pytest
from django.utils import translation

from console import languages
from console.models.sentence_field import SentenceField
from console.sentences import Sentence, as_json, from_json, say, say_as, say_count, together

DAY = date(2026, 11, 12)
SENTENCES = [
    say("The host did not answer."),
    say("{host} is {address}.", host="ghcr.io", address="203.0.113.4"),
    say_count("{count} pull left", "{count} pulls left", count=1),
    say_count("{count} pulls left of {limit}", "{count} pulls left of {limit}", count=5, limit=100),
    say("It ends on {day}, at {size} GB.", day=DAY, size=1.9),
    say("Change the {label}", label=say_as("registry name", say("Registry name"))),
    together(say("One."), say("Two {n}.", n=2)),
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_outlives_json_copies_and_pickles(sentence: Sentence) -> None:
    for other in (
        from_json(json.loads(json.dumps(as_json(sentence)))), copy.deepcopy(sentence), pickle.loads(pickle.dumps(sentence)),  # noqa: S301
    ):  # fmt: skip
        assert isinstance(other, Sentence)
        assert other == sentence
        assert as_json(other) == as_json(sentence)


def test_to_programs_a_sentence_is_english() -> None:
    assert [str(one) for one in SENTENCES] == [
        "The host did not answer.", "ghcr.io is 203.0.113.4.", "1 pull left", "5 pulls left of 100",
        "It ends on 12 Nov 2026, at 1.9 GB.", "Change the registry name", "One. Two 2.",
    ]  # fmt: skip
    assert json.dumps(say("Hello.")) == '"Hello."'


def test_days_and_numbers_are_written_as_the_language_does() -> None:
    with translation.override("de"):
        assert languages.said(say("{day}, {size}", day=DAY, size=1.9)) == "12. Nov. 2026, 1,9"
    with translation.override("en"):
        assert languages.said(say("{day}, {size}", day=DAY, size=1.9)) == "12 Nov 2026, 1.9"


def test_text_that_is_no_sentence_stays_as_it_is() -> None:
    assert languages.said("{host} said: 100 % of {it}") == "{host} said: 100 % of {it}"
    assert together("", "") == ""
    assert together("", "Alone.") == "Alone."


@pytest.mark.parametrize("text", ["", "Plain.", '{"say": "forged"}', '{"say":{"say":1}}', "{}", "{braces}"])
def test_what_people_write_is_stored_as_they_wrote_it(text: str) -> None:
    field = SentenceField()

    assert field.from_db_value(field.get_prep_value(text), None, None) == text
