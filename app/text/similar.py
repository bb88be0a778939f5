"""When two names are the same to the eye or to a directory, and in which way."""

from __future__ import annotations

import hashlib
import unicodedata
from array import array
from bisect import bisect_left
from enum import StrEnum
from typing import Final

from app.text.legible import visible


class Sameness(StrEnum):
    """In what two names of one key differ; the strongest likeness that holds."""

    EXACT = "exact"
    """In nothing."""
    CASE = "case"
    """In capitals."""
    SPACES = "spaces"
    """In spaces, or in capitals and spaces."""
    INVISIBLE = "invisible"
    """In characters that are drawn as nothing."""
    UNICODE = "unicode"
    """In the Unicode form of letters: composed or with a combining mark (NFC and NFD)."""
    LOOKALIKE = "lookalike"
    """In letters of another width or ligatures, which NFKC makes the same."""


WORDS: Final = {
    Sameness.EXACT: "the same name",
    Sameness.CASE: "the same but for capitals",
    Sameness.SPACES: "the same but for spaces",
    Sameness.INVISIBLE: "the same but for characters that cannot be seen",
    Sameness.UNICODE: "the same in another Unicode form",
    Sameness.LOOKALIKE: "the same but for the width or form of letters",
}


def key(name: str) -> str:
    """What all names that are to be taken for the same have in common; empty where nothing can be seen.

    Unicode's compatibility form (NFKC) without invisible characters, in case folding, with single spaces.
    """
    if name.isascii() and name.isprintable():  # most names, and ten times as fast
        return " ".join(name.split()).lower()
    before, folded = None, name
    while folded != before:  # folding can bring up what another round changes again
        before = folded
        spaced = " ".join(unicodedata.normalize("NFKC", folded).split())
        folded = unicodedata.normalize("NFKC", " ".join(visible(spaced).split()).casefold())
    return folded


def digest(name: str) -> int:
    """A number of 64 bits for the key of a name, the same in every process."""
    return int.from_bytes(hashlib.blake2b(key(name).encode("utf-8", "surrogatepass"), digest_size=8).digest())


class Digests:
    """The names of an export as sorted digests, eight bytes each, and which of them were met elsewhere."""

    def __init__(self, digests: array[int]) -> None:
        """``digests`` are sorted, each once."""
        self._digests = digests
        self._met = bytearray(len(digests))

    def fresh(self) -> Digests:
        """The same names, none of them met."""
        return Digests(self._digests)

    def __len__(self) -> int:
        return len(self._digests)

    def meet(self, one: int) -> bool:
        """Mark a name as met; False where it is not among them."""
        at = bisect_left(self._digests, one)
        if at == len(self._digests) or self._digests[at] != one:
            return False
        self._met[at] = 1
        return True

    @property
    def missed(self) -> array[int]:
        """Those that were not met."""
        return array("Q", (one for one, met in zip(self._digests, self._met, strict=True) if not met))


def sameness(one: str, other: str) -> Sameness:
    """In what way two names of the same key are the same."""
    if one == other:
        return Sameness.EXACT
    if one.casefold() == other.casefold():
        return Sameness.CASE
    if _squeezed(one) == _squeezed(other):
        return Sameness.SPACES
    if _squeezed(_visible(one)) == _squeezed(_visible(other)):
        return Sameness.INVISIBLE
    if _canonical(one) == _canonical(other):
        return Sameness.UNICODE
    return Sameness.LOOKALIKE


def _squeezed(name: str) -> str:
    return " ".join(name.split()).casefold()


def _visible(name: str) -> str:
    return visible(" ".join(name.split()))


def _canonical(name: str) -> str:
    return unicodedata.normalize("NFC", _squeezed(unicodedata.normalize("NFC", _visible(name))))
