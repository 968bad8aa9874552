"""What people paste to use a connection, and the same with the classes of a highlighter."""

from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import YamlLexer

from registries.models import Connection


def workflow(connection: Connection) -> str:
    """Return the lines of a workflow file that name a connection next to its image."""
    return f"image: {connection.example_image}\ncontainerRegistry: {connection.name}\n"


def highlighted(yaml: str) -> SafeString:
    """Return YAML as HTML with classes only, since the content security policy allows no inline style."""
    # Pygments escapes what it marks up.
    marked: str = highlight(yaml, YamlLexer(), HtmlFormatter(nowrap=True))
    return mark_safe(marked)  # noqa: S308
