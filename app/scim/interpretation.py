"""Interprets an answer: what it shows, and whether it is as expected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from app.guide.vocabulary import Expect
from app.net import Answer
from app.scim.details import AnswerDetails, BodyKind
from app.scim.exchange import bearer_error, exchange, pause_asked
from app.scim.finding import Verdict
from app.scim.listing import CONFIGURATION, ListResponse, declares, read_listing, read_object
from app.scim.observation import FAILURES, Observation, of_status

if TYPE_CHECKING:
    from app.net import NoAnswer

_ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
_SCIM_1: Final = "urn:scim:schemas:core:1.0"

_SIGN_IN: Final = re.compile(
    r"(?<![a-z])(?:log[ -]?in|sign[ -_]?in|signon|sso|saml2?|oauth2?|authorize|anmelden)(?![a-z])"
)
_CAPTIVE: Final = re.compile(r"(?<![a-z])(?:captive(?:portal)?|hotspot|guest|wifi|wlan|walledgarden)(?![a-z])")
_PASSWORD: Final = re.compile(rb"<input[^>]{0,200}type=[\"']?password", re.IGNORECASE)
_TITLE: Final = re.compile(rb"<title[^>]{0,80}>([^<]{0,200})", re.IGNORECASE)
_LOOKED_AT: Final = 65_536
"""Bytes of a page to search."""


def details_of(answer: Answer | NoAnswer, request: str = "") -> AnswerDetails:
    """The details of an answer; ``request`` is the request as it is shown."""
    if not isinstance(answer, Answer):
        return AnswerDetails(request, answer.status, exchange=exchange(answer))
    pause = pause_asked(answer)
    return AnswerDetails(
        request,
        answer.status,
        retry_after=None if pause is None else round(pause),
        error=bearer_error(answer) if answer.status != 200 else None,
        body=_body(answer) if answer.status != 200 else None,
        exchange=exchange(answer),
    )


def _body(answer: Answer) -> BodyKind:
    if not answer.body.strip():
        return BodyKind.NOTHING
    found = read_object(answer)
    if isinstance(found, dict):
        return BodyKind.SCIM if declares(found, _ERROR) else BodyKind.JSON
    if found is Observation.HTML:
        return BodyKind.PAGE
    return BodyKind.JSON if found is Observation.WRONG_SHAPE else BodyKind.OTHER


def observe(answer: Answer | NoAnswer, asked: str = "") -> Observation:
    """What an answer shows; ``asked`` is the requested URL, to which a redirect may be relative."""
    if not isinstance(answer, Answer):
        if answer.status is not None and answer.status != 200:
            return of_status(answer.status)
        return FAILURES[answer.failure]
    shown = of_status(answer.status)
    if shown is Observation.REDIRECT:
        return _redirect(answer, asked)
    return _shown(answer, read_listing(answer)) if shown is Observation.GOOD else shown


def _shown(answer: Answer, page: ListResponse | Observation) -> Observation:
    """What the body of an answer with status 200 shows."""
    if page is Observation.HTML:
        return _page(answer.body[:_LOOKED_AT])
    if page is Observation.WRONG_SHAPE and _is_scim_1(answer):
        return Observation.SCIM_1
    return page if isinstance(page, Observation) else Observation.GOOD


def redirect_target(answer: Answer, asked: str) -> str:
    """Where a redirect points; empty if that cannot be read."""
    try:
        found = urljoin(asked, answer.headers.get("location", ""))
        return found if urlsplit(found).hostname and found != asked else ""
    except ValueError:
        return ""


def _redirect(answer: Answer, asked: str) -> Observation:
    url = redirect_target(answer, asked)
    if not url:
        return Observation.REDIRECT
    to, base = urlsplit(url), urlsplit(asked)
    words = f"{to.hostname if to.hostname != base.hostname else ''} {to.path}".lower()
    if to.hostname != base.hostname and _CAPTIVE.search(words):
        return Observation.CAPTIVE
    return Observation.SIGN_IN_PAGE if _SIGN_IN.search(words) and to.path != base.path else Observation.REDIRECT


def _page(page: bytes) -> Observation:
    title = _TITLE.search(page)
    named = title is not None and _SIGN_IN.search(title[1].decode("utf-8", "replace").lower())
    return Observation.SIGN_IN_PAGE if named or _PASSWORD.search(page) else Observation.HTML


def _is_scim_1(answer: Answer) -> bool:
    body = read_object(answer)
    schemas = body.get("schemas") if isinstance(body, dict) else None
    return isinstance(schemas, list) and _SCIM_1 in schemas


def judge(answer: Answer | NoAnswer, expect: Expect) -> tuple[Verdict, Observation]:
    """Whether an answer is as expected. A random GUID must not find anything."""
    if expect is Expect.OBJECT:
        return _judge_object(answer)
    if not isinstance(answer, Answer) or of_status(answer.status) is not Observation.GOOD:
        return Verdict.FAILED, observe(answer)
    page = read_listing(answer)
    if isinstance(page, Observation):
        return Verdict.FAILED, _shown(answer, page)
    if not page.declared and _is_scim_1(answer):
        return Verdict.FAILED, Observation.SCIM_1
    if expect is Expect.EMPTY and (page.total or page.resources):
        return Verdict.FAILED, Observation.FILTER_IGNORED
    if not page.declared or (page.total and not page.resources):
        # No schema, or resources that are counted but not returned, though the request starts at the first one.
        return Verdict.WARNED, Observation.WRONG_SHAPE
    return Verdict.PASSED, Observation.GOOD


def _judge_object(answer: Answer | NoAnswer) -> tuple[Verdict, Observation]:
    if not isinstance(answer, Answer) or answer.status != 200:
        return Verdict.FAILED, observe(answer)
    found = read_object(answer)
    if isinstance(found, Observation):
        return Verdict.FAILED, found
    if not declares(found, CONFIGURATION):
        return Verdict.WARNED, Observation.WRONG_SHAPE
    return Verdict.PASSED, Observation.GOOD
