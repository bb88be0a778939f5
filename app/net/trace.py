"""Follows the events of one request: how long each part took and how far it got."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from app.net.answers import Reached

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


SCHEMES = ("Negotiate", "NTLM", "Kerberos", "Basic", "Digest", "Bearer")
"""Authentication schemes reported by name (the IANA registry, and Microsoft's two)."""


def schemes(values: Iterable[str]) -> tuple[str, ...]:
    """Return the known schemes in the values of ``WWW-Authenticate`` or ``Proxy-Authenticate`` (RFC 9110, 11.3)."""
    words = {word.lower() for value in values for part in value[:2000].split(",") for word in part.split()[:1]}
    return tuple(scheme for scheme in SCHEMES if scheme.lower() in words)


class Trace:
    """Receives httpcore's trace events."""

    def __init__(self, *, proxied: bool = False) -> None:
        self._proxied = proxied
        self.timings: dict[str, float] = {}
        self.connected = False
        self.encrypted = False
        self.in_tls = False
        self.in_proxy_tls = False
        """In a handshake with the proxy itself, which comes before the tunnel."""
        self.proxy_status: int | None = None
        """The proxy's answer to CONNECT."""
        self.sign_in: tuple[str, ...] = ()
        """The sign-in schemes that a proxy offered."""
        self._started: dict[str, float] = {}
        self._sent: float | None = None

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        step, _, phase = event.rpartition(".")
        name = step.rpartition(".")[2]
        now = time.perf_counter()
        if phase == "started":
            self._started[name] = now
            if name == "send_request_headers":
                # With a proxy the CONNECT request comes first; the last request counts.
                self._sent = now
        if name == "start_tls" and self._proxied and not step.startswith("proxy."):
            self.in_proxy_tls = phase != "complete"
            return
        if name == "start_tls":
            self.in_tls = phase != "complete"
        if phase != "complete":
            return
        if name == "receive_response_headers":
            self._take_tunnel(info.get("return_value"))
        if name == "connect_tcp":
            self.connected = True
            self.timings["connect"] = now - self._started[name]
        elif name == "start_tls":
            self.encrypted = True
            self.timings["tls"] = now - self._started[name]

    def _take_tunnel(self, answer: Any) -> None:
        """Keep status and schemes of the answer to CONNECT, whose headers httpx does not expose later."""
        if not self._proxied or self.encrypted or not isinstance(answer, tuple) or len(answer) < 4:
            return
        self.proxy_status = answer[1]
        if self.proxy_status == 407:
            given = [value.decode("latin-1") for name, value in answer[3] if name.lower() == b"proxy-authenticate"]
            self.sign_in = schemes(given)

    def finish(self) -> dict[str, float]:
        """Return the seconds of each part, with ``http`` up to now."""
        if self._sent is not None:
            self.timings["http"] = time.perf_counter() - self._sent
        return self.timings

    @property
    def reached(self) -> Reached:
        if self.encrypted:
            return Reached.ENCRYPTED
        return Reached.CONNECTED if self.connected else Reached.NOTHING
