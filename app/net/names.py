"""Looks up a host name: its addresses of each family, and whether something about them is suspicious."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    Resolver = Callable[[str, int], Awaitable[Sequence[object]]]

LOCALHOST: Final = "127.0.0.1"
"""The address of ``localhost``, which names this computer and is never looked up (RFC 6761 section 6.3)."""

IPV4_SECONDS: Final = 1.0

_OWN_SUFFIXES: Final = ("local", "localhost", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa")
"""Endings of names that public name servers do not know (RFC 6762 appendix G, RFC 8375)."""

_SERVER_FAILED: Final = frozenset({socket.EAI_AGAIN, socket.EAI_FAIL, 11002, 11003})
"""glibc and macOS: EAI_*; Windows: WSATRY_AGAIN and WSANO_RECOVERY. No answer at all has the same code, but later."""

_NO_ADDRESS: Final = frozenset({getattr(socket, "EAI_NODATA", 11004), 11004})
"""The name exists, but has no address of either family. Windows: WSANO_DATA."""


class IpFamily(WordedEnum):
    """An address family."""

    IPV4 = "ipv4", "IPv4"
    IPV6 = "ipv6", "IPv6"


class AddressScope(WordedEnum):
    """Where the addresses of a host can be reached from."""

    PUBLIC = "public", "public"
    PRIVATE = "inside", "private only"
    LOOPBACK = "loopback", "this computer itself"


class LookupStatus(StrEnum):
    """The result of a lookup."""

    FOUND = "found"
    UNKNOWN = "unknown"
    """No such name (NXDOMAIN)."""
    NO_ADDRESS = "no-address"
    """The name exists but has no address."""
    SERVER_FAILED = "server-failed"
    """A name server reported that it failed, or none could be reached."""
    SILENT = "silent"
    """No answer within the time limit."""
    IPV6_SILENT = "ipv6-silent"
    """The question about IPv6 addresses (AAAA) got no answer within the time limit, the one about IPv4 did."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What name resolution returned for a host."""

    name: LookupStatus
    addresses: tuple[str, ...] = ()
    local: bool = False
    """The absolute name does not exist: the addresses come from a search domain or this computer's hosts file."""

    @property
    def families(self) -> frozenset[IpFamily]:
        """The families of the addresses."""
        return frozenset(family for address in self.addresses if (family := family_of(address)) is not None)

    def count(self, family: IpFamily) -> int:
        """Return the number of addresses of that family."""
        return sum(family_of(address) is family for address in self.addresses)

    @property
    def scope(self) -> AddressScope:
        """The widest scope of any address; public if there are none."""
        scopes = {_scope(address) for address in self.addresses}
        return next((scope for scope in AddressScope if scope in scopes), AddressScope.PUBLIC)


@lru_cache(maxsize=64)
def family_of(address: str) -> IpFamily | None:
    """Return the family of an address; None if the text is not an address."""
    try:
        return IpFamily(f"ipv{ipaddress.ip_address(address.partition('%')[0]).version}")
    except ValueError:
        return None


def _scope(address: str) -> AddressScope:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return AddressScope.PUBLIC
    if found.is_loopback or found.is_unspecified:
        return AddressScope.LOOPBACK
    # The library treats 100.64.0.0/10 (RFC 6598) as neither private nor global; inside a network it is private.
    private = found.is_private or found.is_link_local or not found.is_global
    return AddressScope.PRIVATE if private else AddressScope.PUBLIC


def looks_public(host: str) -> bool:
    """Return whether every public name server should know that name."""
    name = host.rstrip(".").lower()
    if family_of(name) is not None or "." not in name:
        return False
    return not any(name.endswith(f".{suffix}") for suffix in _OWN_SUFFIXES)


async def system_resolver(host: str, port: int) -> Sequence[object]:
    """Return the addresses that this computer finds, as text. Raises OSError if there are none."""
    if host.lower() == "localhost":
        return (LOCALHOST,)
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return sorted({str(entry[4][0]) for entry in found})


async def ipv4_resolver(host: str, port: int) -> Sequence[object]:
    """Return the IPv4 addresses only, as ``system_resolver`` does."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_STREAM)
    return sorted({str(entry[4][0]) for entry in found})


async def look_up(host: str, port: int, resolver: Resolver, limit_seconds: float) -> Lookup:
    """Look up a name, and at the same time the absolute name with a trailing dot, to which no search domain is added.

    A resolver may raise OSError; a ``gaierror`` is more specific. Both lookups end within ``limit_seconds``. If this
    computer's own resolver is silent, it is asked for IPv4 addresses alone for another ``IPV4_SECONDS``.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + limit_seconds
    absolute = None
    if host and not host.endswith(".") and family_of(host) is None and host != "localhost":
        absolute = asyncio.create_task(_ask(f"{host}.", port, resolver, end))
    try:
        found = await _ask(host, port, resolver, end)
        if found.name is LookupStatus.FOUND and absolute is not None:
            other = await absolute
            return Lookup(
                found.name, found.addresses, local=other.name in (LookupStatus.UNKNOWN, LookupStatus.NO_ADDRESS)
            )
        if found.name is LookupStatus.SILENT and resolver is system_resolver:
            alone = await _ask(host, port, ipv4_resolver, loop.time() + IPV4_SECONDS)
            return Lookup(LookupStatus.IPV6_SILENT) if alone.name is LookupStatus.FOUND else found
        return found
    finally:
        if absolute is not None:
            absolute.cancel()


async def _ask(host: str, port: int, resolver: Resolver, end: float) -> Lookup:
    try:
        async with asyncio.timeout_at(end) as limit:
            found = tuple(str(address) for address in await resolver(host, port))
    except (OSError, UnicodeError) as error:
        return Lookup(LookupStatus.SILENT if limit.expired() else _why(error))
    return Lookup(LookupStatus.FOUND if found else LookupStatus.NO_ADDRESS, found)


def _why(error: Exception) -> LookupStatus:
    code = error.args[0] if isinstance(error, socket.gaierror) and error.args else None
    if code in _SERVER_FAILED:
        return LookupStatus.SERVER_FAILED
    return LookupStatus.NO_ADDRESS if code in _NO_ADDRESS else LookupStatus.UNKNOWN
