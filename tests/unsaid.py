"""
A language that is no language: German in which every message is itself, in brackets. What a page says outside of brackets
went through no catalogue.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from unittest.mock import patch

from django.utils.translation import trans_real

SPOKEN = {"alt", "aria-description", "aria-label", "aria-roledescription", "content", "placeholder", "title"}
"""The attributes that are read to people; `content` of a `meta` only where it is no setting."""

NOT_LANGUAGE = {"code", "kbd", "pre", "samp", "script", "style", "textarea"}
"""The elements whose text is what people or programs wrote."""

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NAMES = ("Berth", "English", "Deutsch", "Kubernetes", "Podman", "Docker", "GitHub")
"""What is called so in every language."""

CONTEXT = "\x04"  # It stands between a message and what tells it from one that reads the same.
PLACES = re.compile(r"(\{\w*\}|%\(\w+\)[sd]|%[sd])")
MARKED = re.compile(
    r"{% block \w+_current %}.*?{% endblock %}|{% comment %}.*?{% endcomment %}|{#.*?#}|"
    r"{% blocktrans(?:late)?\b.*?{% endblocktrans(?:late)? %}",
    re.DOTALL,
)
WORD = re.compile(r"[^\W\d_]{2,}")


@contextmanager
def in_brackets(*, fills_outside: bool = False) -> Iterator[None]:
    """
    Make German say each message in brackets, Django's own too.

    With `fills_outside` brackets end before a place and begin again after it: what fills it has to be in its own.
    """

    def bracketed(words: str) -> str:
        parts = PLACES.split(words) if fills_outside else [words]
        return "".join(f"⟦{part}⟧" if part and number % 2 == 0 else part for number, part in enumerate(parts))

    def gettext(self: trans_real.DjangoTranslation, message: str) -> str:
        return bracketed(message.rpartition(CONTEXT)[2]) if self.language() == "de" else gettext_before(self, message)

    def ngettext(self: trans_real.DjangoTranslation, one: str, many: str, number: int) -> str:
        return (
            gettext(self, one if number == 1 else many)
            if self.language() == "de"
            else ngettext_before(self, one, many, number)
        )

    gettext_before, ngettext_before = trans_real.DjangoTranslation.gettext, trans_real.DjangoTranslation.ngettext
    with patch.multiple(trans_real.DjangoTranslation, gettext=gettext, ngettext=ngettext):
        yield


def unsaid(html: str, known: Iterable[str] = ()) -> list[str]:
    """Return what a page says outside of brackets; `known` are names and other data that stand on it."""
    reader = _Reader()
    reader.feed(html)
    data = sorted([*known, *NAMES], key=len, reverse=True)
    return [text for text in map(str.strip, reader.texts) if WORD.search(_without(text, data))]


def unsaid_by_template(source: str) -> list[str]:
    """Return what a template says outside of `translate` and `blocktranslate`, whichever of its branches are taken."""
    return unsaid(re.sub(r"{%.*?%}|{{.*?}}", "", MARKED.sub("", source), flags=re.DOTALL))


def _without(text: str, data: list[str]) -> str:
    for one in data:
        text = text.replace(one, "")
    return text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside: list[str] = []  # elements that say nothing, each within the one before it
        self._depth = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        silent = tag in NOT_LANGUAGE or given.get("translate") == "no"
        if not self._inside and self._depth == 0:
            spoken = [value or "" for name, value in attributes if name in SPOKEN and tag != "meta"]
            if tag == "input" and given.get("type") in ("submit", "button", "reset"):
                spoken.append(given.get("value") or "")
            self.texts += [left for value in spoken if (left := _outside(value, 0)[0].strip())]
        if tag not in VOID and (silent or self._inside):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        outside, depth = _outside(data, self._depth)
        self._depth = depth
        if not self._inside and outside.strip():
            self.texts.append(outside)


def _outside(text: str, depth: int) -> tuple[str, int]:
    """Return what stands outside of brackets, and how deep within them the text ends."""
    kept = []
    for sign in text:
        depth += (sign == "⟦") - (sign == "⟧")
        if depth == 0 and sign != "⟧":
            kept.append(sign)
    return "".join(kept), depth
