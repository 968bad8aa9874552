"""
Documents as text: JSON, and YAML that means the same to every reader.

kubectl reads YAML with a Go library that takes more words for numbers and truths than PyYAML does: `1e3`, `0o17`, `y`.
Names of Secrets may look like that, so whatever might be a number, and `y` and `n`, stands in quotes.
"""

import json
import re
from typing import Any

import yaml

_ANOTHER_TYPE_ELSEWHERE = re.compile(r"[-+.]?[0-9][0-9a-fxo_.:+-]*|[yn]", re.ASCII | re.IGNORECASE)
_UNLIMITED = 1 << 30  # columns: nothing is folded, so that lines can be searched


class _Writer(yaml.SafeDumper):
    """Writes what `yaml.safe_dump` writes, with more quotes."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their key, as the documentation of Kubernetes does."""
        super().increase_indent(flow, indentless=False)


def _write_text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Only in double quotes is what cannot be seen escaped.
    style = '"' if _ANOTHER_TYPE_ELSEWHERE.fullmatch(text) or not text.isprintable() else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _write_text)


def as_yaml(document: dict[str, Any]) -> str:
    """Return a document as YAML in block style, its keys in the order they have."""
    text: str = yaml.dump(
        document, Dumper=_Writer, default_flow_style=False, sort_keys=False, allow_unicode=True, width=_UNLIMITED
    )
    return text


def as_json(document: dict[str, Any]) -> str:
    """Return a document as JSON for people and machines, its keys in the order they have."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def compact_json(document: dict[str, Any]) -> str:
    """Return a document as JSON on one line, as it is packed into another one."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
