"""Reads what TLS exposes: the certificate that a host presented and why one was rejected."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import Any, Final

from app.net.answers import PeerCertificate, RequestFailure
from app.text.legible import legible

LONGEST_NAME: Final = 80
"""Characters kept of a name in a certificate."""

# OpenSSL X509_V_ERR_*, Windows CERT_E_* (wincrypt.h), macOS errSec* (SecBase.h), as truststore passes them on.
_EXPIRED: Final = frozenset({10, 0x800B0101, -67818})
_NOT_YET: Final = frozenset({9, -67819})
_OTHER_HOST: Final = frozenset({62, 64, 0x800B010F, -67602})


def certificate_failure(error: ssl.SSLCertVerificationError) -> RequestFailure:
    """Return why the certificate chain was rejected."""
    code = getattr(error, "verify_code", None)
    if isinstance(code, int):
        if code in _EXPIRED or (code & 0xFFFFFFFF) in _EXPIRED:
            return RequestFailure.TLS_EXPIRED
        if code in _NOT_YET or (code & 0xFFFFFFFF) in _NOT_YET:
            return RequestFailure.TLS_NOT_YET
        if code in _OTHER_HOST or (code & 0xFFFFFFFF) in _OTHER_HOST:
            return RequestFailure.TLS_HOST
    return RequestFailure.TLS_UNTRUSTED


# Reasons of OpenSSL's errors (sslerr.h).
_REASONS: Final = {
    "WRONG_VERSION_NUMBER": RequestFailure.NOT_TLS,
    "HTTP_REQUEST": RequestFailure.NOT_TLS,
    "RECORD_LAYER_FAILURE": RequestFailure.NOT_TLS,
    "PACKET_LENGTH_TOO_LONG": RequestFailure.NOT_TLS,
    "TLSV1_UNRECOGNIZED_NAME": RequestFailure.TLS_NAME,
    "TLSV1_ALERT_PROTOCOL_VERSION": RequestFailure.TLS_VERSION,
    "UNSUPPORTED_PROTOCOL": RequestFailure.TLS_VERSION,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": RequestFailure.TLS_CLIENT_CERTIFICATE,
    **dict.fromkeys(
        (
            *("SSLV3_ALERT_HANDSHAKE_FAILURE", "SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_CERTIFICATE_UNKNOWN"),
            *("TLSV1_ALERT_UNKNOWN_CA", "TLSV1_ALERT_ACCESS_DENIED", "TLSV1_ALERT_INSUFFICIENT_SECURITY"),
            *("TLSV1_ALERT_INTERNAL_ERROR", "TLSV1_ALERT_NO_APPLICATION_PROTOCOL"),
        ),
        RequestFailure.TLS_REFUSED,
    ),
}


def handshake_failure(error: ssl.SSLError) -> RequestFailure:
    """Return why a handshake failed, other than for the host's certificate."""
    # Python 3.11 has no name for newer alerts, such as 120, but passes OpenSSL's words on: "[SSL] tlsv1 alert …".
    words = str(error).partition("] ")[2].partition(" (")[0]
    return _REASONS.get(error.reason or words.upper().replace(" ", "_"), RequestFailure.TLS)


class HandshakeWatch:
    """Remembers the handshake in progress, so that a rejected certificate can still be described."""

    def __init__(self) -> None:
        self.handshake: ssl.SSLObject | None = None
        self._described: tuple[ssl.SSLObject, PeerCertificate | None] | None = None
        """The connection last described. Its certificate does not change, and reading it takes longer than a check."""

    def rejected(self) -> PeerCertificate | None:
        """Return the rejected certificate. Nothing in it is verified."""
        handshake, self.handshake = self.handshake, None
        return peer(handshake, verified=False) if handshake is not None else None

    def finished(self) -> PeerCertificate | None:
        """Return the certificate of the host after a completed handshake; None without TLS or if it is not exposed."""
        if self.handshake is None:
            return None
        if self._described is None or self._described[0] is not self.handshake:
            self._described = self.handshake, peer(self.handshake)
        return self._described[1]


def peer(tls: ssl.SSLObject | None, *, verified: bool = True) -> PeerCertificate | None:
    """Return the certificate presented on this connection; None without TLS or if it is not exposed."""
    if tls is None:
        return None
    sent = _chain(tls, "get_unverified_chain")
    whole = (_chain(tls, "get_verified_chain") if verified else []) or sent
    try:
        shown = tls.getpeercert() or (sent[0] if sent else None)
    except ValueError:  # the handshake was not completed
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
        sent=len(sent),
        top=(as_text(last.get("subject")), as_text(last.get("issuer"))),
    )


def _chain(tls: ssl.SSLObject, how: str) -> list[dict[str, Any]]:
    """Return the chain, the host's certificate first. Python 3.10 to 3.12 expose it only here, as truststore found."""
    try:
        found = getattr(tls._sslobj, how)() or []  # type: ignore[attr-defined]
        return [certificate.get_info() for certificate in found]
    except (AttributeError, ValueError, ssl.SSLError):
        return []


def _moment(text: Any) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(text)), UTC)


def as_text(parts: Any) -> str:
    """Return a distinguished name as one text that can be compared and searched."""
    return ", ".join(f"{key}={value}" for group in parts or () for key, value in group)


def _names(parts: Any) -> dict[str, str]:
    """Return a distinguished name, given as ``(((key, value),), …)`` by the ssl module, as a dict."""
    return {key: value for group in parts or () for key, value in group}
