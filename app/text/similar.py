"""Decides when two names look the same to a person or a directory, and how they differ."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from array import array
from bisect import bisect_left
from typing import Final

from app.text.legible import without_invisible
from app.text.worded import WordedEnum


class Sameness(WordedEnum):
    """How two names with the same key differ; the closest match applies."""

    EXACT = "exact", "the same name"
    CASE = "case", "the same except for capitalization"
    SPACES = "spaces", "the same except for spaces"
    """Or for case and spaces."""
    INVISIBLE = "invisible", "the same except for invisible characters"
    UNICODE = "unicode", "the same in another Unicode form"
    """Letters composed, or with a combining mark (NFC and NFD)."""
    LOOKALIKE = "lookalike", "the same except for the width or form of letters"
    """Of another width or as ligatures, which NFKC makes equal."""


def key(name: str) -> str:
    """Return what all names that count as the same have in common; empty if nothing in the name is visible.

    Unicode's compatibility form (NFKC), case-folded, without invisible characters and with single spaces.
    """
    if name.isascii() and name.isprintable():  # most names; ten times as fast
        return " ".join(name.split()).lower()
    return _folded(name.replace("\n", " ")).strip(" ")


def _folded(lines: str) -> str:
    """The key of each line, together: every step leaves the line breaks alone."""
    before, folded = None, lines
    while folded != before:  # case folding can produce text that another round changes again
        before = folded
        spaced = _single_spaces(unicodedata.normalize("NFKC", folded).translate(_PLAIN))
        folded = unicodedata.normalize("NFKC", spaced.casefold())
    return folded


class _Plain(dict[int, int | str | None]):
    """Maps white space to a space, characters drawn as nothing to nothing, and each other to itself, on demand."""

    def __missing__(self, point: int) -> int | str | None:
        character = chr(point)
        blank = character.isspace() and character != "\n"
        return self.setdefault(point, " " if blank else point if without_invisible(character) or point == 10 else None)


_PLAIN = _Plain()


class NameList:
    """Names that are looked at together: many times as fast as one by one."""

    __slots__ = ("_ascii", "beyond", "characters", "clean", "in_lines", "joined", "names", "others")

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.joined = self._ascii = "\n".join(names)
        self.in_lines = self.joined.count("\n") < max(1, len(names))
        """Whether ``joined`` has a line for each name: no name has a line break."""
        self.beyond: list[int] = []
        """The places of names beyond ASCII."""
        self.others = ""
        """Those names, one a line."""
        if not self.joined.isascii():
            self.beyond = [at for at, name in enumerate(names) if not name.isascii()]
            self.others = "\n".join([names[at] for at in self.beyond])
            plain = list(names)
            for at in self.beyond:
                plain[at] = ""
            self._ascii = "\n".join(plain)
        self.characters = set(self.others)
        """What the names beyond ASCII are made of."""
        self.clean = self._ascii.replace("\n", " ").isprintable()
        """Whether no ASCII name has a control character."""

    def keys(self) -> list[str]:
        """The key of each name."""
        if not (self.in_lines and self.clean and self.names):
            return list(map(key, self.names))
        found = _single_spaces(self._ascii.lower()).split("\n")
        simple = all(map(_SIMPLE.__getitem__, self.characters))
        folded = _single_spaces(self.others.casefold()) if simple else _folded(self.others)
        for at, one in zip(self.beyond, folded.split("\n"), strict=False):
            found[at] = one
        return found


class _Simple(dict[str, bool]):
    """Which characters fold independently of their neighbors and are unchanged by NFKC."""

    def __missing__(self, character: str) -> bool:
        folded = character.casefold()
        plain = character in " \n" or not (character.isspace() or without_invisible(character) != character)
        stays = all(unicodedata.normalize("NFKC", text) == text for text in (character, folded))
        apart = not any(unicodedata.category(each).startswith("M") or "\u1100" <= each <= "\u11ff" for each in folded)
        return self.setdefault(character, plain and stays and apart and folded.casefold() == folded)


_SIMPLE = _Simple()
_EDGES: Final = re.compile(r" ?\n ?")


def _single_spaces(lines: str) -> str:
    """Lines whose only white space is U+0020, each without more than one together or any at an end."""
    while "  " in lines:
        lines = lines.replace("  ", " ")
    if "\n " in lines or " \n" in lines:
        lines = _EDGES.sub("\n", lines)
    return lines.strip(" ")


def digest(name: str) -> int:
    """Return a 64-bit number for the key of a name, the same in every process."""
    return int.from_bytes(hashlib.blake2b(key(name).encode("utf-8", "surrogatepass"), digest_size=8).digest())


class Digests:
    """The names of an export as sorted digests of eight bytes each, and which of them have been marked."""

    def __init__(self, digests: array[int]) -> None:
        """``digests`` are sorted and unique."""
        self._digests = digests
        self._marked = bytearray(len(digests))

    def unmarked_copy(self) -> Digests:
        """Return the same names, none of them marked."""
        return Digests(self._digests)

    def __len__(self) -> int:
        return len(self._digests)

    def mark(self, one: int) -> bool:
        """Mark a name. Return False if it is not among the names."""
        at = bisect_left(self._digests, one)
        if at == len(self._digests) or self._digests[at] != one:
            return False
        self._marked[at] = 1
        return True

    @property
    def unmarked(self) -> array[int]:
        """The names that are not marked."""
        return array("Q", (one for one, marked in zip(self._digests, self._marked, strict=True) if not marked))


def sameness(one: str, other: str) -> Sameness:
    """Return how two names with the same key differ."""
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
    return without_invisible(" ".join(name.split()))


def _canonical(name: str) -> str:
    return unicodedata.normalize("NFC", _squeezed(unicodedata.normalize("NFC", _visible(name))))
