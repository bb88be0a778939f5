"""Why a check failed, most likely cause first, given what this setup has done so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.guide.model import Kind, Milestone, Page
from app.scim.ladder import Observation, Rung, Verdict
from app.setup.journey import visible

if TYPE_CHECKING:
    from app.guide.model import Guide, Step
    from app.scim.ladder import Finding
    from app.setup.state import Setup


@dataclass(frozen=True, slots=True)
class Cause:
    """One possible reason, and where to mend it."""

    sentence: str
    step: str | None = None
    """The step of the guide to revisit; None where the remedy is outside the guide."""
    evidence: str = ""
    """What speaks for it, in one sentence; empty where that stands beside it already."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What happened and why."""

    title: str
    causes: tuple[Cause, ...]


def explain(findings: tuple[Finding, ...], guide: Guide, setup: Setup) -> Diagnosis | None:
    """The diagnosis of the first failed check; None where none failed."""
    failed = next((f for f in findings if f.verdict is Verdict.FAILED), None)
    if failed is None:
        return None
    title, remedies = _remedies(failed, fetched=_shown(guide, setup, Kind.CLIENT_SECRET) is not None)
    causes = [_cause(remedy, guide, setup) for remedy in remedies]
    ordered = [c for c in causes if c is not None]
    if failed.observation in _SUBMIT_SENSITIVE and Milestone.SUBMITTED not in setup.reached:
        ordered.insert(0, Cause("Submit is not confirmed yet. CIE refuses every request before it.", _submit(guide)))
    return Diagnosis(title, tuple(ordered))


def _cause(remedy: tuple[str, str], guide: Guide, setup: Setup) -> Cause | None:
    sentence, where = remedy
    if where == "submit" and Milestone.SUBMITTED not in setup.reached:
        return None
    return Cause(sentence, _where(guide, setup, where))


