"""Numbers with their nouns, as they stand on the screen."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """``1 user`` or ``1,240 users``; the noun in the singular, with a plural in s."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def both(users: int, groups: int) -> str:
    """``1 user and 3 groups``."""
    return f"{counted(users, 'user')} and {counted(groups, 'group')}"
