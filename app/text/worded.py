"""An enum whose members carry their words: one table of members and sentences instead of two."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class WordedEnum(StrEnum):
    """Each member is its name in files and forms, its words on the screen, and more sentences if it has any.

    Placeholders in them are filled where they are shown. The words are never stored or compared.
    """

    words: str
    more: tuple[str, ...]

    def __new__(cls, name: str, words: str = "", *more: str) -> Self:
        member = str.__new__(cls, name)
        member._value_, member.words, member.more = name, words, more
        return member
