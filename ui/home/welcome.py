"""Explains what a setup is if there is none yet: the stages in three cards, and practice for first-time users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from app.guide.vocabulary import Lane
from app.setup.journey import Mark
from app.setup.route import Route, RouteStop
from ui.widgets.badge import StepBadge
from ui.widgets.buttons import button
from ui.widgets.cards import Card
from ui.widgets.layouts import REST, column, fill, middle, row, top, wide
from ui.widgets.route_map import RouteMap
from ui.widgets.text import label

if TYPE_CHECKING:
    from ui.widgets.buttons import Press

_WAY: Final = (
    (
        "In the Cloud Identity Engine",
        "Create the directory, copy its Base URL, generate the bearer token and submit. "
        "Both values go into this computer's keyring, not into a notes file.",
    ),
    (
        "In your identity provider's portal",
        "Enter both, test the connection, choose which users sync, and start provisioning. "
        "Each value is ready under the label of its field.",
    ),
    (
        "Back in the Cloud Identity Engine",
        "Wait for the SCIM Change Timestamp, which the assistant looks for. "
        "Full Sync is unlocked once the first change has arrived.",
    ),
)


_CONSOLES: Final = (*[Lane.CIE] * 6, *[Lane.PORTAL] * 8, *[Lane.CIE] * 3)
"""A sketch of the way. Each client has its own, which the picker draws."""


class Welcome(QWidget):
    """Shown instead of the list while it is empty."""

    def __init__(self, practice: Press | None) -> None:
        """``practice`` starts practice; None if it is not offered."""
        super().__init__()
        way = Route(tuple(RouteStop(lane, Mark.LATER) for lane in _CONSOLES))
        drawn = RouteMap(("CIE", "Portal"))
        drawn.show_route(way, "First the Cloud Identity Engine, then the portal, then the Cloud Identity Engine again")
        places = row(*(wide(_place(number, *place)) for number, place in enumerate(_WAY, start=1)), spacing=16)
        inside = column(
            label("One identity provider, one directory, three places", "heading"),
            drawn,
            places,
            label("You can leave a setup at any step and continue later, even after a crash.", "muted"),
            inside=self,
            spacing=16,
        )
        if practice is not None:
            fill(inside, _practice_card(practice))


def _place(number: int, title: str, text: str) -> Card:
    badge = StepBadge()
    badge.set_state("current", number)
    card = Card("card")
    card.add(row(top(badge), wide(label(title, "strong")), spacing=12), label(text, "muted"), REST)
    return card


def _practice_card(practice: Press) -> Card:
    text = (
        "Practice covers the whole setup with consoles on this computer. It needs no account, changes nothing "
        "real, and lets you rehearse failures."
    )
    words = column(label("First time?", "strong"), label(text, "muted"), spacing=2)
    card = Card("card")
    card.add(row(wide(words), middle(button("Start practice", name="start-practice", press=practice)), spacing=16))
    return card
