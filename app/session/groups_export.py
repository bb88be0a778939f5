"""The check of an export of groups: the file, how it is read, and the answer. No content of the file is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.exports.reading import ExportOrder, check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.exports.problems import Unusable
    from app.exports.reading import Checked, ReadingChoice


class GroupsExport:
    """One export at a time. Not thread-safe: one event loop."""

    def __init__(self) -> None:
        self.order: ExportOrder | None = None
        """The file and how it is read; never where findings went."""
        self.answer: Checked | None = None
        """The last result of this file."""

    def choose(self, path: Path) -> None:
        """Turn to a file, which ``check`` then reads as it recognizes it."""
        self.order, self.answer = ExportOrder(path), None

    def read_as(self, choice: ReadingChoice | None) -> bool:
        """Set how ``check`` reads the file; None: as it recognizes it. Return whether there is a file."""
        if self.order is not None:
            self.order = ExportOrder(self.order.path) if choice is None else self.order.choosing(choice)
        return self.order is not None

    async def check(self, on_share: Callable[[float], None], save: Path | None = None) -> Checked | Unusable:
        """Check the file, and write all findings to ``save``, also those that are not held.

        ``on_share`` gets the share that is done, from 0 to 1. Raises ValueError if no file was chosen.
        """
        if self.order is None:
            raise ValueError("no export was chosen")
        return await check(replace(self.order, save=save), on_share)

    def keep(self, answer: Checked) -> None:
        """Make this the result of the file, once it can be shown. From then on a changed file is refused."""
        if self.order is not None:
            self.order, self.answer = replace(self.order, stamp=answer.seen.stamp), answer
