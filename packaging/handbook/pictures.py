"""Which pictures of the practice tour the handbook shows, and their descriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.guide import catalog
from app.guide.roles import step_with
from app.guide.vocabulary import StepRole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.guide.model import Guide, Step

THEMES = ("light", "dark")
WINDOW = (1000, 760)
"""Width and height of the window on the pictures, in pixels."""
COMPANION = (410, 1000)
"""As high as the virtual screen of the tour, at whose edge it opens."""

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


def shared() -> tuple[Picture, ...]:
    """The pictures of the first page, in the order of the work."""
    example = catalog.guide(EXAMPLE)
    checklist, test, watch = (
        _step(example, role).id for role in (StepRole.CHECKLIST, StepRole.TEST, StepRole.TIMESTAMP)
    )
    return (
        Picture("checklist", checklist, "The checklist before the first step, with the stages on the left"),
        Picture(
            "passed",
            f"{test}-passed",
            "Test Connection, passed: each check with its result and how long it took, and the requests that were sent",
        ),
        Picture(
            "companion",
            "companion",
            "The companion: the open step in a narrow window, with the Base URL and the token masked and ready to copy",
            COMPANION,
        ),
        Picture("arrived", f"{watch}-seen", "The watch after the SCIM Change Timestamp was seen"),
        Picture("finish", "finish", "A completed setup: its values, its times, and the counts of both sides compared"),
    )


def of(guide: Guide) -> dict[str, Picture]:
    """Id of a step → its picture, under the first answers, which the tour takes."""
    chosen = {
        "directory": (StepRole.DIRECTORY_DETAILS, "both names ready to copy into CIE"),
        "connection": (
            StepRole.PORTAL_ADDRESS,
            "the secrets of the endpoint, masked and ready to copy under the labels of the fields",
        ),
    }
    steps = {name: (_step(guide, role), words) for name, (role, words) in chosen.items()}
    return {
        step.id: Picture(f"{guide.id}-{name}", step.id, f"Step \u201c{step.title}\u201d in the program: {words}")
        for name, (step, words) in steps.items()
    }


def every(guides: Iterable[Guide]) -> tuple[tuple[str, tuple[Picture, ...]], ...]:
    """Id of a guide → the pictures to take on its tour."""
    return tuple((g.id, (*of(g).values(), *(shared() if g.id == EXAMPLE else ()))) for g in guides)


def _step(guide: Guide, role: StepRole) -> Step:
    """The step of that role under the first answers. Raises ValueError where there is none."""
    step = step_with(role, guide, [step for step in guide.steps if step.shown_under(guide.answers({}))])
    if step is None:
        raise ValueError(f"{guide.id}: no step has the role {role}")
    return step
