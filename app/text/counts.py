"""Numbers with their nouns, as shown on the screen."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 user`` or ``1,240 users``. The noun is given in the singular; its plural, if that is not in s, too."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def users_and_groups(users: int, groups: int) -> str:
    """Return ``1 user and 3 groups``."""
    return f"{counted(users, 'user')} and {counted(groups, 'group')}"
