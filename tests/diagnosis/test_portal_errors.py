"""An error pasted from a portal names its cause and the step to revisit, and nothing of the text comes back."""

from __future__ import annotations

import copy
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # noqa: TID253 - the texts are a YAML file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.diagnosis import patterns
from app.diagnosis.facts import Fact, grounds
from app.diagnosis.patterns import (
    ErrorPattern,
    GeneralErrors,
    ProductErrors,
    general_errors,
    known_errors,
    occurs,
    product_errors,
)
from app.diagnosis.portal_errors import LONGEST, DecodedError, decode
from app.diagnosis.ranking import MOST_CAUSES
from app.guide import catalog
from app.guide.vocabulary import Kind, Milestone
from app.setup import journey
from app.system.paths import resources
from tests.support.setups import a_setup

if TYPE_CHECKING:
    from collections.abc import Callable

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
    sentences = {
        grounds().facts[Fact(fact)].replace("{client}", guide.short_name) for fact in entry.get("compared", ())
    }
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


# -- compared with the Base URL --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("GET https://scim.example.org/tenant/v2/Users 401", Fact.HOST_DIFFERS),
        ("CredentialValidationUnavailable: No such host is known. (scim.example.co:443)", Fact.HOST_DIFFERS),
        ("CredentialValidationUnavailable: No such host is known. (other.test:443)", Fact.HOST_DIFFERS),
        ("https://scim.example.org/tenant/v2", Fact.HOST_DIFFERS),
        ("Tenant URL: https://wrong.example.org/", Fact.HOST_DIFFERS),
        ("GET https://scim.example.com/tenant/v2/tenant/v2/Users", Fact.PATH_DOUBLED),
        ("GET https://scim.example.com/tenant/v2/v2/Groups?count=1", Fact.PATH_DOUBLED),
        ('GET https://scim.example.com/tenant/Users?filter=userName eq "x"', Fact.PATH_CUT),
        ("SCIM URL https://scim.example.com/", Fact.PATH_CUT),
        ("GET https://scim.example.com/tenant/v1/Users", Fact.PATH_DIFFERS),
        ("GET https://scim.example.com/tenant/v2/Users/Users?count=1", Fact.USERS_APPENDED),
        ("GET https://scim.example.com/tenant/v2/Users/Groups", Fact.USERS_APPENDED),
        ("Base URL=https://scim.example.com/tenant/v2/Users", Fact.USERS_APPENDED),
        ("GET https://scim.example.com/tenant/v2//Users", Fact.SLASH_DOUBLED),
        ("GET http://scim.example.com/tenant/v2/Users", Fact.PLAIN_HTTP),
        ("Authorization: Bearer Bearer abc", Fact.BEARER_DOUBLED),
        ("authorization=Bearer%20Bearer%20abc", Fact.BEARER_DOUBLED),
        ("GET https://scim.example.com/tenant/v2/Users/7f HTTP 404", Fact.SAME_ADDRESS),
        ("GET https://SCIM.EXAMPLE.COM/Tenant/v2/Groups", Fact.SAME_ADDRESS),
        ("GET https://a.example.org/Users, GET https://scim.example.com/tenant/v2/Users", Fact.SAME_ADDRESS),
    ],
)
def test_an_address_is_compared(text: str, fact: Fact) -> None:
    decoded = decode(text, ENTRA, a_setup(ENTRA, "tested"), BASE)
    shown = [f for f in Fact if grounds().facts[f] in decoded.compared]
    assert shown == [fact], decoded
    if fact is not Fact.SAME_ADDRESS:
        assert first_step(decoded) == "paste-credentials"
        assert decoded.causes[0].basis is fact


def test_a_right_address_is_not_blamed() -> None:
    decoded = decode(f"GET {BASE}/Users?count=1 HTTP/1.1 404", ENTRA, a_setup(ENTRA, "submitted"), BASE)
    assert {cause.step for cause in decoded.causes} == {"submit"}


