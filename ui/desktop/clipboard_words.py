"""The sentences about a copied value: one for each stage, and one for clipboard managers that keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ui.desktop.clearing import CopyStage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.desktop.clearing import ClipboardState
    from ui.desktop.clipboard_managers import ClipboardManager

STAGES: Final[dict[CopyStage, tuple[str, str]]] = {
    CopyStage.NOT_COPIED: ("Not copied. This desktop didn't accept the copy. Press Copy again.", "caution"),
    CopyStage.HELD: ("Copied. Clears from the clipboard in {seconds} s.", "good"),
    CopyStage.CLEARING: ("Clearing the clipboard…", "muted"),
    CopyStage.CLEARED: ("Cleared from the clipboard. Copy it again if you still need it.", "muted"),
    CopyStage.REPLACED: ("No longer in the clipboard. Copy it again if you still need it.", "muted"),
    CopyStage.STAYS: ("Couldn't clear the clipboard. Copy something else, or click here to try again.", "caution"),
    CopyStage.UNKNOWN: ("May still be in the clipboard. Click here to check and clear it.", "caution"),
}
"""The sentence and its tone."""

COPIED: Final = ("Copied", "good")
"""For values that aren't secret."""

KEPT: Final = "A clipboard manager on this desktop keeps a copy. Clear its history."


def about(state: ClipboardState) -> tuple[str, str]:
    """Return the sentence about what was copied, and its tone."""
    if not state.secret and state.stage is CopyStage.HELD:
        return COPIED
    sentence, tone = STAGES[state.stage]
    sentence = sentence.format(seconds=state.seconds_left)
    if state.kept and state.stage not in (CopyStage.NOT_COPIED, CopyStage.HELD, CopyStage.CLEARING):
        return f"{sentence} {KEPT}", "caution"
    return sentence, tone


def spoken(before: ClipboardState | None, now: ClipboardState) -> str:
    """Return what to say of a change: once that something was copied, and once what became of it; else an empty text.

    While a secret is in the clipboard, it changes each second.
    """
    sentence, _ = about(now)
    if now.stage is CopyStage.NOT_COPIED:
        return f"{now.label}: {sentence}"
    if now.secret and now.stage is not CopyStage.HELD:
        same = before is not None and before.secret and (before.label, before.stage) == (now.label, now.stage)
        return "" if same or not now.label or now.stage is CopyStage.CLEARING else f"{now.label}: {sentence}"
    counting = before is not None and before.secret and before.stage is CopyStage.HELD and before.label == now.label
    if counting and before is not None and now.secret and before.seconds_left >= now.seconds_left:
        return ""
    return f"{now.label} copied.{sentence.removeprefix(COPIED[0]).removeprefix('.')}"


def at_the_end(stage: CopyStage, *, kept: bool) -> str:
    """Return a warning to show before the window closes, or an empty text if nothing is left in the clipboard."""
    if stage not in (CopyStage.STAYS, CopyStage.UNKNOWN):
        return ""
    sentence = "The secret you copied may still be in the clipboard. Copy any other text to replace it."
    return f"{sentence} {KEPT}" if kept else sentence


def before_copying(managers: Sequence[ClipboardManager]) -> str:
    """Return a warning to show before a secret is copied, in this program's markup; empty if nothing keeps it."""
    return "\n".join(
        f"**{each.name}** runs on this desktop and keeps what you copy, secrets too. After you paste, {each.clear}."
        for each in managers
    )
