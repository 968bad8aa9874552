"""What the page says of a verdict: its sentence with what it names marked, its links, what a registry said."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import languages
from console.access import TeamRequest
from registries.formats import kubernetes_name
from registries.health.words import short_digest, written_size
from registries.specs.verdicts import Fix, Level, Looked, Rule, Verdict

# How a level is coloured, and how it is said to who does not see colours.
KINDS: Mapping[Level, tuple[str, Any]] = {
    Level.OK: ("ok", _("Resolves")),
    Level.WARNING: ("warn", _("Needs a look")),
    Level.ERROR: ("bad", _("Fails")),
}
# What is mended on the page of the connection.
_MENDED_THERE = {Rule.FAILING, Rule.ENDED, Rule.ENDS_BEFORE, Rule.UNCHECKED}
_FIRST_FIELD = "id_name"
_PLATFORMS_SHOWN = 4
_TELL_FACTS = {Rule.FOUND, Rule.NO_PLATFORM}
_OF_FILES = ("containerRegistry", "imagePullSecrets")


@dataclass(frozen=True, kw_only=True)
class Said:
    """
    A verdict as the page shows it.

    `repair` is the words and the address of a link, `add` the image for which a registry can be added, "" for none.
    """

    kind: str
    lead: str
    sentence: SafeString
    fixes: tuple[Fix, ...]
    repair: tuple[str, str] | None
    add: str
    facts: str
    place: str
    summary: str


def said(request: TeamRequest, verdict: Verdict[Any]) -> Said:
    """Return what the page says of a verdict, with no link that this person may not follow."""
    kind, lead = KINDS[verdict.level]
    rules, about, admin = {finding.rule for finding in verdict.findings}, verdict.about, request.membership.is_admin
    repair = None
    if admin and about and about.health.repair[0] and rules & _MENDED_THERE:
        words, anchor = about.health.repair
        # Where no field is at fault, it leads to the first.
        words = gettext("Edit {name}").format(name=about.name) if anchor == _FIRST_FIELD else languages.said(words)
        page = reverse("connection_edit", args=[request.team.slug, about.name])
        repair = (words, f"{page}#{anchor}")
    pages = {about.name: reverse("connection_detail", args=[request.team.slug, about.name])} if about else {}
    return Said(
        kind=kind,
        lead=str(lead),
        sentence=marked(languages.said(verdict.sentence), names_in(verdict), pages),
        fixes=tuple(fix for finding in verdict.findings for fix in finding.fixes),
        repair=repair,
        add=str(verdict.reference) if admin and Rule.NO_REGISTRY in rules else "",
        facts=facts(verdict.looked, told=bool(rules & _TELL_FACTS)) if verdict.looked else "",
        place=verdict.use.owner,
        summary=languages.said(verdict.summary),
    )


def facts(looked: Looked, *, told: bool) -> str:
    """
    Write what a registry said of an image: `sha256:0123456789ab…, 1.9 GB, linux/amd64`; "" where it said nothing.

    `told` says that the sentence has the platforms and the size.
    """
    digest = short_digest(looked.digest) if looked.digest else ""
    size = "" if looked.size_bytes is None else languages.said(written_size(looked.size_bytes))
    shown = list(looked.platforms[:_PLATFORMS_SHOWN])
    if more := len(looked.platforms) - len(shown):
        shown.append(gettext("{count} more").format(count=more))
    return ", ".join(filter(None, [digest] if told else [digest, size, *shown]))


def names_in(verdict: Verdict[Any]) -> set[str]:
    """Return what a verdict's sentence may name: registries, images and their parts, Secrets, keys of the file."""
    use, about, reference = verdict.use, verdict.about, verdict.reference
    images = {use.image.text}
    if reference:
        whole, host, path = str(reference), reference.host, reference.repository
        images |= {whole, host, path, f"{host}/{path}", whole.removeprefix(f"{host}/")}
    if about:
        images |= {about.host, f"{about.host}/{about.prefix}"}
    # A word of ours may be an image too, as `registry` is.
    names = {*_OF_FILES, *(image for image in images if re.search("[/:.]", image))}
    if use.named and use.named.text:
        names.add(use.named.text)
    if about:
        names |= {about.name, kubernetes_name(about.name)}
    return names | {fix.named for finding in verdict.findings for fix in finding.fixes if fix.named}


def marked(sentence: str, names: set[str], pages: Mapping[str, str]) -> SafeString:
    """Return a plain sentence as HTML: names as code, and those that have a page as a link to it where they come first."""
    named = sorted((name for name in names if name in sentence), key=lambda name: (-len(name), name))
    if not named:
        return conditional_escape(sentence)
    pattern = "|".join(re.escape(name) for name in named)
    # A name ends where no letter, and no mark with a letter behind it, goes on.
    pieces = re.split(rf"(?<![\w./:@-])({pattern})(?![\w/@-]|[.:][\w-])", sentence)
    return format_html_join("", "{}", ((piece,) for piece in _dressed(pieces, pages)))


def _dressed(pieces: list[str], pages: Mapping[str, str]) -> Iterator[str]:
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            yield piece
        elif piece in pages and piece not in pieces[1:place:2]:
            yield format_html('<a href="{}">{}</a>', pages[piece], piece)
        else:
            yield format_html("<code>{}</code>", piece)
