"""
Certificates for a registry under an authority of its own, good ones and ones that must not be trusted.

The pairs come from trustme, whose certificates carry the key identifiers and key usages that Python 3.13 insists on.
"""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A certificate chain and its private key, as PEM files in one folder."""

    certificate: Path
    key: Path

    def as_section(self) -> dict[str, str]:
        """Return the `http.tls` section of a registry's configuration."""
        return {"certificate": str(self.certificate), "key": str(self.key)}

    def server_context(self) -> ssl.SSLContext:
        """Return what a server of our own needs to speak TLS with this pair."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


class Authority:
    """A certificate authority that nobody knows yet; `pem` is what a person would paste to have it trusted."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self.pem = self._ca.cert_pem.bytes().decode("ascii")
        self.yesterday = datetime.now(UTC) - timedelta(days=1)
        self.key_pem = self._ca.private_key_pem.bytes()

    def client_context(self) -> ssl.SSLContext:
        """Return a context for a client that trusts this authority alone."""
        return ssl.create_default_context(cadata=self.pem)

    def pair(
        self, folder: Path, *names: str, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> Pair:
        """Issue a pair for `names` (host names or addresses; 127.0.0.1 and localhost where none is said)."""
        issued = self._ca.issue_cert(*(names or ("127.0.0.1", "localhost")), not_before=not_before, not_after=not_after)
        folder.mkdir(parents=True, exist_ok=True)
        pair = Pair(certificate=folder / "server.crt", key=folder / "server.key")
        pair.key.touch(mode=0o600)
        issued.private_key_pem.write_to_path(pair.key)
        pair.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        return pair

    def expired(self, folder: Path) -> Pair:
        """Issue a pair that was good for 127.0.0.1 and ended at `yesterday`."""
        return self.pair(folder, not_before=self.yesterday - timedelta(days=30), not_after=self.yesterday)

    def for_another_host(self, folder: Path) -> Pair:
        """Issue a pair that is good for `other.example` and for nobody else."""
        return self.pair(folder, "other.example")
