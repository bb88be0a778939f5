"""Which pictures of the practice tour the handbook shows, and what is on them in words."""

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
"""The guide whose tour gives the pictures that do not differ by SCIM client."""

MOST_BYTES = 3_000_000
"""All pictures together; they go into each package."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, taken in both themes."""

    name: str
    frame: str
    """What the tour calls it: its file is the number of the frame, a hyphen and this."""
    words: str
    """What is to be seen, for whom it cannot be shown; without a full stop."""
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
"""Those of the first page, in the order of the work."""


def of(guide: Guide) -> dict[str, Picture]:
    """Id of a step → the picture that stands at it; the tour's own way, under the first answers."""
    steps = [step for step in guide.steps if step.shown_under(guide.answers({}))]
    told = {
        "directory": (
            next(step for step in steps if Kind.DIRECTORY_ID in _carried(guide, step)),
            "both names ready to copy into CIE",
        ),
        "connection": (
            next(step for step in steps if step.lane is Lane.PORTAL and _carried(guide, step) & SECRET_KINDS),
            "what opens the endpoint, masked and ready to copy under the labels of the fields",
        ),
    }
    return {
        step.id: Picture(f"{guide.id}-{name}", step.id, f"Step \u201c{step.title}\u201d in the program: {words}")
        for name, (step, words) in told.items()
    }


def every(guides: Iterable[Guide]) -> tuple[tuple[str, tuple[Picture, ...]], ...]:
    """Id of a guide → what is to be taken on its tour."""
    return tuple((g.id, (*of(g).values(), *(SHARED if g.id == EXAMPLE else ()))) for g in guides)


def _carried(guide: Guide, step: Step) -> set[Kind]:
    return {guide.values[carry.value].kind for carry in step.carries}