@pytest.mark.parametrize("base", [None, "", "https://[", "https://"])
def test_without_a_base_url_it_says_so(base: str | None) -> None:
    decoded = decode("GET https://scim.example.org/v2/Users 401 Unauthorized", ENTRA, a_setup(ENTRA), base)
    assert decoded.compared == (grounds().facts[Fact.NOT_COMPARED],)
    assert first_step(decoded) == "generate-token"


@pytest.mark.parametrize(
    "text",
    [
        "HTTP 401, see https://learn.microsoft.com/entra/users",
        "HTTP 401 at https://graph.microsoft.com/v1.0/users",
        "HTTP 401, more at https://scim.example.com",
        "HTTP 401 javax.naming UnknownHostException: ldap.corp.example",
    ],
)
def test_an_address_beside_the_point_is_not_compared(text: str) -> None:
    assert decode(text, ENTRA, a_setup(ENTRA), BASE).compared == ()


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
    assert grounds().facts[Fact.CUT_SHORT] in decoded.compared
    assert decode("x" * (LONGEST + 1), ENTRA, a_setup(ENTRA)).recognized == ()


# -- nothing comes back, and never late ------------------------------------------------------

PATTERNS: list[ErrorPattern] = [
    *general_errors().patterns,
    *(pattern for product in product_errors().values() for pattern in (*product.patterns, *product.vague)),
]
CANARY = "eyJhbGciOiJub25lIn0.canary-7f3d91"
PIECES = [
    *(phrase.strip("=*").replace(" ... ", " x ").replace("#", "7") for p in PATTERNS for phrase in p.find),
    *general_errors().elsewhere,
    f"Authorization: Bearer {CANARY}",
    f"Bearer Bearer {CANARY}",
    f"{BASE}/{CANARY}/Users/{CANARY}",
    f"https://{CANARY}.example.com/{CANARY}/Users/Users",
    f"No such host is known. ({CANARY}.example.com:443)",
    f"Tenant URL: https://scim.example.com/{CANARY}",
    "status code 401",
    "HTTP/1.1 404",
    "\\n",
    '{"',
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=40)), max_size=30),
    glue=st.sampled_from([" ", "\n", "", ": "]),
    times=st.sampled_from([1, 1, 1, 50, 5000]),
    guide_id=st.sampled_from(catalog.ids()),
    state=st.sampled_from(["fresh", "submitted", "tested", "token-newer"]),
    base=st.sampled_from([None, BASE, f"{BASE}/{CANARY}"]),
)
def test_any_text_ends_in_words_of_this_program(
    pieces: list[str], glue: str, times: int, guide_id: str, state: str, base: str | None
) -> None:
    guide = catalog.guide(guide_id)
    text, setup = (glue.join(pieces) * times)[:200_000], a_setup(guide, state)
    began = time.process_time()
    decoded = decode(text, guide, setup, base)
    assert time.process_time() - began < 1
    assert "canary" not in repr(decoded)
    assert len(decoded.causes) <= MOST_CAUSES
    assert all(label in {pattern.label for pattern in PATTERNS} for label in decoded.recognized)
    allowed = {sentence.replace("{client}", guide.short_name) for sentence in grounds().facts.values()}
    assert set(decoded.compared) <= allowed


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        " ",
        "\\",
        "\0",
        "\u0130\u200b\U0001f600",
        "https://",
        "https://[",
        "https://a.b/Users ",
        "status code 404 ",
        "bearer ",
        'http/1.1" ',
        "directory id ",
        "group email ",
        "error code: ",
        "enotfound ",
        "enotfound a.b ",
        "users/",
    ],
)
def test_no_text_takes_a_second(piece: str) -> None:
    text = ("https://scim.example.com/" + piece * 200_000)[:200_000]
    for guide_id in ("cyberark", "entra"):
        guide = catalog.guide(guide_id)
        began = time.process_time()
        decode(text, guide, a_setup(guide), BASE)
        assert time.process_time() - began < 1


# -- the data file ---------------------------------------------------------------------------


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
    assert labels.index("HTTP 500") - labels.index("Passing fault") == 1


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
    texts = [known.seen.replace("{pattern}", "x"), known.foreign, known.hint, *grounds().facts.values()]
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