def _remedies(failed: Finding, *, fetched: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Title and remedies, by what failed and by how the token came about."""
    if failed.rung is Rung.ISSUED and failed.observation not in _ISSUING:
        return _NOT_ISSUED
    if fetched and failed.observation in _FETCHED:
        return _FETCHED[failed.observation]
    return _TABLE.get(failed.observation, _OTHER)


def _where(guide: Guide, setup: Setup, where: str) -> str | None:
    match where:
        case "token":
            return _shown(guide, setup, Kind.TOKEN)
        case "account":
            return _shown(guide, setup, Kind.CLIENT_SECRET)
        case "base-url":
            return _shown(guide, setup, Kind.BASE_URL)
        case "submit":
            return _submit(guide)
        case "test":
            return next((s.id for s in guide.steps if s.page is Page.TEST), None)
        case _:
            return None


def _shown(guide: Guide, setup: Setup, kind: Kind) -> str | None:
    """The step that captures a value of that kind under the answers given."""

    def captures(step: Step) -> bool:
        return any(guide.values[name].kind is kind for name in step.captures)

    return next((step.id for _, step in visible(guide, setup) if captures(step)), None)


def _submit(guide: Guide) -> str | None:
    return next((step.id for step in guide.steps if step.marks is Milestone.SUBMITTED), None)


_SUBMIT_SENSITIVE = frozenset({Observation.UNAUTHORIZED, Observation.FORBIDDEN, Observation.NOT_FOUND})

_NETWORK_ONLY = (
    "This test runs from this computer. The portal reaches CIE from the cloud and may still succeed.",
    "",
)

_ISSUING: dict[Observation, tuple[str, tuple[tuple[str, str], ...]]] = {
    Observation.CLIENT_REFUSED: (
        "The service account got no token",
        (
            ("The Client ID or the Client Secret is incomplete, or belongs to another account.", "account"),
            ("The scope does not belong to the tenant of the service account.", "account"),
            ("The service account was deleted, or its secret was reset.", "account"),
        ),
    ),
    Observation.NO_TOKEN: (
        "The token address answered without a token",
        (("The service has a problem of its own, or something stands in between. Test again.", "test"),),
    ),
}

_NOT_ISSUED: tuple[str, tuple[tuple[str, str], ...]] = (
    "No token could be fetched",
    (("This computer does not reach the token address. A proxy or firewall may stand in between.", ""), _NETWORK_ONLY),
)

_FETCHED: dict[Observation, tuple[str, tuple[tuple[str, str], ...]]] = {
    Observation.UNAUTHORIZED: (
        "The token was not accepted",
        (
            ("CIE has another Service Account Name than the one that fetched the token.", "account"),
            ("Submit did not go through in CIE.", "submit"),
            ("The Base URL belongs to another directory.", "base-url"),
        ),
    ),
    Observation.FORBIDDEN: (
        "The token was recognised but is not allowed here",
        (
            ("The service account lacks Deployment Administrator.", "account"),
            ("The Base URL belongs to another directory.", "base-url"),
            ("Submit did not go through in CIE.", "submit"),
        ),
    ),
}

_TABLE: dict[Observation, tuple[str, tuple[tuple[str, str], ...]]] = {
    **_ISSUING,
    Observation.MALFORMED: (
        "The Base URL is not a usable address",
        (("It was cut off or changed when it was copied.", "base-url"),),
    ),
    Observation.NOT_FOUND_NAME: (
        "The host name does not exist",
        (
            ("The Base URL was cut off when it was copied.", "base-url"),
            ("This computer is offline, or its name server does not know public names.", ""),
            _NETWORK_ONLY,
        ),
    ),
    Observation.UNAUTHORIZED: (
        "The token was not accepted",
        (
            ("The copy is incomplete, or a newer token exists. Store the token again or generate a new one.", "token"),
            ("Submit did not go through in CIE.", "submit"),
            ("The Base URL belongs to another directory than the token.", "base-url"),
        ),
    ),
    Observation.FORBIDDEN: (
        "The token was recognised but is not allowed here",
        (
            ("The token belongs to another directory than the Base URL.", "token"),
            ("The Base URL belongs to another directory.", "base-url"),
            ("Submit did not go through in CIE.", "submit"),
        ),
    ),
    Observation.NOT_FOUND: (
        "Nothing answers at this path",
        (
            ("The path of the Base URL is incomplete or has something added.", "base-url"),
            ("Submit did not go through in CIE.", "submit"),
        ),
    ),
    Observation.REDIRECT: (
        "The address points to another place",
        (("This is probably a page for browsers, not the Base URL.", "base-url"),),
    ),
    Observation.HTML: (
        "A web page answered instead of the SCIM service",
        (
            ("The address of a CIE page was copied instead of the Base URL.", "base-url"),
            ("A sign-in page of this network stands in between. Open a browser and sign in.", ""),
        ),
    ),
    Observation.NOT_JSON: (
        "The answer cannot be read",
        (
            ("The Base URL leads to another service.", "base-url"),
            ("A proxy on the way cut the answer short. Test again.", "test"),
        ),
    ),
    Observation.WRONG_SHAPE: (
        "The answer is not a SCIM list",
        (("The Base URL leads to another service.", "base-url"),),
    ),
    Observation.FILTER_IGNORED: (
        "A search for a user that cannot exist found one",
        (("The service ignores the search. Its vendor's support has to look at it.", ""),),
    ),
    Observation.TOO_MANY: (
        "The service asks to wait",
        (("Too many requests came in. Wait a few minutes and test again.", "test"),),
    ),
    Observation.SERVER_ERROR: (
        "The service has a problem of its own",
        (
            (
                "Nothing in this setup causes it. Test again later and look at the vendor's status page.",
                "test",
            ),
            ("The path of the Base URL is not quite right.", "base-url"),
        ),
    ),
    Observation.REFUSED: (
        "The host refused the connection",
        (
            ("The Base URL has a wrong host or port.", "base-url"),
            ("A firewall on the way refuses it.", ""),
            _NETWORK_ONLY,
        ),
    ),
    Observation.UNREACHABLE: (
        "The host cannot be reached",
        (("This computer has no route to it, or is offline.", ""), _NETWORK_ONLY),
    ),
    Observation.TIMEOUT: (
        "The host did not answer in time",
        (
            ("A firewall on the way drops the connection, or a proxy is needed.", ""),
            ("The Base URL has a wrong host.", "base-url"),
            _NETWORK_ONLY,
        ),
    ),
    Observation.PROXY_FAILED: (
        "The proxy did not pass the request on",
        (("The proxy in the system settings refuses this host.", ""), _NETWORK_ONLY),
    ),
    Observation.PROXY_SIGN_IN: (
        "The proxy wants a sign-in",
        (("The assistant cannot sign in to a proxy. Ask for an exception for this host.", ""), _NETWORK_ONLY),
    ),
    Observation.UNTRUSTED: (
        "The certificate is not trusted by this computer",
        (
            ("A proxy opens encrypted traffic, and its authority is not installed on this computer.", ""),
            ("The Base URL has a wrong host.", "base-url"),
            _NETWORK_ONLY,
        ),
    ),
    Observation.EXPIRED: (
        "The certificate has expired",
        (("Check the date and time of this computer first.", ""), _NETWORK_ONLY),
    ),
    Observation.WRONG_HOST: (
        "The certificate belongs to another host",
        (("The host in the Base URL was changed when it was copied.", "base-url"), _NETWORK_ONLY),
    ),
    Observation.NAME_SLOW: (
        "No name server answered",
        (("This computer is offline, or its name server is overloaded. Test again.", "test"), _NETWORK_ONLY),
    ),
    Observation.TLS_FAILED: (
        "The encrypted connection could not be set up",
        (
            ("A proxy or firewall on the way breaks it.", ""),
            ("The Base URL has a wrong port.", "base-url"),
            _NETWORK_ONLY,
        ),
    ),
    Observation.CLOSED: (
        "The connection was closed before the answer",
        (("A proxy or firewall on the way cut it. Test again.", "test"), _NETWORK_ONLY),
    ),
    Observation.NOT_HTTP: (
        "Another kind of service answers there",
        (("The Base URL has a wrong host or port.", "base-url"),),
    ),
    Observation.TOO_LARGE: (
        "The answer is far too large for a SCIM service",
        (("The Base URL leads to another service.", "base-url"),),
    ),
    Observation.TOO_SLOW: (
        "The answer never ended",
        (
            ("The service or a proxy on the way is overloaded. Test again.", "test"),
            ("The Base URL leads to another service.", "base-url"),
        ),
    ),
    Observation.BAD_ENCODING: (
        "The answer cannot be unpacked",
        (("A proxy on the way changes the answers, or the Base URL leads to another service.", "base-url"),),
    ),
    Observation.OPEN_DOOR: (
        "A wrong token was accepted as well",
        (("Something other than CIE answers at this address, so this test proves nothing.", "base-url"),),
    ),
}

_OTHER: tuple[str, tuple[tuple[str, str], ...]] = (
    "The check did not succeed",
    (
        ("The connection broke off or the answer could not be used. Test again.", "test"),
        ("The Base URL leads to another service.", "base-url"),
    ),
)
