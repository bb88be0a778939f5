"""What the checks of the connection test are called and what they found, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.guide.vocabulary import Expect
from app.net.inspection import Authority
from app.net.names import AddressScope, IpFamily
from app.net.reach import ConnectResult
from app.scim.changes import Coverage
from app.scim.details import (
    AnswerDetails,
    BodyKind,
    CertificateDetails,
    NameDetails,
    RouteDetails,
    TokenIssueDetails,
)
from app.scim.finding import Check, Verdict
from app.scim.observation import PUT_OFF, Observation
from app.text.counts import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.scim.finding import Finding

MEANINGS: Final[Mapping[Observation, str]] = {
    Observation.INSPECTED: (
        "Something between this computer and the internet decrypts what this program sends, including the token. It "
        "does not mean that the Base URL or the token is wrong. A portal in the cloud does not use this path."
    ),
    Observation.INSPECTION_UNTRUSTED: (
        "The connection was ended before anything was sent, so the token is safe. It does not mean that the Base URL "
        "is wrong. A portal in the cloud does not use this path."
    ),
    Observation.SPLIT_DNS: (
        "Name servers of this network answer for this name themselves. A portal in the cloud asks other name servers "
        "and may get another address."
    ),
    Observation.NAME_LOCAL: (
        "Without this computer's own additions the name does not exist, so a portal in the cloud cannot find it. "
        "Compare the Base URL with CIE."
    ),
    Observation.CLOCK_OFF: (
        "Times shown here, such as the SCIM Change Timestamp, cannot be compared with those of CIE. Correct the date "
        "and time of this computer. The portal is not affected."
    ),
}
"""What an unusual result means, and what it does not mean."""

SLOW_REJECTION: Final = (
    "Some services delay their answer to a wrong token by minutes, or limit how many they take. It is unknown whether "
    "this one rejects it. The right token was accepted. No made-up token is sent again for this Base URL and token."
)
OTHER_REJECTION: Final = (
    "A wrong token is rejected, but not with 401 or 403. It does not mean that anything is wrong in this setup."
)

BODIES: Final[Mapping[BodyKind | None, str]] = {
    BodyKind.SCIM: "with the error message of a SCIM service",
    BodyKind.PAGE: "with a web page",
    BodyKind.JSON: "with JSON that is not SCIM",
}
"""What came with a status other than 200, where that is worth saying."""

COVERAGES: Final[Mapping[Coverage, str]] = {
    Coverage.ENDS: (
        "The SCIM endpoint, which hasn't shown that it filters or sorts by time. New users and groups are noticed. "
        "A change of one in the middle may not be."
    ),
    Coverage.TOTALS: (
        "The SCIM endpoint, which doesn't report times for everything. Growing numbers are noticed. "
        "For other changes, enter the timestamp that you see in CIE."
    ),
}
"""What the wait for the SCIM Change Timestamp may not see."""

NOT_OFFERED: Final = "The endpoint does not offer this; nothing depends on it"
LEFT_TO_PROXY: Final = "The proxy resolves it"


_OF_CERTIFICATE: Final = frozenset(
    {
        Observation.UNTRUSTED,
        Observation.INSPECTION_UNTRUSTED,
        Observation.EXPIRED,
        Observation.NOT_YET_VALID,
        Observation.WRONG_HOST,
    }
)
"""Observations whose words have the certificate as their subject."""


def failed_look(seen: Observation) -> str:
    """Why a look of the wait saw nothing."""
    return f"{'Certificate: ' if seen in _OF_CERTIFICATE else ''}{seen.words}."


BY_STATUS: Final = frozenset({Observation.OTHER_STATUS, Observation.SERVER_ERROR})
"""Observations of several statuses, so that the status itself is the first thing to know."""
_ANSWERED: Final = BY_STATUS | {Observation.UNAUTHORIZED, Observation.FORBIDDEN, Observation.NOT_FOUND}


def sentence(finding: Finding) -> str:
    """What a check found."""
    if finding.verdict is Verdict.NOT_OFFERED:
        return NOT_OFFERED
    passed = finding.verdict is Verdict.PASSED and finding.observation is not Observation.PLAIN_PRACTICE
    said = _passed(finding) if passed else _detailed(finding)
    return said or (finding.check.more[0] if passed else finding.observation.words)


def summary(findings: Sequence[Finding]) -> str:
    """The result of a test in a few words: its first failure, its warnings, or that everything passed."""
    failed = next((each for each in findings if each.verdict is Verdict.FAILED), None)
    if failed is not None:
        return f"{failed.check.words}: {sentence(failed)}"
    warned = sum(each.verdict is Verdict.WARNED for each in findings)
    return f"Passed, with {counted(warned, 'remark')}" if warned else "All checks passed"


def meaning(finding: Finding) -> str:
    """What an unusual result means; empty if the sentence says it all."""
    if finding.check is Check.CONTROL and finding.verdict is Verdict.WARNED:
        return SLOW_REJECTION if finding.observation in PUT_OFF else OTHER_REJECTION
    words = MEANINGS.get(finding.observation, "")
    match finding.details:
        case CertificateDetails(clock=clock) if clock is not None and finding.observation is Observation.INSPECTED:
            return f"{words} {MEANINGS[Observation.CLOCK_OFF]}"
    return words


def _passed(finding: Finding) -> str:
    match finding.details:
        case NameDetails(addresses=addresses) as details if addresses:
            counts = {IpFamily.IPV4: details.ipv4, IpFamily.IPV6: details.ipv6}
            kinds = " and ".join(f"{count} {family.words}" for family, count in counts.items() if count)
            return f"{kinds or addresses} address{'' if addresses == 1 else 'es'}"
        case RouteDetails(proxy_from=None) as details:
            return _connected(details)
        case RouteDetails(proxy_from=origin) if origin is not None:
            return f"Connected through the proxy from {origin.words}"
        case CertificateDetails(days=days) as details if days is not None:
            return f"Issued by {details.issuer or 'an unknown authority'}, valid for {counted(days, 'day')}"
        case TokenIssueDetails(minutes=minutes) if minutes:
            return f"A token for {counted(minutes, 'minute')} was issued"
        case AnswerDetails(expect=expect) if expect is not None:
            return expect.words
        case AnswerDetails(earlier=True):
            return "A made-up token was rejected in an earlier test with these values"
    return ""


def _connected(details: RouteDetails) -> str:
    results = {IpFamily.IPV4: details.ipv4, IpFamily.IPV6: details.ipv6}
    connected = [family.words for family, result in results.items() if result is ConnectResult.CONNECTED]
    failed = [
        f"{family.words} {result.words}"
        for family, result in results.items()
        if result is not None and result is not ConnectResult.CONNECTED
    ]
    return ", but ".join([f"Connected over {' and '.join(connected)}", *failed]) if connected else ""


def _detailed(finding: Finding) -> str:
    """The sentence of a result where the details say more than the observation; else empty."""
    if finding.check is Check.TOKEN and finding.observation is Observation.MALFORMED:
        return "The token has characters that no request can carry"
    if finding.check is Check.CONTROL and finding.observation in PUT_OFF:
        how = "was put off (429)" if finding.observation is Observation.TOO_MANY else "got no answer in time"
        return f"The right token was accepted, but a made-up one {how}"
    match finding.details:
        case NameDetails() as details:
            return _of_name(finding.observation, details)
        case RouteDetails(proxy_from=origin) as details if origin is not None:
            return _of_proxy(finding.observation, details, origin.words)
        case CertificateDetails() as details:
            return _of_certificate(finding.observation, details)
        case AnswerDetails() as details:
            return _of_answer(finding.observation, details)
    return ""


def _of_proxy(seen: Observation, details: RouteDetails, origin: str) -> str:
    said = seen.words.replace("The proxy", f"The proxy from {origin}")
    said = f"{said} ({details.status})" if details.status is not None else said
    if details.sign_in:
        return f"{said} with {details.sign_in.replace('Negotiate', 'Negotiate (Kerberos or NTLM)')}"  # RFC 4559
    return said


def _of_name(seen: Observation, details: NameDetails) -> str:
    if details.proxied:
        return LEFT_TO_PROXY
    if seen is Observation.SPLIT_DNS and details.scope is AddressScope.LOOPBACK:
        return "This network resolves the name to this computer itself: a filter, or the hosts file"
    return ""


def _of_certificate(seen: Observation, details: CertificateDetails) -> str:
    issuer = details.issuer or "an unknown authority"
    clock = ""
    if details.clock is not None:
        minutes = abs(details.clock) // 60
        much = counted(minutes, "minute") if minutes < 120 else f"{minutes // 60} hours"
        clock = f"this computer's clock is {much} {'ahead' if details.clock > 0 else 'behind'}"
    if seen is Observation.INSPECTED:
        known = details.authority is Authority.INSPECTION
        said = (
            f"Issued by {issuer}: a product on the path inspects encrypted traffic"
            if known
            else f"Issued by {issuer}, not a public authority: encrypted traffic is probably inspected on the path"
        )
        return f"{said}. Besides, {clock}" if clock else said
    if seen is Observation.CLOCK_OFF and clock:
        return f"Trusted, but {clock}"
    if seen is Observation.EXPIRED and details.days is not None and details.days < -2:
        ago = -details.days - 1  # a certificate that expired an hour ago has -1 days left
        return f"It expired {counted(ago, 'day')} ago, by this computer's clock"
    return ""


def _of_answer(seen: Observation, details: AnswerDetails) -> str:
    match seen:
        case Observation.NOT_FOUND if details.body is BodyKind.SCIM:
            return "A SCIM service answered 404: it is there, but does not know this path"
        case Observation.DOUBLED_PATH if details.works is not None:
            return "It works without the end of the Base URL"
        case Observation.CAPTIVE if details.status == 511:
            return f"{seen.words} (511)"
        case Observation.REDIRECT if details.leads is not None:
            return f"The endpoint redirects to {details.leads.words}, which is not followed"
        case Observation.WRONG_SHAPE if details.expect is Expect.OBJECT:
            return "The response is not the configuration of a SCIM service"
    if seen not in _ANSWERED or details.status is None:
        return ""
    answered = f"The endpoint answered {details.status}" if seen in BY_STATUS else seen.words
    parts = (answered, details.error.value if details.error is not None else "", BODIES.get(details.body, ""))
    return ", ".join(part for part in parts if part)
