"""What TLS tells: the certificate that a host showed, and why one was not accepted."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import Any, Final

from app.net.answers import PeerCertificate, RequestFailure
from app.text.legible import legible

LONGEST_NAME: Final = 80
"""Characters of a name in a certificate that are kept."""

# OpenSSL X509_V_ERR_*, Windows CERT_E_* (wincrypt.h), macOS errSec* (SecBase.h), as truststore hands them on.
_EXPIRED: Final = frozenset({10, 0x800B0101, -67818})
_NOT_YET: Final = frozenset({9, -67819})
_OTHER_HOST: Final = frozenset({62, 64, 0x800B010F, -67602})


def certificate_failure(error: ssl.SSLCertVerificationError) -> RequestFailure:
    """Why the chain of certificates was not accepted."""
    code = getattr(error, "verify_code", None)
    if isinstance(code, int):
        if code in _EXPIRED or (code & 0xFFFFFFFF) in _EXPIRED:
            return RequestFailure.TLS_EXPIRED
        if code in _NOT_YET or (code & 0xFFFFFFFF) in _NOT_YET:
            return RequestFailure.TLS_NOT_YET
        if code in _OTHER_HOST or (code & 0xFFFFFFFF) in _OTHER_HOST:
            return RequestFailure.TLS_HOST
    return RequestFailure.TLS_UNTRUSTED


class HandshakeWatch:
    """Remembers the handshake that is under way, so that a refused certificate can still be named."""

    def __init__(self) -> None:
        self.handshake: ssl.SSLObject | None = None

    def refused(self) -> PeerCertificate | None:
        """The certificate that was not accepted. Nothing in it is verified."""
        handshake, self.handshake = self.handshake, None
        return peer(handshake, verified=False) if handshake is not None else None


def peer(tls: ssl.SSLObject | None, *, verified: bool = True) -> PeerCertificate | None:
    """The certificate that was shown on this connection; None without TLS, or where it is not handed out."""
    if tls is None:
        return None
    sent = _chain(tls, "get_unverified_chain")
    whole = (_chain(tls, "get_verified_chain") if verified else []) or sent
    try:
        shown = tls.getpeercert() or (sent[0] if sent else None)
    except ValueError:  # the handshake was not finished
        shown = sent[0] if sent else None
    if not shown or not {"notBefore", "notAfter"} <= shown.keys():
        return None
    issuer, subject = _names(shown.get("issuer")), _names(shown.get("subject"))
    hosts = [str(entry[1]) for entry in shown.get("subjectAltName", ()) if entry[0] == "DNS"]
    last = whole[-1] if whole else shown
    return PeerCertificate(
        issuer=legible(issuer.get("organizationName") or issuer.get("commonName") or "", LONGEST_NAME),
        subject=legible(subject.get("commonName") or (hosts[0] if hosts else ""), LONGEST_NAME),
        not_before=_moment(shown["notBefore"]),
        not_after=_moment(shown["notAfter"]),
        version=tls.version() or "" if verified else "",
        shown=len(sent),
        top=(as_text(last.get("subject")), as_text(last.get("issuer"))),
    )


def _chain(tls: ssl.SSLObject, how: str) -> list[dict[str, Any]]:
    """The chain, the host's own certificate first. Python 3.10 to 3.12 hand it out only here, as truststore knows."""
    try:
        found = getattr(tls._sslobj, how)() or []  # type: ignore[attr-defined]
        return [certificate.get_info() for certificate in found]
    except (AttributeError, ValueError, ssl.SSLError):
        return []


def _moment(text: Any) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(text)), UTC)


def as_text(parts: Any) -> str:
    """A distinguished name as one text, to be compared and searched."""
    return ", ".join(f"{key}={value}" for group in parts or () for key, value in group)


def _names(parts: Any) -> dict[str, str]:
    """``(((key, value),), …)``, as the ssl module gives a distinguished name."""
    return {key: value for group in parts or () for key, value in group}
