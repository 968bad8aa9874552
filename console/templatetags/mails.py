"""What the templates of mails say in one way for both parts, plain text and HTML."""

from django import template
from django.template import Context
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def mail_link(context: Context, words: str, url: str) -> str:
    """Write a link as a paragraph: what it does, and the address; in HTML as a button, with the address spelled out."""
    if not context.autoescape:
        return f"{words}:\n{url}"
    return format_html('<a class="button" href="{1}">{0}</a><br><a class="spelled" href="{1}">{1}</a>', words, url)
