"""What TLS tells: the certificate that a host showed, and why one was not accepted."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import Any, Final

from app.legible import legible
from app.net.answers import Failure, Peer

LONGEST_NAME: Final = 80
"""Characters of a name in a certificate that are kept."""

# OpenSSL X509_V_ERR_*, Windows CERT_E_* (wincrypt.h), macOS errSec* (SecBase.h), as truststore hands them on.
_EXPIRED: Final = frozenset({9, 10, 0x800B0101, -67818, -67819})
_OTHER_HOST: Final = frozenset({62, 64, 0x800B010F, -67602})


def certificate_failure(error: ssl.SSLCertVerificationError) -> Failure:
    """Why the chain of certificates was not accepted."""
    code = getattr(error, "verify_code", None)
    if isinstance(code, int):
        if code in _EXPIRED or (code & 0xFFFFFFFF) in _EXPIRED:
            return Failure.TLS_EXPIRED
        if code in _OTHER_HOST or (code & 0xFFFFFFFF) in _OTHER_HOST:
            return Failure.TLS_HOST
    return Failure.TLS_UNTRUSTED


def peer(tls: ssl.SSLObject | None) -> Peer | None:
    """The certificate that was shown on this connection; None without TLS, or where it is not handed out."""
    shown = tls.getpeercert() if tls is not None else None
    if not shown or "notAfter" not in shown:
        return None
    issuer, subject = _names(shown.get("issuer")), _names(shown.get("subject"))
    hosts = [str(entry[1]) for entry in shown.get("subjectAltName", ()) if entry[0] == "DNS"]
    return Peer(
        issuer=legible(issuer.get("organizationName") or issuer.get("commonName") or "", LONGEST_NAME),
        subject=legible(subject.get("commonName") or (hosts[0] if hosts else ""), LONGEST_NAME),
        not_after=datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC),
    )


def _names(parts: Any) -> dict[str, str]:
    """``(((key, value),), …)``, as the ssl module gives a distinguished name."""
    return {key: value for group in parts or () for key, value in group}
