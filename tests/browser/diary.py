"""What can be found of a secret afterwards: in what pages showed, in what the browser keeps, in the database."""

from django.db import connection as database
from playwright.sync_api import Page, Request

SHOWN = """() => [document.documentElement.outerHTML, document.title,
  ...[...document.querySelectorAll("input, textarea, select")].map((field) => field.value)].join("\\n")"""
KEPT = """async () => JSON.stringify([{...localStorage}, {...sessionStorage}, await indexedDB.databases(),
  await caches.keys(), history.state, document.cookie])"""


class Diary:
    """Everything a page showed at the moments that a test names, every address it asked for, and all that it laid aside."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.entries: dict[str, str] = {}
        page.on("request", self._note_address)

    def look(self, name: str) -> None:
        """Note what can be found now. The caller has seen something of the page that is meant: a click returns earlier."""
        self._page.wait_for_load_state()
        self.entries[name] = f"{self._page.evaluate(SHOWN)}\n{self._page.evaluate(KEPT)}"

    def holding(self, *words: str) -> list[str]:
        """Return at which moments any of the words could be found, and after what."""
        found = [(name, entry, entry.find(word)) for name, entry in self.entries.items() for word in words]
        return [f"{name}, after {entry[max(at - 80, 0) : at]!r}" for name, entry, at in found if at >= 0]

    def _note_address(self, request: Request) -> None:
        self.entries[f"the address {request.url}"] = request.url


def tables_holding(*words: str) -> list[str]:
    """Return the tables in which any of the words can be read, as they are or in hexadecimal."""
    sought = [form for word in words for form in (word.encode(), word.encode().hex().encode())]
    found = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            values = [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for row in cursor for v in row]
            if any(form in value for form in sought for value in values):
                found.append(table)
    return found
