"""What the checks exchanged, in lines to read and to copy into a ticket.

No address, no path, no token, no body, and nothing in a server's own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.diagnosis.findings import BODIES, FAMILIES, PROXY_ORIGINS, REDIRECTS, sentence, title
from app.net.inspection import Authority
from app.net.names import AddressScope, IpFamily
from app.scim.details import AnswerDetails, CertificateDetails, NameDetails, RouteDetails, TokenIssueDetails
from app.scim.exchange import OTHER
from app.scim.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.scim.details import Exchange
    from app.scim.finding import Finding

    Lines = list[tuple[str, str]]
    """Labels and values."""

AUTHORIZATION: Final = "Bearer " + "\u2022" * 8

AUTHORITIES: Final[Mapping[Authority, str]] = {
    Authority.PUBLIC: "a public one, which browsers include",
    Authority.OWN: "not a public one, an organization's own",
    Authority.INSPECTION: "a product that inspects encrypted traffic",
}
SCOPES: Final[Mapping[AddressScope, str]] = {
    AddressScope.PUBLIC: "public",
    AddressScope.PRIVATE: "private only",
    AddressScope.LOOPBACK: "this computer itself",
}


def lines(finding: Finding) -> tuple[tuple[str, str], ...]:
    """What a check exchanged."""
    if finding.verdict is Verdict.NOT_TRIED:
        return ()
    found: Lines = []
    times = ""
    match finding.details:
        case NameDetails() as details:
            found = _name(details)
        case RouteDetails() as details:
            found = _route(details)
        case CertificateDetails() as details:
            found = _certificate(details)
        case TokenIssueDetails() as details:
            found = _request(details.request, details.status, authorized=False)
        case AnswerDetails() as details:
            found = _answer(details)
            times = _times(details.exchange)
    if not times and finding.seconds is not None:
        times = f"{finding.seconds * 1000:,.0f} ms"
    return (*found, ("Time", times)) if times else tuple(found)


def _request(request: str, status: int | None, *, authorized: bool) -> Lines:
    found = [("Request", request)] if request else []
    if request and authorized:
        found.append(("Authorization", AUTHORIZATION))
    return [*found, ("Status", str(status))] if status is not None else found


def _name(details: NameDetails) -> Lines:
    counts = {IpFamily.IPV4: details.ipv4, IpFamily.IPV6: details.ipv6}
    found = [(FAMILIES[family], str(count)) for family, count in counts.items() if count]
    return [*found, ("Addresses", SCOPES[details.scope])] if details.scope is not None else found


def _route(details: RouteDetails) -> Lines:
    results = {IpFamily.IPV4: details.ipv4, IpFamily.IPV6: details.ipv6}
    found = [(FAMILIES[family], result.value) for family, result in results.items() if result is not None]
    if details.proxy_from is not None:
        found.append(("Proxy from", PROXY_ORIGINS[details.proxy_from]))
    if details.status is not None:
        found.append(("CONNECT", str(details.status)))
    return [*found, ("Proxy-Authenticate", details.sign_in)] if details.sign_in else found


def _certificate(details: CertificateDetails) -> Lines:
    found = []
    if details.issuer:
        found.append(("Issued by", details.issuer))
    if details.protocol:
        found.append(("Protocol", details.protocol))
    if details.sent:
        found.append(("Certificates sent", str(details.sent)))
    if details.not_before is not None and details.not_after is not None:
        found.append(("Valid", f"{details.not_before:%Y-%m-%d} to {details.not_after:%Y-%m-%d}"))
    if details.authority is not None:
        found.append(("Authority", AUTHORITIES[details.authority]))
    if details.clock is not None:
        direction = "ahead" if details.clock > 0 else "behind"
        found.append(("This computer's clock", f"{abs(details.clock):,} s {direction}"))
    return found


def _answer(details: AnswerDetails) -> Lines:
    found = _request(details.request, details.status, authorized=True)
    exchanged = details.exchange
    if exchanged is not None and exchanged.size is not None:
        found += _headers(exchanged)
    if details.error is not None:
        found.append(("Error code", details.error.value))
    if details.retry_after is not None:
        found.append(("Retry-After", f"{details.retry_after} s"))
    if details.leads is not None:
        found.append(("Leads to", REDIRECTS[details.leads]))
    if details.body in BODIES:
        found.append(("Message", BODIES[details.body].removeprefix("with ")))
    if exchanged is not None and exchanged.size is not None:
        found.append(("Body", f"{exchanged.size:,} bytes, not kept"))
    if exchanged is not None and exchanged.family is not None:
        found.append(("Over", FAMILIES[exchanged.family]))
    return found


def _headers(exchanged: Exchange) -> Lines:
    found = [("Content-Type", _shown(exchanged.content_type) or "none")]
    if exchanged.server:
        found.append(("Server", _shown(exchanged.server)))
    if exchanged.date is not None:
        found.append(("Date", f"{exchanged.date:%Y-%m-%d %H:%M:%S} UTC"))
    return [*found, ("WWW-Authenticate", _shown(exchanged.challenge))] if exchanged.challenge else found


def _shown(value: str) -> str:
    return "another one" if value == OTHER else value


def _times(exchanged: Exchange | None) -> str:
    if exchanged is None:
        return ""
    parts = {"connection": exchanged.connect, "TLS": exchanged.tls, "answer": exchanged.http}
    return ", ".join(f"{name} {milliseconds} ms" for name, milliseconds in parts.items() if milliseconds is not None)


def sent_lines(findings: Sequence[Finding]) -> list[str]:
    """The requests that the test sent; empty if it sent none."""
    sent = [
        f"{finding.request}  {finding.status if finding.status is not None else finding.observation.value}"
        for finding in findings
        if finding.request
    ]
    return [*sent, f"Authorization: {AUTHORIZATION}"] if sent else []


def ticket(findings: Sequence[Finding]) -> str:
    """All checks with what they exchanged, to be copied."""
    parts = []
    for finding in findings:
        head = f"{finding.verdict.value:<11} {title(finding.check)}: {sentence(finding)}"
        parts.append("\n".join([head, *(f"    {label}: {value}" for label, value in lines(finding))]))
    return "\n".join(parts)
