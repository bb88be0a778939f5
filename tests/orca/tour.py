"""The program's own tour, which at its end writes its secrets as a line of JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from app.cli import parse
from app.guide import catalog
from ui.start import main
from ui.tour.driver import TourDriver
from ui.tour.tour import Tour, TourObserver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ui.application import Application


class Confessor(TourObserver):
    """Writes down what nobody may have heard."""

    def __init__(self, client: str) -> None:
        self._client = client

    async def at_home(self, copied: Mapping[str, str]) -> None:
        """Write the secrets."""
        values = catalog.guide(self._client).values
        secrets = [text for name, text in copied.items() if name in values and values[name].secret]
        sys.stdout.write(json.dumps({"secrets": secrets}) + "\n")
        sys.stdout.flush()


async def walk(application: Application) -> int:
    """Take the tour."""
    folder = application.options.tour
    assert folder is not None
    return await Tour(TourDriver(application, folder), observer=Confessor(application.options.client)).run()


if __name__ == "__main__":
    sys.exit(main(parse(sys.argv[1:]), walk))
