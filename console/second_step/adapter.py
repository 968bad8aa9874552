"""How second steps by django-allauth fit this house: sealed seeds, a QR code the page may show, and our words."""

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.models import User
from console.second_step import seeds

QUIET = 4
"""How many modules stay blank around a QR code; ISO/IEC 18004 asks for four."""


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types.
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": _(
            "Recovery codes stand in for a passkey or a code app. Set up one of these first."
        ),
        "incorrect_code": _("That code is not right or was used. Try the next one."),
    }

    def encrypt(self, text: str) -> str:
        return seeds.sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return seeds.opened(encrypted_text)

    def get_totp_issuer(self) -> str:
        """Return what the code app shows above the code. It has no colon, at which some apps would cut it off."""
        return gettext("Berth at {host_name}").format(host_name=settings.BERTH_URL.hostname)

    def build_totp_svg(self, url: str) -> SafeString:
        """Draw the QR code as a part of the page itself: the policy lets no image in that is written into an address."""
        code = qrcode.QRCode(border=QUIET)
        code.add_data(url)
        code.make(fit=True)
        rows = code.get_matrix()
        dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, filled in enumerate(row) if filled)
        drawing = '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"><path d="{2}"/></svg>'
        path = mark_safe(dark)  # noqa: S308  # Made of numbers.
        return format_html(drawing, len(rows), gettext("QR code for the app"), path)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  # allauth calls it so.
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey {number}").format(number=number)

    def _get_site_name(self) -> str:
        """Return what a browser calls this place when it asks for a passkey."""
        return "Berth"
