"""The watch: looks for the SCIM Change Timestamp again and again until it is seen or cancelled."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.polling.schedule import pause
from app.polling.sleep import sleep_until
from app.scim.changes import NotOffered, Seen, Unsuccessful

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.guide.model import Cadence


@dataclass(frozen=True, slots=True)
class Report:
    """What the last look brought, and when the next one is."""

    looked: datetime
    next_look: datetime | None
    """None once nothing more is looked for."""
    result: Seen | NotOffered | Unsuccessful
    failures: int
    """Looks in a row that brought no answer."""


class Watch:
    """One wait for one directory. Use ``run`` once; ``look_now`` cuts the pause short."""

    def __init__(
        self,
        look: Callable[[], Awaitable[Seen | NotOffered | Unsuccessful]],
        cadence: Cadence,
        since: datetime,
        now: Callable[[], datetime],
    ) -> None:
        """``look`` asks the endpoint once; ``since`` is when provisioning was started; times are UTC."""
        self._look = look
        self._cadence = cadence
        self._since = since
        self._now = now
        self._hurry = asyncio.Event()

    def look_now(self) -> None:
        """Look at once instead of waiting for the next turn."""
        self._hurry.set()

    async def run(self, on_report: Callable[[Report], None], over: Callable[[], bool] = lambda: False) -> Report:
        """Look until a timestamp is seen, the endpoint turns out not to offer one, or ``over`` says so."""
        failures = 0
        while True:
            self._hurry.clear()
            result = await self._look()
            failures = failures + 1 if isinstance(result, Unsuccessful) else 0
            looked = self._now()
            if over() or isinstance(result, NotOffered) or (isinstance(result, Seen) and result.newest is not None):
                report = Report(looked, None, result, failures)
                on_report(report)
                return report
            wait = self._pause(result, looked, failures)
            on_report(Report(looked, looked + wait, result, failures))
            await sleep_until(looked + wait, self._now, self._hurry)
            if over():
                return Report(looked, None, result, failures)

    def _pause(self, result: Seen | NotOffered | Unsuccessful, looked: datetime, failures: int) -> timedelta:
        asked = result.retry_after if isinstance(result, Unsuccessful) else None
        waited = (looked - self._since).total_seconds()
        return timedelta(seconds=pause(self._cadence, waited, failures, asked, random.random))
