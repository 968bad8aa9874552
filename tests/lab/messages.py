"""
The catalogues of console/locale: gathers what code and templates say, keeps what is translated, and compiles.

`python -m tests.lab.messages` writes them anew. What nothing says any more is dropped, and nothing is guessed: a message
that was changed is a new one, without a translation until somebody writes it.
"""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent.parent
FIXTURE = ROOT / "registries" / "fixtures" / "well_known_containers.json"
LOCALE = ROOT / "console" / "locale"
MARKS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "say"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy", "say_count"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
"""The functions whose first arguments are messages."""

NOBODYS = re.compile(
    rb'^"(?:Project-Id|Report-Msgid|POT-Creation|PO-Revision|Last-Translator|Language-Team|Generated-By).*\n', re.MULTILINE
)
"""Lines of a catalogue's head that hold nothing here, or another thing at each run."""

HEADER = "Berth in another language. Made by `make messages`, which keeps what is translated."


def gathered() -> Catalog:
    """Return every message that code and templates have, with the files it stands in."""
    catalog = Catalog(charset="utf-8", header_comment=f"# {HEADER}")
    for room in ("console", "registries"):
        methods = [("machine/**.py", "ignore"), ("**.py", "python")]
        for name, _, message, _, context in extract_from_dir(ROOT / room, methods, keywords=MARKS):
            catalog.add(message, locations=[(f"{room}/{name}", 0)], context=context)
    for row in json.loads(FIXTURE.read_text(encoding="utf-8")):
        catalog.add(row["fields"]["contents"], locations=[(FIXTURE.relative_to(ROOT).as_posix(), 0)])
    for path in sorted((ROOT / "templates").rglob("*.*")):
        for message, context in of_template(path.read_text(encoding="utf-8")):
            catalog.add(message, locations=[(path.relative_to(ROOT).as_posix(), 0)], context=context)
    return catalog


def of_template(source: str) -> Iterator[tuple[Any, str | None]]:
    """Yield the messages of a template. Django writes it as code first, all else being blanked out."""
    # `u'…'` is what Django writes, and no JavaScript. Only calls are kept: the rest are rows of X and sentences' quotes.
    code = templatize(source)
    calls = re.findall(
        r"\b(?:gettext|ngettext|pgettext|npgettext|_)\s*\((?:[^()'\"]|u?'(?:\\.|[^'\\])*'|u?\"(?:\\.|[^\"\\])*\")*\)", code
    )
    stream: IO[bytes] = io.BytesIO("\n".join(calls).encode())
    for _, message, _, context in extract("python", stream, keywords=MARKS, options={"encoding": "utf-8"}):
        yield message, context


def catalogue(language: str) -> Catalog:
    """Return what is translated into a language."""
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def brought_up_to_date(language: str, messages: Catalog) -> Catalog:
    """Return a language's catalogue with just these messages, and the translations that it has of them."""
    catalog = catalogue(language)
    catalog.update(messages, no_fuzzy_matching=True, update_header_comment=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """Return a catalogue as text, the messages by file."""
    stream = io.BytesIO()
    write_po(stream, catalog, width=124, omit_header=False, sort_by_file=True, include_lineno=False)
    return NOBODYS.sub(b"", stream.getvalue())


def as_mo(catalog: Catalog) -> bytes:
    """Return a catalogue as programs read it: the same bytes for the same messages, whenever it is made."""
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def main() -> None:
    messages = gathered()
    for folder in sorted(LOCALE.iterdir()):
        written = as_po(brought_up_to_date(folder.name, messages))
        (folder / "LC_MESSAGES" / "django.po").write_bytes(written)
        catalog = catalogue(folder.name)
        (folder / "LC_MESSAGES" / "django.mo").write_bytes(as_mo(catalog))
        missing = [message for message in catalog if message.id and not message.string]
        print(f"{folder.name}: {len(catalog)} messages, {len(missing)} of them not translated")


if __name__ == "__main__":
    main()
