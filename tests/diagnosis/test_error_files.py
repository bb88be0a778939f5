"""The files of known errors: complete, consistent, and in plain words."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # noqa: TID253 - the texts are a YAML file

from app.diagnosis import patterns
from app.diagnosis.facts import Fact
from app.diagnosis.patterns import (
    GeneralErrors,
    ProductErrors,
    general_errors,
    known_errors,
    occurs,
    product_errors,
)
from app.diagnosis.portal_errors import decode
from app.guide import catalog
from app.system.paths import resources
from tests.diagnosis.test_any_text import PATTERNS
from tests.support.setups import a_setup

if TYPE_CHECKING:
    from collections.abc import Callable


def test_each_phrase_is_found_in_itself() -> None:
    for pattern in PATTERNS:
        for phrase in (*pattern.find, *pattern.beside, *pattern.either):
            itself = phrase.strip("=*").replace(" ... ", " between ").replace("#", "3")
            assert occurs(phrase, itself), phrase
            if not phrase.startswith("*"):
                assert not occurs(phrase, "x" + itself + "x"), phrase


def test_each_explanation_is_used_and_general_where_several_need_it() -> None:
    general = general_errors()
    needed = {each.means: {"general"} for each in general.patterns if each.means}
    for name, product in product_errors().items():
        for each in (*product.patterns, *product.vague):
            if each.means:
                needed.setdefault(each.means, set()).add(name)
    assert {means for means, by in needed.items() if "general" in by or len(by) > 1} == set(general.explanations)
    for name, product in product_errors().items():
        assert {means for means, by in needed.items() if by == {name}} == set(product.explanations), name


def test_each_file_of_errors_is_named_by_a_guide_and_complete() -> None:
    named = {guide.errors for guide in catalog.guides()} - {None}
    assert named == set(product_errors())
    for name in (None, *product_errors()):
        known = known_errors(name)
        assert len(known.patterns) == len(known.general.patterns) + len(known.own)
        assert len({product for product, _ in known.foreign}) == len(product_errors()) - (name is not None)


def test_two_guides_of_one_product_recognize_the_same() -> None:
    assert catalog.guide("okta").errors == catalog.guide("okta-custom").errors


def test_what_a_product_says_counts_more_or_less_than_what_any_says() -> None:
    labels = [pattern.label for pattern in known_errors("entra").patterns]
    specific, general, vague = (labels.index(of) for of in ("InvalidAnchor", "HTTP 401", "Quarantine"))
    assert specific < general < vague
    assert labels.index("HTTP 500") - labels.index("Temporary error") == 1


def test_connection_troubles_have_a_step_in_every_guide() -> None:
    for guide in catalog.guides():
        for text in (
            "HTTP 401",
            "HTTP 403",
            "HTTP 404",
            "HTTP 500",
            "econnrefused",
            "enotfound",
            "scimtype: uniqueness",
        ):
            assert any(cause.step for cause in decode(text, guide, a_setup(guide)).causes), (guide.id, text)


def plain_words(text: str) -> None:
    assert text.endswith("."), text
    assert not re.search(r"!|\s[-\u2013\u2014]\s|\b(please|simply|just|easy|easily)\b", text, re.IGNORECASE), text
    assert all(len(sentence.split()) <= 30 for sentence in re.split(r"(?<=[.!?])\s+", text)), text


def test_the_words_are_plain() -> None:
    known = general_errors()
    explanations = [*known.explanations.values()]
    explanations += [each for product in product_errors().values() for each in product.explanations.values()]
    remedies = [*known.slips, *(cause for explanation in explanations for cause in explanation.causes)]
    texts = [known.seen.replace("{pattern}", "x"), known.foreign, known.hint, *(fact.words for fact in Fact)]
    for text in [*texts, *(remedy.say for remedy in remedies)]:
        plain_words(text)
    for title in (*(each.title for each in explanations), known.nothing, known.unexplained, known.address):
        assert not title.endswith("."), title
        assert "{" not in title, title


def test_the_general_file_is_checked() -> None:
    data = yaml.safe_load((resources() / "diagnosis" / "portal_errors.yaml").read_text("utf-8"))
    breaks: tuple[Callable[[Any], object], ...] = (
        lambda d: d["patterns"].append({"label": "x"}),
        lambda d: d["patterns"].append({"label": "x", "find": ["Upper"]}),
        lambda d: d["patterns"].append({"label": "x", "find": ["abc"], "means": "nowhere"}),
        lambda d: d["slips"].append({"say": "No evidence."}),
        lambda d: d["slips"].append({"say": "No role.", "when": ["tested"], "at": "nowhere"}),
    )
    for break_it in breaks:
        broken = copy.deepcopy(data)
        break_it(broken)
        with pytest.raises(ValueError, match=r"pattern|explanation|slips|evidence"):
            GeneralErrors.model_validate(broken)
    GeneralErrors.model_validate(data)


@pytest.mark.parametrize(("field", "sentence"), [("means", "no explanation nowhere"), ("before", "no pattern nowhere")])
def test_a_products_file_is_checked_against_the_general_one(
    field: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = {"label": "x", "find": ["abc"], field: "nowhere"}
    bad = ProductErrors.model_validate({"product": "X", "patterns": [pattern]})
    monkeypatch.setattr(patterns, "product_errors", lambda: {"x": bad})
    with pytest.raises(ValueError, match=f"x: pattern x: {sentence}"):
        known_errors.__wrapped__("x")
