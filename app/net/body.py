"""Receives a response body up to a limit and decompresses it."""

from __future__ import annotations

import zlib
from typing import Final

from app.net.answers import RequestFailure

BODY_LIMIT: Final = 1024 * 1024
"""Bytes of a body, before and after decompression."""

HEAD_LIMIT: Final = 64 * 1024
"""Bytes of the heads of one answer, as sent: informational ones, its own, chunk extensions and trailers."""


class BodyLimitError(Exception):
    """A body breaks a limit. The client catches it and returns a value instead."""

    def __init__(self, failure: RequestFailure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class Inflater:
    """Collects a body up to a limit, decompressing gzip and deflate without ever holding more than the limit."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._raw = 0
        self._body = bytearray()
        self._deflate = encoding == "deflate"
        if encoding in ("", "identity"):
            self._inflate = None
        elif encoding in ("gzip", "x-gzip"):
            self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        elif encoding == "deflate":
            self._inflate = zlib.decompressobj()
        else:
            raise BodyLimitError(RequestFailure.ENCODING)

    def feed(self, chunk: bytes) -> None:
        if self._deflate and self._raw == 0 and chunk and chunk[0] & 0x0F != 8:
            # RFC 9110 section 8.4.1.2: some servers send deflate without the zlib wrapper.
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._raw += len(chunk)
        if self._raw > self._limit:
            raise BodyLimitError(RequestFailure.TOO_LARGE)
        if self._inflate is None:
            self._body += chunk
            return
        try:
            self._body += self._inflate.decompress(chunk, self._limit - len(self._body) + 1)
        except zlib.error as error:
            raise BodyLimitError(RequestFailure.ENCODING) from error
        if len(self._body) > self._limit:
            raise BodyLimitError(RequestFailure.TOO_LARGE)

    def finish(self) -> bytes:
        if self._inflate is not None and self._raw and (not self._inflate.eof or self._inflate.unused_data):
            raise BodyLimitError(RequestFailure.ENCODING)
        return bytes(self._body)
