"""What the checks exchanged, in lines to read and to copy into a ticket.

No address, no path, no token, no body, and nothing in a server's own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.diagnosis.findings import BODIES, sentence
from app.net.names import IpFamily
from app.scim.details import AnswerDetails, CertificateDetails, Exchange, NameDetails, RouteDetails, TokenIssueDetails
from app.scim.exchange import OTHER
from app.scim.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.scim.finding import Finding
    from app.text.worded import WordedEnum

    Lines = list[tuple[str, str]]
    """Labels and values."""

AUTHORIZATION: Final = "Bearer " + "\u2022" * 8


def lines(finding: Finding) -> tuple[tuple[str, str], ...]:
    """What a check exchanged."""
    if finding.verdict is Verdict.NOT_TRIED:
        return ()
    rows: Lines = []
    times = ""
    match finding.details:
        case NameDetails() as details:
            rows = _name(details)
        case RouteDetails() as details:
            rows = _route(details)
        case CertificateDetails() as details:
            rows = _certificate(details)
        case TokenIssueDetails() as details:
            rows = [("Request", details.request), ("Status", _form(details.status))]
        case AnswerDetails() as details:
            exchanged = details.exchange or Exchange()
            rows, times = _answer(details, exchanged), _times(exchanged)
    rows.append(("Time", times or _form(finding.seconds and finding.seconds * 1000, "{:,.0f} ms")))
    return tuple((label, value) for label, value in rows if value)


def _form(value: object, form: str = "{}") -> str:
    """The value in that form; empty for None."""
    return "" if value is None else form.format(value)


def _word(member: WordedEnum | None) -> str:
    """Its words; empty for None."""
    return "" if member is None else member.words


def _name(details: NameDetails) -> Lines:
    counts = {IpFamily.IPV4: details.ipv4, IpFamily.IPV6: details.ipv6}
    families = [(family.words, str(count or "")) for family, count in counts.items()]
    return [*families, ("Addresses", _word(details.scope))]


def _route(details: RouteDetails) -> Lines:
    results = {IpFamily.IPV4: details.ipv4, IpFamily.IPV6: details.ipv6}
    return [
        *((family.words, _form(result)) for family, result in results.items()),
        ("Proxy from", _word(details.proxy_from)),
        ("CONNECT", _form(details.status)),
        ("Proxy-Authenticate", details.sign_in),
    ]


def _certificate(details: CertificateDetails) -> Lines:
    known = details.not_before is not None and details.not_after is not None
    clock = details.clock or 0
    return [
        ("Issued by", details.issuer),
        ("Protocol", details.protocol),
        ("Certificates sent", str(details.sent or "")),
        ("Valid", f"{details.not_before:%Y-%m-%d} to {details.not_after:%Y-%m-%d}" if known else ""),
        ("Authority", _word(details.authority)),
        ("This computer's clock", f"{abs(clock):,} s {'ahead' if clock > 0 else 'behind'}" if clock else ""),
    ]


def _answer(details: AnswerDetails, exchanged: Exchange) -> Lines:
    whole = exchanged.size is not None  # a complete answer came
    return [
        ("Request", details.request),
        ("Authorization", AUTHORIZATION if details.request else ""),
        ("Status", _form(details.status)),
        ("Content-Type", _shown(exchanged.content_type or "none") if whole else ""),
        ("Server", _shown(exchanged.server)),
        ("Date", _form(exchanged.date, "{:%Y-%m-%d %H:%M:%S} UTC")),
        ("WWW-Authenticate", _shown(exchanged.challenge)),
        ("Error code", _form(details.error)),
        ("Retry-After", _form(details.retry_after, "{} s")),
        ("Leads to", _word(details.leads)),
        ("Message", BODIES.get(details.body, "").removeprefix("with ")),
        ("Body", _form(exchanged.size, "{:,} bytes, not kept")),
        ("Over", _word(exchanged.family)),
    ]


def _shown(value: str) -> str:
    return "another one" if value == OTHER else value


def _times(exchanged: Exchange) -> str:
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
        head = f"{finding.verdict.value:<11} {finding.check.words}: {sentence(finding)}"
        parts.append("\n".join([head, *(f"    {label}: {value}" for label, value in lines(finding))]))
    return "\n".join(parts)
