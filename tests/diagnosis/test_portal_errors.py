"""An error pasted from a portal names its cause and the step to revisit, and nothing of the text comes back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # noqa: TID253 - the texts are a YAML file

from app.diagnosis.facts import Fact
from app.diagnosis.patterns import (
    general_errors,
)
from app.diagnosis.portal_errors import LONGEST, DecodedError, decode
from app.guide import catalog
from app.guide.vocabulary import Kind, Milestone
from app.setup import journey
from tests.support.setups import a_setup

BASE = "https://scim.example.com/tenant/v2"
TEXTS = yaml.safe_load(Path(__file__).with_name("portal_texts.yaml").read_text("utf-8"))
ENTRA = catalog.guide("entra")


def first_step(decoded: DecodedError) -> str | None:
    assert decoded.causes, decoded
    return decoded.causes[0].step


def capturing(kind: Kind) -> str:
    return next(s.id for s in ENTRA.steps if any(ENTRA.values[n].kind is kind for n in s.captures))


# -- texts of the real world -----------------------------------------------------------------


@pytest.mark.parametrize("entry", TEXTS["decoded"], ids=lambda e: f"{e['guide']}-{e['signs'][0]}")
def test_a_real_text_leads_to_the_right_step(entry: dict[str, Any]) -> None:
    guide = catalog.guide(entry["guide"])
    setup = a_setup(guide, entry.get("state", "submitted"), entry.get("answers"))
    decoded = decode(entry["text"], guide, setup, BASE)
    assert set(entry["signs"]) <= set(decoded.recognized), decoded
    assert first_step(decoded) == entry["step"], decoded
    sentences = {Fact(fact).words.replace("{client}", guide.short_name) for fact in entry.get("compared", ())}
    assert sentences <= set(decoded.compared), decoded
    for cause in decoded.causes:
        assert cause.evidence
        assert cause.step is None or cause.step in {s.id for _, s in journey.visible(guide, setup)}


@pytest.mark.parametrize("entry", TEXTS["undecoded"], ids=lambda e: e["text"][:30])
def test_a_text_of_something_else_is_left_alone(entry: dict[str, Any]) -> None:
    for guide in catalog.guides():
        decoded = decode(entry["text"], guide, a_setup(guide), BASE)
        assert decoded == decode("", guide, a_setup(guide), BASE), (guide.id, decoded)
        assert (decoded.recognized, decoded.compared, decoded.causes) == ((), (), ())
        assert decoded.title == general_errors().nothing
        assert decoded.hint


def test_the_texts_are_many_and_have_sources() -> None:
    assert len({entry["text"] for entry in TEXTS["decoded"]}) >= 60
    assert len(TEXTS["undecoded"]) >= 20
    assert {entry["guide"] for entry in TEXTS["decoded"]} >= {g.id for g in catalog.guides() if g.errors}
    assert all(entry["source"].startswith("https://") for entry in TEXTS["decoded"])


def test_the_licence_says_nothing_about_provisioning() -> None:
    licence = (Path(__file__).parents[2] / "LICENSE").read_text("utf-8")
    for paragraph in licence.split("\n\n"):
        if not re.fullmatch(r"\s*http\S+\s*", paragraph):
            assert not decode(paragraph, ENTRA, a_setup(ENTRA), BASE).recognized, paragraph


# -- the same error at another time ----------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("fresh", "submit"),
        ("submitted", "generate-token"),
        ("tested", "paste-credentials"),
        ("token-newer", "paste-credentials"),
        ("url-newer", "paste-credentials"),
    ],
)
def test_the_same_401_differs_by_what_was_done(state: str, step: str) -> None:
    decoded = decode("Response Status Code: Unauthorized", ENTRA, a_setup(ENTRA, state))
    assert first_step(decoded) == step


def test_every_guide_has_another_first_cause_before_submit_and_after() -> None:
    for guide in catalog.guides():
        before, after = (decode("HTTP 401", guide, a_setup(guide, state)) for state in ("fresh", "submitted"))
        assert guide.step(first_step(before) or "").marks is Milestone.SUBMITTED
        assert any(guide.values[n].kind is Kind.TOKEN for n in guide.step(first_step(after) or "").captures)
        assert before.causes[0].basis is Fact.NOT_SUBMITTED
        assert after.causes[0].basis is not Fact.NOT_SUBMITTED


def test_an_old_token_is_told() -> None:
    decoded = decode("HTTP 401", ENTRA, a_setup(ENTRA, "token-newer"))
    assert any("newer" in sentence for sentence in decoded.compared)
    assert "earlier token" in decoded.causes[0].sentence
    assert not decode("nothing known", ENTRA, a_setup(ENTRA, "token-newer")).compared


def test_a_token_stored_after_submit_and_a_changed_directory_lead_to_submit() -> None:
    late = a_setup(ENTRA, "token-after-submit")
    assert "submit" in [cause.step for cause in decode("HTTP 401", ENTRA, late).causes]
    assert first_step(decode("HTTP 401", ENTRA, a_setup(ENTRA, "resubmit"))) == "submit"


def test_fetched_tokens_have_causes_of_their_own() -> None:
    guide = catalog.guide("pingfederate")
    setup = a_setup(guide, answers={"authorization": "oidc"})
    for text in ("HTTP 401", "HTTP 403", "invalid_client"):
        assert first_step(decode(text, guide, setup)) == "create-service-account", text


# -- what is known and what is not -----------------------------------------------------------


def test_a_message_of_another_product_is_named() -> None:
    okta = catalog.guide("okta")
    decoded = decode("DuplicateSourceEntries", okta, a_setup(okta))
    assert decoded.recognized == ("DuplicateSourceEntries",)
    assert decoded.causes == ()
    assert decoded.hint == "This looks like a message of Microsoft Entra ID. This setup is for Okta."


@pytest.mark.parametrize("text", ["HTTP/1.1 200 OK", "status: 418", "Sync started"])
def test_what_was_recognized_is_shown_though_it_explains_nothing(text: str) -> None:
    decoded = decode(text, ENTRA, a_setup(ENTRA))
    assert len(decoded.recognized) == 1
    assert decoded.causes == ()
    assert decoded.title == general_errors().unexplained
    assert decoded.hint


@pytest.mark.parametrize(
    "text",
    [
        "  status\r\n\tcode\u00a0:  401 ",
        '{\\"status\\":\\"401\\"}',
        "\u201cUnauthorized\u201d",
        "\ufeffHTTP 401\u200b",
        "The remote server returned an error: (401) Unauthorized.",
    ],
)
def test_a_text_is_read_as_portals_and_logs_write_it(text: str) -> None:
    assert decode(text, ENTRA, a_setup(ENTRA)).recognized == ("HTTP 401",)


@pytest.mark.parametrize("text", ["error 4010", "status 40.1", "an unauthorized visitor", "http-401k", "code: 1.401"])
def test_a_number_or_a_word_alone_is_no_status(text: str) -> None:
    assert decode(text, ENTRA, a_setup(ENTRA)).recognized == ()


def test_of_a_long_text_the_end_is_read() -> None:
    decoded = decode("HTTP 403 " + "x" * LONGEST + " HTTP 401", ENTRA, a_setup(ENTRA))
    assert decoded.recognized == ("HTTP 401",)
    assert Fact.CUT_SHORT.words in decoded.compared
    assert decode("x" * (LONGEST + 1), ENTRA, a_setup(ENTRA)).recognized == ()
