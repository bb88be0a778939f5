"""Opens a TCP connection to the addresses of a host, each family on its own, and closes it at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.net.answers import Failure
from app.net.names import family_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_ADDRESSES: Final = 3
"""Addresses of a family that are tried; a client would not try many more."""

GRACE_SECONDS: Final = 0.3
"""Seconds that the other family is still waited for; RFC 8305 section 5 recommends 250 ms between attempts."""


@dataclass(frozen=True, slots=True)
class TcpResult:
    """What became of the connections to one host."""

    families: Mapping[str, Failure | None]
    """``ipv4`` and ``ipv6``, where there are such addresses: None where a connection stood, else why not."""
    seconds: float
    """Until the first connection stood, or until the last one failed."""

    @property
    def failure(self) -> Failure | None:
        """Why no connection stood; None where one did."""
        seen = set(self.families.values())
        if None in seen or not seen:
            return None
        # A refusal comes from the host itself, so it tells more than silence.
        return next(each for each in (Failure.REFUSED, Failure.TIMEOUT, Failure.UNREACHABLE) if each in seen)


async def reach(addresses: Sequence[str], port: int, limit_seconds: float) -> TcpResult:
    """Connect to all families at once, as clients do; nothing is sent. Ends within ``limit_seconds``."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    end = began + limit_seconds
    tries: dict[str, asyncio.Task[Failure | None]] = {}
    for family in ("ipv4", "ipv6"):
        own = [address for address in addresses if family_of(address) == family][:MOST_ADDRESSES]
        if own:
            tries[family] = asyncio.create_task(_family(own, port, end))
    took = 0.0
    try:
        waiting = set(tries.values())
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            took = loop.time() - began
            if any(task.result() is None for task in done):
                if waiting:
                    await asyncio.wait(waiting, timeout=GRACE_SECONDS)
                break
        seen = {family: task.result() if task.done() else Failure.TIMEOUT for family, task in tries.items()}
    finally:
        await _end(tries.values())
    return TcpResult(seen, took)


async def _end(tasks: Iterable[asyncio.Task[Failure | None]]) -> None:
    unfinished = [task for task in tasks if not task.done()]
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)


async def _family(addresses: Sequence[str], port: int, end: float) -> Failure | None:
    tries = [asyncio.create_task(_connect(address, port, end)) for address in addresses]
    seen: Failure | None = Failure.UNREACHABLE
    try:
        for ended in asyncio.as_completed(tries):
            seen = await ended
            if seen is None:
                return None
        failed = {task.result() for task in tries}
        return next((each for each in (Failure.REFUSED, Failure.TIMEOUT) if each in failed), seen)
    finally:
        await _end(tries)


async def _connect(address: str, port: int, end: float) -> Failure | None:
    try:
        async with asyncio.timeout_at(end):
            _reader, writer = await asyncio.open_connection(address, port)
    except TimeoutError:
        return Failure.TIMEOUT
    except ConnectionRefusedError:
        return Failure.REFUSED
    except OSError:
        return Failure.UNREACHABLE
    writer.close()
    return None
