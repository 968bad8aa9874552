"""Certificates of a team's own authority, as pasted: read, counted, and written back as clean PEM."""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.exceptions import ValidationError

LIMIT_BYTES = 64 * 1024
MOST_CERTIFICATES = 20


def reach(address: str, ca_certificate: str) -> str:
    """Return where a login may go and whom it trusts on the way, in words that differ where either does."""
    authority = hashlib.sha256(ca_certificate.encode()).hexdigest() if ca_certificate else "no authority"
    return f"{address}, {authority}"


def clean_pem(pasted: str) -> str:
    """
    Return the certificates of a PEM bundle and nothing else that stood around them.

    Raises `ValidationError` with a sentence; a private key is refused, since Berth has no use for one.
    """
    if len(pasted.encode("utf-8", "replace")) > LIMIT_BYTES:
        raise ValidationError("This is larger than 64 KB. Paste only the authority’s own certificates.", code="large")
    if "PRIVATE KEY-----" in pasted:
        raise ValidationError(
            "This holds a private key. Paste only the certificate, and treat that key as known to others.",
            code="holds_secret",
        )
    if pasted.count("-----BEGIN CERTIFICATE-----") > MOST_CERTIFICATES:
        raise ValidationError(f"These are more than {MOST_CERTIFICATES} certificates.", code="many")
    try:
        certificates = x509.load_pem_x509_certificates(pasted.encode())
        return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in certificates)
    except (ValueError, x509.InvalidVersion):
        raise ValidationError(
            "This is not a PEM certificate. One begins with -----BEGIN CERTIFICATE----- and is pasted whole.", code="pem"
        ) from None
