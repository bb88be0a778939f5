"""A failed check names its cause, what speaks for it and the step to revisit, given what the setup has done so far."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.diagnosis import facts
from app.diagnosis.causes import Reasons, explain, reasons
from app.diagnosis.facts import Fact
from app.diagnosis.findings import sentence
from app.diagnosis.patterns import general_errors, product_errors
from app.diagnosis.setup_facts import SetupFacts
from app.guide import catalog
from app.guide.roles import INSTEAD, roles_of
from app.guide.vocabulary import Kind, Milestone, StepRole
from app.scim.connection_test import Check, Finding, Observation, Verdict
from app.setup import journey
from tests.diagnosis.test_error_files import plain_words
from tests.support.clock import NOW
from tests.support.setups import STATES, a_setup

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.diagnosis.causes import Cause
    from app.diagnosis.facts import Remedy
    from app.guide.model import Guide
    from app.setup.state import Setup

ENTRA = catalog.guide("entra")
PING = catalog.guide("pingfederate")
REFUSALS = (Observation.UNAUTHORIZED, Observation.FORBIDDEN, Observation.NOT_FOUND)


def failed(observation: Observation, check: Check = Check.TOKEN) -> tuple[Finding, ...]:
    return (Finding(check, Verdict.FAILED, observation, 0.1),)


def first(observation: Observation, setup: Setup, guide: Guide = ENTRA, check: Check = Check.TOKEN) -> Cause:
    diagnosis = explain(failed(observation, check), SetupFacts.of(guide, setup))
    assert diagnosis is not None
    return diagnosis.causes[0]


def capturing(kind: Kind, guide: Guide = ENTRA) -> str:
    return next(s.id for s in guide.steps if any(guide.values[n].kind is kind for n in s.captures))


# -- the same answer at another time ---------------------------------------------------------


@pytest.mark.parametrize(
    ("setup", "step", "fact"),
    [
        (a_setup(ENTRA, "fresh"), "submit", Fact.NOT_SUBMITTED),
        (a_setup(ENTRA), "generate-token", Fact.TOKEN_BEFORE_SUBMIT),
        (a_setup(ENTRA, "token-after-submit"), "submit", Fact.TOKEN_AFTER_SUBMIT),
        (a_setup(ENTRA, "token-again"), "generate-token", Fact.TOKEN_AGAIN),
        (a_setup(ENTRA, "url-after-submit"), "copy-base-url", Fact.URL_AFTER_SUBMIT),
        (a_setup(ENTRA, "resubmit"), "submit", Fact.RESUBMIT),
        (a_setup(ENTRA, "tested"), "generate-token", Fact.TESTED),
    ],
    ids=["fresh", "before-submit", "after-submit", "twice", "another-url", "value-changed", "tested"],
)
def test_the_same_401_differs_by_what_was_done(setup: Setup, step: str, fact: Fact) -> None:
    cause = first(Observation.UNAUTHORIZED, setup)
    assert (cause.step, cause.facts) == (step, (fact,))
    assert cause.basis == (None if fact is Fact.TESTED else fact), "its own words, or the sentence of the fact"
    assert cause.basis is None or cause.evidence == fact.words


@pytest.mark.parametrize("observation", list(Observation))
def test_causes_with_the_same_basis_have_the_same_evidence(observation: Observation) -> None:
    diagnosis = explain(failed(observation), SetupFacts.of(ENTRA, a_setup(ENTRA)))
    assert diagnosis is not None
    said = {cause.basis: cause.evidence for cause in diagnosis.causes}
    assert all(cause.basis is None or said[cause.basis] == cause.evidence for cause in diagnosis.causes)


@pytest.mark.parametrize("observation", REFUSALS)
@pytest.mark.parametrize("guide", catalog.guides(), ids=lambda guide: guide.id)
def test_before_submit_every_refusal_leads_there(observation: Observation, guide: Guide) -> None:
    submit = next(s.id for s in guide.steps if s.marks is Milestone.SUBMITTED)
    before, after = (first(observation, a_setup(guide, state), guide) for state in ("fresh", "submitted"))
    assert before.step == submit
    assert after.step != submit
    assert before.basis is Fact.NOT_SUBMITTED
    assert after.basis is not Fact.NOT_SUBMITTED


def test_submit_is_not_doubted_before_it_is_confirmed() -> None:
    for observation in REFUSALS:
        for setup in (a_setup(ENTRA, "fresh"), a_setup(ENTRA, "resubmit")):
            diagnosis = explain(failed(observation), SetupFacts.of(ENTRA, setup))
            assert diagnosis is not None
            assert [cause.step for cause in diagnosis.causes].count("submit") == 1


def test_a_skipped_test_did_not_pass() -> None:
    setup = a_setup(ENTRA)
    test = next(s.id for s in ENTRA.steps if s.page is not None and s.page.value == "test")
    at = NOW + timedelta(days=1)
    passed, skipped = journey.complete(ENTRA, setup, test, at), journey.skip(ENTRA, setup, test, at)
    assert Fact.TESTED in SetupFacts.of(ENTRA, passed).holds
    assert Fact.TESTED not in SetupFacts.of(ENTRA, skipped).holds
    assert test in skipped.done
    newer = {**passed.kept, "token": at + timedelta(seconds=1)}
    assert Fact.TESTED not in SetupFacts.of(ENTRA, passed.with_(kept=newer)).holds


def test_fetched_tokens_have_causes_of_their_own() -> None:
    setup = a_setup(PING, answers={"authorization": "oidc"})
    for observation in (Observation.UNAUTHORIZED, Observation.FORBIDDEN, Observation.CLIENT_REFUSED):
        assert first(observation, setup, PING).step == capturing(Kind.CLIENT_SECRET, PING), observation
    assert first(Observation.FORBIDDEN, setup, PING).facts == (Fact.FETCHED,)


@pytest.mark.parametrize("observation", Observation)
def test_the_base_url_is_not_blamed_for_a_token_that_could_not_be_fetched(observation: Observation) -> None:
    setup = a_setup(PING, answers={"authorization": "oidc"})
    diagnosis = explain(failed(observation, Check.ISSUED), SetupFacts.of(PING, setup))
    assert diagnosis is not None
    assert capturing(Kind.BASE_URL, PING) not in [cause.step for cause in diagnosis.causes]
    assert "token" in diagnosis.title or observation is Observation.NO_SECRET


@pytest.mark.parametrize(
    "observation",
    [Observation.MALFORMED, Observation.NOT_FOUND_NAME, Observation.HTML, Observation.REDIRECT, Observation.WRONG_HOST],
)
def test_a_wrong_address_leads_to_the_base_url(observation: Observation) -> None:
    assert first(observation, a_setup(ENTRA), check=Check.ADDRESS).step == capturing(Kind.BASE_URL)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("guide", catalog.guides(), ids=lambda guide: guide.id)
def test_every_observation_has_causes_with_evidence(guide: Guide, state: str) -> None:
    setup = a_setup(guide, state)
    shown = {step.id for _, step in journey.visible(guide, setup)}
    for observation in set(Observation) - {Observation.GOOD}:
        diagnosis = explain(failed(observation), SetupFacts.of(guide, setup))
        assert diagnosis is not None
        assert diagnosis.causes
        assert sentence(failed(observation)[0])
        assert len({cause.sentence for cause in diagnosis.causes}) == len(diagnosis.causes)
        for cause in diagnosis.causes:
            plain_words(cause.sentence)
            plain_words(cause.evidence)
            assert cause.step is None or cause.step in shown
            assert "{" not in cause.sentence + cause.evidence


def test_nothing_failed_needs_no_diagnosis() -> None:
    good = (Finding(Check.TOKEN, Verdict.PASSED, Observation.GOOD, 0.1),)
    assert explain(good, SetupFacts.of(ENTRA, a_setup(ENTRA))) is None


# -- the data files --------------------------------------------------------------------------


def test_every_observation_that_can_fail_has_an_entry() -> None:
    never = {
        Observation.GOOD,
        Observation.NOT_TRIED,
        Observation.PLAIN_PRACTICE,
        Observation.NOT_SENT,
        Observation.KEYRING_LOCKED,
    }
    warned = {Observation.NAME_LOCAL, Observation.SPLIT_DNS, Observation.INSPECTED, Observation.CLOCK_OFF}
    assert set(reasons().observations) == set(Observation) - never - warned


def every_remedy() -> list[Remedy]:
    known = reasons()
    explanations = [*known.explanations, *general_errors().explanations.values()]
    explanations += [each for product in product_errors().values() for each in product.explanations.values()]
    return [*general_errors().slips, *(remedy for explanation in explanations for remedy in explanation.causes)]


def test_each_role_is_in_some_guide_and_some_cause_or_tool_needs_it() -> None:
    taken = {role for guide in catalog.guides() for step in guide.steps for role in roles_of(guide, step)}
    assert taken == set(StepRole)
    assert {remedy.at for remedy in every_remedy() if remedy.at} | set(INSTEAD.values()) == set(StepRole)


def test_each_fact_is_used() -> None:
    named = {fact for remedy in every_remedy() for fact in (*remedy.when, *remedy.unless)}
    told = {Fact.NOT_COMPARED, Fact.CUT_SHORT, Fact.NOT_STARTED}  # shown, or for a later use
    assert set(Fact) - named <= told


def test_the_files_are_checked() -> None:
    breaks: tuple[tuple[str, Any, Callable[[Any], object]], ...] = (
        ("causes", Reasons, lambda d: d["otherwise"]["causes"].append({"say": "Nowhere.", "at": "nowhere"})),
        ("causes", Reasons, lambda d: d["observations"].update(nothing=d["otherwise"])),
    )
    for name, shape, break_it in breaks:
        data = facts.load(name)
        shape.model_validate(data)
        broken = copy.deepcopy(data)
        break_it(broken)
        with pytest.raises(ValueError, match=r"causes|observations"):
            shape.model_validate(broken)
