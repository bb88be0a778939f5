"""Decides when a copied secret counts as cleared: what to do after each look at the clipboard. No Qt, no clock.

Clearing once is not enough. Clipboard managers put the text back within 20 ms (xfce4-clipman, diodon, qlipper, GPaste)
or 2 s (parcellite), and mutter and weston serve their own copy once the program no longer owns the clipboard. So the
clipboard is read again for three seconds before it is reported as cleared.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final

LOOKS: Final = (0.1, 0.4, 2.5)
"""Seconds between a clear and each look at the clipboard: at 0.1, 0.5 and 3 s."""

LAST_LOOKS: Final = (0.1, 0.2, 0.3)
"""The same when the program ends and can't wait longer."""

ANSWERS: Final = 4
"""How often a text that is put back is cleared between two looks. A manager may always be faster than we are."""


class CopyStage(StrEnum):
    """What became of the text copied last."""

    NOT_COPIED = "not-copied"
    """Another text is still there: the desktop didn't accept the copy."""
    HELD = "held"
    """In the clipboard. A secret is cleared when its time has passed."""
    CLEARING = "clearing"
    """Cleared, but something may still put it back."""
    CLEARED = "cleared"
    """Read again, and no longer there."""
    REPLACED = "replaced"
    """Replaced by another program's text."""
    STAYS = "stays"
    """Still there: the desktop refused to clear it, or something keeps putting it back."""
    UNKNOWN = "unknown"
    """Cleared, on a desktop where only the window in front can check that."""


@dataclass(frozen=True, slots=True)
class ClipboardState:
    """What became of the text copied last."""

    label: str
    secret: bool
    seconds_left: int = 0
    """Until it is cleared; 0 if there is no countdown."""
    stage: CopyStage = CopyStage.HELD
    kept: bool = False
    """A program on this desktop keeps what is copied."""


class Sight(Enum):
    """What a look at the clipboard shows."""

    OURS = auto()
    """The secret."""
    OTHER = auto()
    """Another text."""
    EMPTY = auto()
    """No text, or none was delivered in time."""
    HIDDEN = auto()
    """This desktop shows the clipboard only to the program in front."""


class Act(Enum):
    """What to do to the clipboard."""

    CLEAR = auto()
    OVERWRITE = auto()
    """Write a harmless text, which is then what a clipboard manager puts back."""


class Clearing:
    """The removal of one copied secret from the clipboard.

    Args:
        overwrites: Whether reading back a written text proves that it is there, as on X11. A Wayland compositor may
            ignore a text that Qt then still returns, so there only a read after a clear counts.
    """

    def __init__(self, *, overwrites: bool) -> None:
        self.stage = CopyStage.HELD
        self.kept = False
        """It came back after a clear, so a program on this desktop keeps copies."""
        self.refused = False
        """It could not be cleared; a key or click may allow it."""
        self._overwrites = overwrites
        self._looks: list[float] = []
        self._plan: tuple[float, ...] = LOOKS
        self._returns = 0
        self._answers = 0
        self._to_clear = False
        """A harmless text was written where that proves nothing, so it is cleared at the next look."""
        self._overwritten = False

    @property
    def next_look(self) -> float | None:
        """Seconds from the last look or clear to the next look, or None if no look is due."""
        return self._looks[0] if self._looks else None

    @property
    def at_last_look(self) -> bool:
        """Whether the next look decides."""
        return len(self._looks) == 1

    def begin(
        self, sight: Sight, *, fresh_input: bool = False, ending: bool = False, manager: bool = False
    ) -> Act | None:
        """Start clearing. Return what to do.

        Args:
            sight: What the clipboard contains now; another text is left alone.
            fresh_input: A key or click has just reached the program, so a compositor that requires one accepts a text.
            ending: The program is about to end.
            manager: A clipboard manager with a history is running.
        """
        if sight is Sight.OTHER and self.stage is CopyStage.HELD:
            self.stage = CopyStage.REPLACED
            return None
        self._plan = LAST_LOOKS if ending else LOOKS
        self._returns = 0
        self.kept = self.kept or manager
        if ending and manager and self._overwrites and sight is not Sight.OTHER:
            return self._overwrite()
        self._restart()
        if sight is Sight.OTHER:
            return None
        if fresh_input and not self._overwrites:
            self._to_clear = True
            return Act.OVERWRITE
        return Act.CLEAR

    def _restart(self) -> None:
        self.stage = CopyStage.CLEARING
        self._looks = list(self._plan)
        self._answers = ANSWERS
        self._to_clear = False

    def _overwrite(self) -> Act:
        self._restart()
        self._overwritten = True
        return Act.OVERWRITE

    def look(self, sight: Sight) -> Act | None:
        """Record the result of a look that was due. Return what to do."""
        del self._looks[:1]
        if self._to_clear:
            self._to_clear = False
            return Act.CLEAR
        if sight is Sight.OURS:
            return self._returned()
        if not self._looks:
            self.stage = CopyStage.UNKNOWN if sight is Sight.HIDDEN else CopyStage.CLEARED
            self.refused = sight is Sight.HIDDEN
        return None

    def _returned(self) -> Act | None:
        self._returns += 1
        last = not self._looks
        if self._overwrites and not self._overwritten and (last or self._returns > 1 or self._plan is LAST_LOOKS):
            self.kept = True
            return self._overwrite()
        if last:
            self.stage = CopyStage.STAYS
            self.refused = True
            return None
        return Act.OVERWRITE if self._overwritten else Act.CLEAR

    def change(self, sight: Sight) -> Act | None:
        """Record a look after the clipboard changed or the program came to the front. Return what to do."""
        if self.stage is CopyStage.HELD:
            if sight is Sight.OTHER:
                self.stage = CopyStage.REPLACED
            elif sight is Sight.EMPTY:
                self._restart()  # another program cleared it, or its owner was slow to respond
        elif self.stage in (CopyStage.STAYS, CopyStage.UNKNOWN):
            self._returns = 0
            self._plan = LOOKS
            self._restart()  # the looks find out what is there now
        elif self.stage is CopyStage.CLEARING and sight is Sight.OURS and not self._to_clear and self._answers:
            self._answers -= 1
            return Act.OVERWRITE if self._overwritten else Act.CLEAR
        return None
