"""
Mails, each in two parts, plain text and HTML, that are rendered from one template: no sentence stands twice.

The template, `…_message.txt`, reads as the text does, with a blank line between paragraphs, and extends
`account/email/base_message.txt` or, for what happened to an account, `base_notification.txt`. These lead to the frame of
the part that is being written, where the HTML's makes paragraphs of the blank lines. `{% mail_link words url %}` is a link.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from console import languages
from console.models import User

log = logging.getLogger("berth")

FAULTS = (OSError, SMTPException, ValueError)
"""How a mail server fails, and what it makes of an address that it does not take."""

FRAMES = {False: "email/base.txt", True: "email/base.html"}


def written(prefix: str, to: str, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    """
    Write the mail of `{prefix}_subject.txt` and `{prefix}_message.txt` to one address, which both know as `email`.

    It is in the language of whose the address is, or of `user`, if the mail is about an account; else in that of whoever
    causes it.
    """
    with translation.override(_language_of(to, context.get("user"))):
        return _written(prefix, to, {**context, "language": translation.get_language()})


def _written(prefix: str, to: str, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    context = {"email": to, "host_name": settings.BERTH_URL.netloc, **context}
    subject = " ".join(_rendered(f"{prefix}_subject.txt", context, html=False).split())  # A line break ends a header.
    context |= {"subject": subject}
    text = _rendered(f"{prefix}_message.txt", context, html=False)
    mail = EmailMultiAlternatives(settings.EMAIL_SUBJECT_PREFIX + subject, re.sub(r"\n{3,}", "\n\n", text), to=[to])
    mail.attach_alternative(_rendered(f"{prefix}_message.txt", context, html=True), "text/html")
    return mail


@contextmanager
def failing_quietly() -> Iterator[None]:
    """Go on where a mail could not be sent, and log that. The words of the fault could hold an address: only its kind."""
    try:
        yield
    except FAULTS as error:
        log.error("a mail could not be sent: %s", type(error).__name__)


def _language_of(to: str, user: User | None) -> str:
    theirs = Q(email=to.lower()) | Q(emailaddress__email=to.lower(), emailaddress__verified=True)
    reader = user or User.objects.filter(theirs).first()
    return languages.of(reader.language) if reader else translation.get_language()


def _rendered(name: str, context: Mapping[str, Any], *, html: bool) -> str:
    """Render a template for one of the parts. Only in HTML are values escaped."""
    template: Any = get_template(name)
    rendered: str = template.template.render(Context({**context, "mail_frame": FRAMES[html]}, autoescape=html))
    return rendered.strip() + "\n"
