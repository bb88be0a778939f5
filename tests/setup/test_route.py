"""The way through the consoles: a stop for each step, crossings, and the words for it."""

from __future__ import annotations

import pytest

from app.guide import catalog
from app.guide.vocabulary import Lane
from app.setup.journey import Mark, visible
from app.setup.route import Route, RouteStop, ahead, in_words, route
from tests.support.setups import a_setup, fresh


@pytest.mark.parametrize("client", catalog.ids())
def test_each_step_is_a_stop_and_the_way_leads_to_both_consoles_and_back(client: str) -> None:
    guide = catalog.guide(client)
    way = ahead(guide)
    assert [stop.console for stop in way.stops] == [step.console for _, step in visible(guide, fresh(guide))]
    assert way.here is None
    assert way.crossings >= 2
    assert way.stops[-1].console is Lane.CIE


def test_what_is_done_and_where_it_is() -> None:
    guide = catalog.guide("entra")
    setup = a_setup(guide, "submitted")
    way = route(guide, setup)
    assert way.here is not None
    assert way.stops[way.here - 1].mark is Mark.CURRENT
    assert sum(stop.mark is Mark.DONE for stop in way.stops) == len(setup.done)


def test_what_this_program_does_is_no_crossing() -> None:
    consoles = (Lane.CIE, Lane.ASSISTANT, Lane.CIE, Lane.PORTAL, Lane.ASSISTANT, Lane.CIE)
    assert Route(tuple(RouteStop(console, Mark.LATER) for console in consoles)).crossings == 2


def test_an_estimate_is_given_only_where_one_is_documented() -> None:
    entra, okta = catalog.guide("entra"), catalog.guide("okta")
    takes = entra.step("wait-initial-cycle").takes
    assert takes is not None
    assert in_words(ahead(entra), entra).endswith(f"The first data takes an estimated {takes}.")
    assert "estimate" not in in_words(ahead(okta), okta)
