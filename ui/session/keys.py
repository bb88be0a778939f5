"""The keys of the windows: one table for shortcuts, tooltips, menus, the page of keys and the handbook. No Qt."""

from __future__ import annotations

from typing import Final

from app.text.worded import WordedEnum

VALUES: Final = 9
"""Values of a step that have a key of their own."""


class Key(WordedEnum):
    """A key as it is written on the screen, and what it does. On macOS, Qt maps Ctrl to Command and Alt to Option."""

    MOVE = "Tab", "Moves to the next field. Enter or Space presses a button."
    DONE = "Ctrl+Enter", "Presses the main button, such as **Done**."
    BACK = "Alt+Left", "Goes back."
    COPY = f"Ctrl+1 \u2026 Ctrl+{VALUES}", "Copies a value of the open step: the first, the second, and so on."
    COPY_NEXT = "Ctrl+Shift+C", "Copies the next value of the open step."
    LANE = "F6", "Goes to the steps in the other console."
    FIND = "Ctrl+F", "Finds a step in this setup."
    COMPANION = "F9", "Switches between the large window and the companion, a narrow one beside the browser."
    DOCK = "F7", "Docks the companion at the right edge of the screen, then at the left edge, then undocks it."
    ASIDE = "F8", "Minimizes the companion."
    SORT = "Enter", "In a table, sorts by the column of the current cell, then in reverse, then as before."
    ANYWHERE = "F10", "Turns the companion's keys for any window on or off, on X11. The companion shows them."
    CLOSE = "Esc", "Returns to the open step from another page."
    HELP = "F1", "Opens the handbook at the open step, in the browser."
    KEYS = "?", "Shows these keys, except while you type in a field."

    @property
    def sequences(self) -> tuple[str, ...]:
        """Return what Qt has to listen to, in its portable form."""
        match self:
            case Key.MOVE | Key.SORT:
                return ()  # every Qt window does the one, and a table the other
            case Key.DONE:
                return "Ctrl+Return", "Ctrl+Enter"  # Qt's Enter is the one of the number pad
            case Key.KEYS:
                return "?", "Shift+?"  # the second where a platform also reports the key that the character needs
            case Key.COPY:
                return tuple(f"Ctrl+{number}" for number in range(1, VALUES + 1))
        return (self.value,)

    def after(self, words: str) -> str:
        """Return the text of a tooltip that names the key."""
        return f"{words} ({self.value})"
