"""Which pictures of the practice tour the handbook shows, and their descriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.guide.vocabulary import SECRET_KINDS, Kind, Lane

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.guide.model import Guide, Step

THEMES = ("light", "dark")
WINDOW = (1000, 760)
"""Width and height of the window on the pictures, in pixels."""
COMPANION = (410, 560)

EXAMPLE = "entra"
"""The guide whose tour gives the pictures that are the same for every SCIM client."""

MOST_BYTES = 3_000_000
"""The limit for all pictures together, because every package contains them."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, taken in both themes."""

    name: str
    frame: str
    """Its name in the tour: the file is the number of the frame, a hyphen and this."""
    words: str
    """A description for readers who cannot see it; without a full stop."""
    size: tuple[int, int] = WINDOW

    def file(self, theme: str) -> str:
        """Its file name in that theme."""
        return f"{self.name}-{theme}.webp"


SHARED = (
    Picture("checklist", "check-prerequisites", "The checklist before the first step, with the stages on the left"),
    Picture(
        "passed",
        "test-connection-passed",
        "Test Connection, passed: each check with what was seen and how long it took, and the requests that were sent",
    ),
    Picture(
        "companion",
        "companion",
        "The companion: the open step in a narrow window, with the Base URL and the token masked and ready to copy",
        COMPANION,
    ),
    Picture("arrived", "await-timestamp-seen", "The watch after the SCIM Change Timestamp has come"),
    Picture("finish", "finish", "A completed setup: its values, its times, and the counts of both sides compared"),
)
"""The pictures of the first page, in the order of the work."""


def of(guide: Guide) -> dict[str, Picture]:
    """Id of a step → its picture, under the first answers, which the tour takes."""
    steps = [step for step in guide.steps if step.shown_under(guide.answers({}))]
    chosen = {
        "directory": (
            next(step for step in steps if Kind.DIRECTORY_ID in _carried(guide, step)),
            "both names ready to copy into CIE",
        ),
        "connection": (
            next(step for step in steps if step.lane is Lane.PORTAL and _carried(guide, step) & SECRET_KINDS),
            "the secrets of the endpoint, masked and ready to copy under the labels of the fields",
        ),
    }
    return {
        step.id: Picture(f"{guide.id}-{name}", step.id, f"Step \u201c{step.title}\u201d in the program: {words}")
        for name, (step, words) in chosen.items()
    }


def every(guides: Iterable[Guide]) -> tuple[tuple[str, tuple[Picture, ...]], ...]:
    """Id of a guide → the pictures to take on its tour."""
    return tuple((g.id, (*of(g).values(), *(SHARED if g.id == EXAMPLE else ()))) for g in guides)


def _carried(guide: Guide, step: Step) -> set[Kind]:
    return {guide.values[carry.value].kind for carry in step.carries}
