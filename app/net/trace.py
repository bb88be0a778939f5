"""Follows one request from event to event: how long each part took, and how far it came."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from app.net.answers import Reached

if TYPE_CHECKING:
    from collections.abc import Mapping


class Trace:
    """Called with each of httpcore's trace events."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}
        self.connected = False
        self.encrypted = False
        self.in_tls = False
        self._started: dict[str, float] = {}
        self._sent: float | None = None

    async def __call__(self, event: str, _info: Mapping[str, Any]) -> None:
        step, _, phase = event.rpartition(".")
        name = step.rpartition(".")[2]
        now = time.perf_counter()
        if phase == "started":
            self._started[name] = now
            if name == "send_request_headers":
                # With a proxy the CONNECT comes first; the last one counts.
                self._sent = now
        if name == "start_tls":
            self.in_tls = phase != "complete"
        if phase != "complete":
            return
        if name == "connect_tcp":
            self.connected = True
            self.timings["connect"] = now - self._started[name]
        elif name == "start_tls":
            self.encrypted = True
            self.timings["tls"] = now - self._started[name]

    def finish(self) -> dict[str, float]:
        """Seconds of each part, with ``http`` up to now."""
        if self._sent is not None:
            self.timings["http"] = time.perf_counter() - self._sent
        return self.timings

    @property
    def reached(self) -> Reached:
        if self.encrypted:
            return Reached.ENCRYPTED
        return Reached.CONNECTED if self.connected else Reached.NOTHING
