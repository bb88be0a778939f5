"""Opens TCP connections to a host's addresses, both families at once, and closes them again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.net.names import IpFamily, family_of
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_ADDRESSES: Final = 3
"""Addresses tried per family; a client would not try many more."""

GRACE_SECONDS: Final = 0.3
"""Seconds to wait for the second family. RFC 8305 section 5 recommends 250 ms between attempts."""


class ConnectResult(WordedEnum):
    """The result of connecting, the most informative first: only the host itself can accept or refuse."""

    CONNECTED = "connected", "is connected"
    REFUSED = "refused", "is refused"
    TIMEOUT = "timeout", "does not answer"
    UNREACHABLE = "unreachable", "cannot be reached"
    """No route, or another network error."""


@dataclass(frozen=True, slots=True)
class TcpResult:
    """The connections to one host."""

    families: Mapping[IpFamily, ConnectResult]
    """The result for each family that has addresses."""
    seconds: float
    """Seconds until the first connection succeeded or the last one failed."""

    @property
    def result(self) -> ConnectResult:
        """The most informative result; unreachable without addresses."""
        return _best(self.families.values())


def _best(results: Iterable[ConnectResult]) -> ConnectResult:
    found = set(results)
    return next((each for each in ConnectResult if each in found), ConnectResult.UNREACHABLE)


async def reach(addresses: Sequence[str], port: int, limit_seconds: float) -> TcpResult:
    """Connect over both families at once, as clients do, and send nothing. Ends within ``limit_seconds``."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    end = started + limit_seconds
    attempts: dict[IpFamily, asyncio.Task[ConnectResult]] = {}
    for family in IpFamily:
        chosen = [address for address in addresses if family_of(address) is family][:MOST_ADDRESSES]
        if chosen:
            attempts[family] = asyncio.create_task(_family(chosen, port, end))
    took = 0.0
    try:
        waiting = set(attempts.values())
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            took = loop.time() - started
            if any(task.result() is ConnectResult.CONNECTED for task in done):
                if waiting:
                    await asyncio.wait(waiting, timeout=GRACE_SECONDS)
                break
        families = {
            family: task.result() if task.done() else ConnectResult.TIMEOUT for family, task in attempts.items()
        }
    finally:
        await _cancel(attempts.values())
    return TcpResult(families, took)


async def _cancel(tasks: Iterable[asyncio.Task[ConnectResult]]) -> None:
    unfinished = [task for task in tasks if not task.done()]
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)


async def _family(addresses: Sequence[str], port: int, end: float) -> ConnectResult:
    attempts = [asyncio.create_task(_connect(address, port, end)) for address in addresses]
    results = []
    try:
        for ended in asyncio.as_completed(attempts):
            results.append(await ended)
            if results[-1] is ConnectResult.CONNECTED:
                break
        return _best(results)
    finally:
        await _cancel(attempts)


async def _connect(address: str, port: int, end: float) -> ConnectResult:
    try:
        async with asyncio.timeout_at(end):
            _reader, writer = await asyncio.open_connection(address, port)
    except TimeoutError:
        return ConnectResult.TIMEOUT
    except ConnectionRefusedError:
        return ConnectResult.REFUSED
    except OSError:
        return ConnectResult.UNREACHABLE
    writer.close()
    return ConnectResult.CONNECTED
