"""Certificates of a team's own authority, as pasted: read, counted, written back as clean PEM, and named to people."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from console.sentences import say

LIMIT_BYTES = 64 * 1024
MOST_CERTIFICATES = 20


@dataclass(frozen=True, kw_only=True)
class Authority:
    """One certificate as people know it: whose it is, and until when it holds, aware UTC."""

    subject: str
    ends_at: datetime


def authorities_in(pem: str) -> list[Authority]:
    """Return the certificates of a clean bundle; none where it is not one."""
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode()) if pem else []
        return [Authority(subject=_name(one), ends_at=one.not_valid_after_utc) for one in certificates]
    except (ValueError, x509.InvalidVersion):
        return []


def _name(certificate: x509.Certificate) -> str:
    """Return the common name, else the organization, else the whole subject."""
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in certificate.subject.get_attributes_for_oid(kind):
            return str(attribute.value)[:100]
    return certificate.subject.rfc4514_string()[:100] or say("A certificate without a name")


def reach(address: str, ca_certificate: str, token_hosts: Collection[str] = ()) -> str:
    """
    Return where a login may go and whom it trusts on the way, in words that differ where any of it does.

    `token_hosts` are the origins that were approved beside the address; their order does not count.
    """
    authority = hashlib.sha256(ca_certificate.encode()).hexdigest() if ca_certificate else "no authority"
    words = f"{address}, {authority}"
    if token_hosts:
        words += f", and {hashlib.sha256(json.dumps(sorted(token_hosts)).encode()).hexdigest()}"
    return words


def clean_pem(pasted: str) -> str:
    """
    Return the certificates of a PEM bundle and nothing else that stood around them.

    Raises `ValidationError` with a sentence; a private key is refused, since Berth has no use for one.
    """
    if len(pasted.encode("utf-8", "replace")) > LIMIT_BYTES:
        raise ValidationError(_("This is larger than 64 KB. Paste only the authority’s own certificates."), code="large")
    if "PRIVATE KEY-----" in pasted:
        raise ValidationError(
            _("This holds a private key. Paste only the certificate, and treat that key as known to others."),
            code="holds_secret",
        )
    if pasted.count("-----BEGIN CERTIFICATE-----") > MOST_CERTIFICATES:
        sentence = _("These are more than {number} certificates.").format(number=MOST_CERTIFICATES)
        raise ValidationError(sentence, code="many")
    try:
        certificates = x509.load_pem_x509_certificates(pasted.encode())
        return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in certificates)
    except (ValueError, x509.InvalidVersion):
        raise ValidationError(
            _("This is not a PEM certificate. One begins with -----BEGIN CERTIFICATE----- and is pasted whole."), code="pem"
        ) from None
