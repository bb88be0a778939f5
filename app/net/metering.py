"""Counts the bytes of heads on a connection: informational ones, the answer's own, chunk extensions and trailers.

httpx delivers only the last head, once it has come. What a peer sends before it would have no bound but the time.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from httpcore import AnyIOBackend, AsyncNetworkStream

from app.net.answers import RequestFailure
from app.net.body import HEAD_LIMIT, BodyLimitError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

_END_OF_HEAD = re.compile(rb"\n\r?\n")
"""As in h11, which parses what is delivered."""
_FOLD = re.compile(rb"\r?\n[ \t]+")
_STATUS = re.compile(rb"http/\d\.\d (\d{3})")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,20})")
_CHUNKED = re.compile(rb"\ntransfer-encoding:[ \t]*chunked")
_SIZE = re.compile(rb"[0-9a-f]{1,20}", re.IGNORECASE)


class _Section(Enum):
    """What the next bytes are."""

    HEAD = auto()
    BODY = auto()
    """Of a known length, or a chunk with its line break."""
    SIZE = auto()
    """The line in front of a chunk."""
    TRAILERS = auto()
    TO_THE_END = auto()
    """A body that ends with the connection."""


class HeadMeter:
    """Follows one connection. Raises BodyLimitError as soon as the heads of one answer exceed the limit."""

    def __init__(self) -> None:
        self._part = _Section.HEAD
        self._received = b""
        """Bytes that do not yet make a whole head or line."""
        self._at = 0
        self._searched = 0
        """How far the end of a head was searched for."""
        self._counted = 0
        self._left = 0
        """Bytes of the body or chunk that are still to come."""
        self._chunked = False
        self._asked = False
        """Whether an answer is due."""
        self.chatter = False
        """Whether bytes have come to which no request belongs."""

    def ask(self) -> None:
        """Expect an answer."""
        self._asked = True

    def take(self, data: bytes) -> None:
        """Count what was received."""
        self._received += data
        while self._at < len(self._received) and self._step():
            pass
        self._received = self._received[self._at :]
        self._searched, self._at = max(0, self._searched - self._at), 0
        if self._part is not _Section.BODY:
            self._check(len(self._received))

    def _check(self, more: int) -> None:
        if self._counted + more > HEAD_LIMIT:
            raise BodyLimitError(RequestFailure.TOO_LARGE)

    def _count(self, size: int) -> None:
        self._check(size)
        self._counted += size

    def _end(self) -> None:
        """The answer is whole; what comes now is counted with the next one."""
        self._part, self._counted, self._asked = _Section.HEAD, 0, False

    def _step(self) -> bool:
        """Take one part off what was received; returns whether there was a whole one."""
        self.chatter |= not self._asked
        match self._part:
            case _Section.TO_THE_END:
                self._at = len(self._received)
            case _Section.BODY:
                taken = min(self._left, len(self._received) - self._at)
                self._at += taken
                self._left -= taken
                if not self._left:
                    self._part = _Section.SIZE
                    if not self._chunked:
                        self._end()
            case _Section.HEAD:
                end = _END_OF_HEAD.search(self._received, max(self._at, self._searched))
                if end is None:
                    self._searched = len(self._received) - 2
                    return False
                head = self._received[self._at : end.end()]
                self._at = end.end()
                self._count(len(head))
                self._frame(_FOLD.sub(b" ", head).lower())
            case _:
                end_of_line = self._received.find(b"\n", self._at) + 1
                if not end_of_line:
                    return False
                line = self._received[self._at : end_of_line]
                self._at = end_of_line
                if self._part is _Section.SIZE:
                    self._chunk(line)
                else:
                    self._count(len(line))
                    if line in (b"\n", b"\r\n"):
                        self._end()
        return True

    def _chunk(self, line: bytes) -> None:
        size = _SIZE.match(line)
        self._count(len(line.rstrip()) - (size.end() if size else 0))  # the extension, which nothing else bounds
        self._left = int(size[0], 16) if size else 0
        self._part = _Section.BODY if self._left else _Section.TRAILERS
        self._left += 2  # the line break after the chunk

    def _frame(self, head: bytes) -> None:
        """Find out what follows a head (RFC 9112 section 6.3)."""
        status = _STATUS.match(head)
        number = int(status[1]) if status else 0
        length = _LENGTH.search(head)
        self._chunked = _CHUNKED.search(head) is not None
        self._left = int(length[1]) if length is not None else 0
        if number // 100 == 1:
            return  # another head follows
        if number in (204, 304) or (length is not None and not self._left and not self._chunked):
            self._end()
        elif self._chunked:
            self._part = _Section.SIZE
        else:
            self._part = _Section.BODY if length is not None else _Section.TO_THE_END


class _MeteredStream(AsyncNetworkStream):
    """A connection whose heads are counted."""

    def __init__(self, stream: AsyncNetworkStream) -> None:
        self._stream = stream
        self._meter = HeadMeter()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._stream.read(max_bytes, timeout)
        self._meter.take(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._meter.ask()
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> AsyncNetworkStream:
        return _MeteredStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable" and self._meter.chatter:
            return True  # httpcore then opens another connection
        return self._stream.get_extra_info(info)


class MeteredBackend(AnyIOBackend):
    """Opens connections whose heads are counted."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """As the base class does."""
        return _MeteredStream(await super().connect_tcp(host, port, timeout, local_address, socket_options))
