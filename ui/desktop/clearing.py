"""Decides when a copied secret counts as cleared: what to do after each look at the clipboard, without Qt and clock.

A clear is not the end of it. Clipboard managers put the text back within 20 ms (xfce4-clipman, diodon, qlipper, GPaste)
or 2 s (parcellite), and mutter and weston serve a copy of their own once the program lets go. So the clipboard is read
again for three seconds, and only then called cleared.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final

LOOKS: Final = (0.1, 0.4, 2.5)
"""Seconds between a clear and each look at the clipboard: at 0.1, 0.5 and 3 s."""

LAST_LOOKS: Final = (0.1, 0.2, 0.3)
"""The same where the program ends and can't wait longer."""

ANSWERS: Final = 4
"""How often a text that is put back is cleared between two looks; a manager may be faster at it than we are."""


class CopyStage(StrEnum):
    """What became of the text copied last."""

    HELD = "held"
    """In the clipboard. A secret is cleared when its time is over."""
    CLEARING = "clearing"
    """Cleared, and looked for in case that something puts it back."""
    CLEARED = "cleared"
    """Read again, and gone."""
    REPLACED = "replaced"
    """Another program's text took its place."""
    STAYS = "stays"
    """Still there: the desktop refused, or something keeps putting it back."""
    UNKNOWN = "unknown"
    """Cleared, on a desktop that lets only the window in front look whether it is gone."""


@dataclass(frozen=True, slots=True)
class ClipboardState:
    """What became of the text copied last."""

    label: str
    secret: bool
    seconds_left: int = 0
    """Until it is cleared; 0 where it is not counted down."""
    stage: CopyStage = CopyStage.HELD
    kept: bool = False
    """Something on this desktop keeps a copy of what is copied."""


class Sight(Enum):
    """What a look at the clipboard shows."""

    OURS = auto()
    """The secret."""
    OTHER = auto()
    """Another text."""
    EMPTY = auto()
    """Nothing, or nothing that was handed out in time."""
    HIDDEN = auto()
    """This desktop shows the clipboard to the program in front only."""


class Act(Enum):
    """What to do to the clipboard."""

    CLEAR = auto()
    OVERWRITE = auto()
    """Write a harmless text: what puts the last text back then puts back that one."""


class Clearing:
    """The way of one copied secret out of the clipboard.

    Args:
        overwrites: Whether reading back a written text proves that it is there, as on X11. Wayland compositors may
            ignore a text and Qt then shows it all the same, so that there only a read after a clear counts.
    """

    def __init__(self, *, overwrites: bool) -> None:
        self.stage = CopyStage.HELD
        self.kept = False
        """It came back after clearing, so something on this desktop keeps copies."""
        self.refused = False
        """Once it could not be cleared, so the next key or click may help."""
        self._overwrites = overwrites
        self._looks: list[float] = []
        self._plan: tuple[float, ...] = LOOKS
        self._returns = 0
        self._answers = 0
        self._to_clear = False
        """A harmless text was written where that alone proves nothing; it is cleared at the next look."""
        self._overwritten = False

    @property
    def next_look(self) -> float | None:
        """Seconds from the last look, or the clear, to the next look; None where none is due."""
        return self._looks[0] if self._looks else None

    @property
    def at_last_look(self) -> bool:
        """Whether the look that is due decides."""
        return len(self._looks) == 1

    def begin(
        self, sight: Sight, *, fresh_input: bool = False, ending: bool = False, manager: bool = False
    ) -> Act | None:
        """Start to clear; returns what to do.

        Args:
            sight: What the clipboard shows now; another text is left alone.
            fresh_input: A key or click has just reached the program, so a compositor that asks for one takes a text.
            ending: The program is about to end.
            manager: A clipboard manager with a history is known to run.
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
        """Take what a look that was due shows; returns what to do."""
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
        """Take what the clipboard shows when it says that it changed, or when the program comes to the front."""
        if self.stage is CopyStage.HELD:
            if sight is Sight.OTHER:
                self.stage = CopyStage.REPLACED
            elif sight is Sight.EMPTY:
                self._restart()  # cleared by another program, or its owner was slow
        elif self.stage in (CopyStage.STAYS, CopyStage.UNKNOWN):
            self._returns = 0
            self._plan = LOOKS
            self._restart()  # what is there now is seen at the looks
        elif self.stage is CopyStage.CLEARING and sight is Sight.OURS and not self._to_clear and self._answers:
            self._answers -= 1
            return Act.OVERWRITE if self._overwritten else Act.CLEAR
        return None
