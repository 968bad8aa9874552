"""
Sentences that are kept, or made where nobody knows who will read them, and so in which language.

A `Sentence` is text in English, as any other, which also knows the message and what was put into its places. So a row, a
log and a program have English always, and a page says it in the reader's language: see `console.languages.said`. Whatever
is said at once to whoever asked goes through gettext as usual.

This knows the standard library alone, since every room may make sentences.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Self

Fill = str | int | float | date
"""What may stand in a place: text, which may be a sentence too, a number, or a day."""

MARK = "say"
"""The key by which JSON of a sentence is told from other JSON."""


class Sentence(str):
    """
    A sentence in English that can be said in other languages; make one with `say`, `say_count` or `together`.

    `message` is what catalogues know it by, with places in braces; `many` its plural, or "", which holds where
    `fills["count"]` is not 1. `parts` are the sentences that this one is a row of, or nothing. `english` is how English
    says it where that is not the message itself, or "".
    """

    message: str
    many: str
    fills: Mapping[str, Fill]
    parts: tuple[str, ...]
    english: str

    def __new__(
        cls,
        message: str,
        many: str = "",
        fills: Mapping[str, Fill] | None = None,
        parts: tuple[str, ...] = (),
        english: str = "",
    ) -> Self:
        fills = fills or {}
        words = english or (many if many and fills["count"] != 1 else message)
        text = " ".join(parts) if parts else words.format_map({name: _in_english(fill) for name, fill in fills.items()})
        self = super().__new__(cls, text)
        self.message, self.many, self.fills, self.parts, self.english = message, many, fills, parts, english
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.message, self.many, self.fills, self.parts, self.english

    def in_words(
        self, gettext: Callable[[str], str], ngettext: Callable[[str, str, int], str], fill: Callable[[Fill], str]
    ) -> str:
        """Say it in another language: by its translations of messages, and by how it writes what fills their places."""
        if self.parts:
            return " ".join(fill(part) for part in self.parts)
        count = self.fills["count"] if self.many else 1
        words = ngettext(self.message, self.many, count) if self.many else gettext(self.message)  # type: ignore[arg-type]
        return words.format_map({name: fill(value) for name, value in self.fills.items()})


def say(message: str, **fills: Fill) -> Sentence:
    """Make a sentence of a message with places in braces, and of what stands there."""
    return Sentence(message, fills=fills)


def say_count(one: str, many: str, *, count: int, **fills: Fill) -> Sentence:
    """Make a sentence that is another one for one thing than for several; `{count}` is how many there are."""
    return Sentence(one, many, {"count": count, **fills})


def say_as(english: str, sentence: str) -> str:
    """
    Say a sentence with other words in English, and as before in every other language.

    For a label within a sentence: English has it in lower case there, and languages that write nouns with capitals do not.
    """
    return Sentence(sentence.message, english=english) if isinstance(sentence, Sentence) else english


def together(*sentences: str) -> str:
    """Put sentences in a row, without those that are blank."""
    kept = tuple(filter(None, sentences))
    return kept[0] if len(kept) == 1 else Sentence("", parts=kept) if kept else ""


def as_json(text: str) -> Any:
    """Return what JSON keeps of a text: itself, or of a sentence an object that `from_json` reads."""
    if not isinstance(text, Sentence):
        return text
    if text.parts:
        return {MARK: [as_json(part) for part in text.parts]}
    fills = {name: _fill_as_json(fill) for name, fill in text.fills.items()}
    told = {MARK: text.message, "many": text.many, "with": fills, "english": text.english}
    return {name: value for name, value in told.items() if value or name == MARK}


def from_json(value: Any) -> str:
    """Return the text or the sentence that `as_json` wrote."""
    if not isinstance(value, dict):
        return str(value)
    if isinstance(value[MARK], list):
        return Sentence("", parts=tuple(from_json(part) for part in value[MARK]))
    fills = {name: _fill_from_json(fill) for name, fill in value.get("with", {}).items()}
    return Sentence(value[MARK], value.get("many", ""), fills, english=value.get("english", ""))


def day_in_english(day: date) -> str:
    """Write a day so that no reader takes the month for the day: 12 Nov 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _in_english(fill: Fill) -> str:
    return day_in_english(fill) if isinstance(fill, date) else str(fill)


def _fill_as_json(fill: Fill) -> Any:
    if isinstance(fill, date):
        return {"day": f"{fill:%Y-%m-%d}"}
    return as_json(fill) if isinstance(fill, str) else fill


def _fill_from_json(value: Any) -> Fill:
    if isinstance(value, dict) and "day" in value:
        return date.fromisoformat(value["day"])
    return value if isinstance(value, int | float) else from_json(value)
