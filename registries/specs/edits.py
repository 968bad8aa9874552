"""
The changes that are offered with a finding: a name or an image in place of another, or a line put in beside it.

A scalar is replaced only where it stands in the file as it reads: what an anchor, an escape or a fold makes of it is left
to people. What is put in is quoted where YAML would read something else, such as a number.
"""

import re
from collections.abc import Iterable

from console.sentences import say
from registries.formats import kubernetes_name
from registries.specs.spec import Gap, Naming, Use, Word
from registries.specs.verdicts import Edit, Fix, Rule

MOST_OFFERED = 3
_ALIAS = re.compile(r"\*[^\s,\[\]{}]+")
_OTHER_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})  # to one reader of YAML or another
_PLAIN = re.compile(r"[ -]*containerRegistry:[ \t]*")  # on a line of its own
_NOTHING = ("", "~", "null", "Null", "NULL")


def use_names(text: str, use: Use, rule: Rule, names: Iterable[str]) -> tuple[Fix, ...]:
    """Offer to name a registry beside an image, in place of the one that is named there, for each of these names."""
    return _made(rule, ((name, _use(name), name, _name_edit(text, use, name)) for name in names))


def add_name(text: str, use: Use, rule: Rule, name: str) -> tuple[Fix, ...]:
    """Offer to name a registry beside an image that stands without one."""
    return _made(rule, [(name, say("Add containerRegistry"), "", _name_edit(text, use, name))])


def use_secrets(use: Use, rule: Rule, names: Iterable[str], title: str = "") -> tuple[Fix, ...]:
    """Offer to let a pod pull with the Secret of a registry, for each of these registries."""
    offers = ((name, title or _use(name), "" if title else name, _secret_edit(use, name)) for name in names)
    return _made(rule, offers)


def use_image(text: str, use: Use, rule: Rule, title: str, image: str) -> tuple[Fix, ...]:
    """Offer an image in place of the one that stands there."""
    return _made(rule, [("image", title, "", _replaced(text, use.image, image))])


def _use(name: str) -> str:
    return say("Use {name}", name=name)


def _made(rule: Rule, offers: Iterable[tuple[str, str, str, Edit | None]]) -> tuple[Fix, ...]:
    # Two images of one pod offer one and the same change, under one key.
    return tuple(
        Fix(key=f"{edit.start}-{rule}-{what}", title=title, edits=(edit,), named=named)
        for what, title, named, edit in offers
        if edit
    )


def _name_edit(text: str, use: Use, name: str) -> Edit | None:
    if use.named is not None and use.naming is not Naming.BESIDE:
        return _replaced(text, use.named, name, quoted=use.naming is Naming.IN_QUOTES)
    return _put_in(use.gap, f"containerRegistry: {_scalar(name)}")


def _secret_edit(use: Use, name: str) -> Edit | None:
    if use.secrets is None:
        return None
    entry = f"{{name: {_scalar(kubernetes_name(name))}}}"
    if use.secrets.add is not None:
        return _put_in(use.secrets.add, entry)
    return _put_in(use.secrets.gap, f"imagePullSecrets: [{entry}]")


def _put_in(gap: Gap | None, what: str) -> Edit | None:
    return Edit(start=gap.at, end=gap.at, text=f"{gap.before}{what}{gap.after}") if gap else None


def _replaced(text: str, word: Word, new: str, *, quoted: bool = False) -> Edit | None:
    """
    Return the change of a scalar, in the quotes that it has; None where it does not stand there as it reads.

    `quoted` says that it is quoted even where nothing in quotes stands there.
    """
    start, end = word.span.start, word.span.end
    stands = text[start:end]
    if stands == "":
        # Nothing stands behind the colon.
        space = "" if text[start - 1 : start].isspace() else " "
        plain = not quoted and _PLAIN.fullmatch(text[text.rfind("\n", 0, start) + 1 : start])
        return Edit(start=start, end=end, text=f"{space}{_scalar(new, quoted=quoted)}", reads_as="" if plain else new)
    if stands in (f"'{word.text}'", f'"{word.text}"'):
        return Edit(start=start, end=end, text=f"{stands[0]}{new}{stands[0]}")
    if stands == word.text or _ALIAS.fullmatch(stands) or (word.text in _NOTHING and stands in _NOTHING):
        return Edit(start=start, end=end, text=_scalar(new, quoted=quoted))
    return None


def _scalar(text: str, *, quoted: bool = False) -> str:
    """Return a name or an image as YAML; neither holds what would have to be escaped."""
    plain = not quoted and text[:1].isalpha() and text.lower() not in _OTHER_WORDS
    return text if plain else f'"{text}"'
