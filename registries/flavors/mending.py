"""
What is mended in a pasted secret without a question, and the sentence that says so afterwards.

No login of a registry holds a line break, so a wrapped one is joined; nothing visible is ever changed, but for quotes that
stand around the whole. Source: product page, section 4 (secret doctor); reference page, section 5.8.
"""

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registries.flavors.tokens import is_token as is_known_token

_LINE_BREAKS = re.compile(r"[\r\n]+")
_UNSEEN = "\ufeff\u200b\u200c\u200d\u2060"
_SPACES = " \t\u00a0"
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’"}
_SCHEME = re.compile(r"(?:Bearer|token)[ \t]+(?=\S{8})", re.IGNORECASE)


def mend(pasted: str, *, is_token: bool) -> tuple[str, list[str]]:
    """
    Return a one-line secret as it is meant, and what was mended, in words such as "a line break at the end was removed".

    A token holds no spaces, so those around it go too. A password keeps them, since it may have some.
    """
    mended: list[str] = []
    text = pasted.strip(_UNSEEN)
    if text != pasted:
        mended.append(_("an invisible character was removed"))
    text = _joined(text, mended)
    if is_token and text != text.strip(_SPACES):
        text = text.strip(_SPACES)
        mended.append(_("spaces around it were removed"))
    if len(text) > 2 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1]
        mended.append(_("the quotes around it were removed"))
    if is_token and (scheme := _SCHEME.match(text)):
        text = text[scheme.end() :]
        mended.append(_("the word in front of it was removed"))
    # Browsers make spaces of line breaks. Only where a known kind of token comes of it: others may have spaces.
    if " " in text and is_known_token(together := text.replace(" ", "")):
        text = together
        mended.append(_("spaces inside it were removed"))
    return text, mended


def _joined(text: str, mended: list[str]) -> str:
    whole = text.strip("\r\n")
    if text.startswith(("\r", "\n")) and whole:
        mended.append(_("a line break at the start was removed"))
    if text.endswith(("\r", "\n")) and whole:
        mended.append(_("a line break at the end was removed"))
    lines = _LINE_BREAKS.split(whole)
    if len(lines) > 1:
        mended.append(
            ngettext("its {count} line was joined into one", "its {count} lines were joined into one", len(lines)).format(
                count=len(lines)
            )
        )
        # A terminal that wraps a line may also indent what follows.
        return lines[0] + "".join(line.strip(_SPACES) for line in lines[1:])
    return whole
