"""Real certificates, each with one defect."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.hostile.server import serving


def expired(ours: trustme.CA, host: str = "localhost") -> ssl.SSLContext:
    """Expired two days ago."""
    return serving(ours, host, not_after=datetime.now(UTC) - timedelta(days=2))


def not_yet_valid(ours: trustme.CA, host: str = "localhost") -> ssl.SSLContext:
    """Valid from the day after tomorrow."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    later = datetime.now(UTC) + timedelta(days=2)
    ours.issue_cert(host, not_before=later, not_after=later + timedelta(days=9)).configure_cert(context)
    return context


def wrong_host(ours: trustme.CA) -> ssl.SSLContext:
    """Issued for another host name."""
    return serving(ours, "elsewhere.example")


def without_chain(ours: trustme.CA) -> ssl.SSLContext:
    """The intermediate certificate is not sent."""
    between = ours.create_child_ca()
    leaf = between.issue_cert("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with trustme.Blob(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes()).tempfile() as alone:
        context.load_cert_chain(alone)
    return context


def self_signed(_ours: trustme.CA) -> ssl.SSLContext:
    """Self-signed, as on appliances fresh from the factory."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with trustme.Blob(private + certificate.public_bytes(pem)).tempfile() as both:
        context.load_cert_chain(both)
    return context


def inspected_and_expired(_ours: trustme.CA) -> ssl.SSLContext:
    """Issued by a traffic-inspecting product, and expired."""
    return expired(trustme.CA(organization_name="Zscaler Inc."))


def old_tls(ours: trustme.CA) -> ssl.SSLContext:
    """Only ciphers that clients no longer accept."""
    context = serving(ours)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA:@SECLEVEL=0")
    return context
