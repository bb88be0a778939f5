"""HTTP requests to one host at a time, restricted to what each client may send, with every result as a value."""

from __future__ import annotations

from app.net.answers import Answer, NoAnswer, PeerCertificate, Reached, RequestFailure
from app.net.body import BODY_LIMIT, HEAD_LIMIT
from app.net.client import (
    LONGEST_TOKEN,
    REQUEST_SECONDS,
    ApiClient,
    LoopbackClient,
    ReadOnlyClient,
    TokenClient,
    prepare,
    sendable,
)
from app.net.proxy import no_proxy, system_proxy

__all__ = [
    "BODY_LIMIT",
    "HEAD_LIMIT",
    "LONGEST_TOKEN",
    "REQUEST_SECONDS",
    "Answer",
    "ApiClient",
    "LoopbackClient",
    "NoAnswer",
    "PeerCertificate",
    "Reached",
    "ReadOnlyClient",
    "RequestFailure",
    "TokenClient",
    "no_proxy",
    "prepare",
    "sendable",
    "system_proxy",
]
