"""One rule for each kind of value: how a text is repaired, checked, limited, described, measured and masked.

Whatever states, checks or shortens a value reads it here: the screen, the handbook, the practice consoles. The rules
for Directory ID, Directory Name, Base URL and token follow the vendor's page on the SCIM Connector. A repair is made
only where the text is certainly a slip; everything else is refused with a reason.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.guide.vocabulary import SECRET_KINDS, Kind
from app.text.legible import code, is_invisible, legible
from app.values import address
from app.values.address import KNOWN_HOSTS, LOOPBACK, TOKEN_HOST, URL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST = 16_384
"""Characters; no value that CIE or a portal shows comes near it."""

_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb"
_DOTS = frozenset("\u2022*\u25cf.")
_SHORTENED = re.compile(r"\u2026|\.{3}|[\u2022\u25cf*]{3}")
"""What a page puts where it does not show the rest of a value."""
_JWT_PARTS = (3, 5)
"""Parts of a signed and of an encrypted JWT (RFC 7519 section 3)."""
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+(?![0-9]+$)[a-z0-9][a-z0-9-]{0,61}[a-z0-9]"
)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=:|-]+")
"""RFC 6750 section 2.1, and ``:`` and ``|``, which some services use."""
TSG_ID = r"[0-9]{4,20}"
"""The number of a tenant service group."""
_SERVICE_ACCOUNT = re.compile(
    rf"[^@\s]{{1,100}}@({TSG_ID})\.iam\.panserviceaccounts?(\.com)?", re.IGNORECASE | re.ASCII
)
_BEARER = re.compile(r"^(Authorization:\s*)?Bearer\s+", re.IGNORECASE)
_TOKEN_LABEL = re.compile(r"^(?:(?:bearer|secret|api|scim|cie|(?:oauth )?access)[ _-])?token\s*[:=]\s*", re.IGNORECASE)
"""The labels of CIE and of the portals, and ``access_token=`` as Oracle and OAuth 2.0 write it."""
_LABELED_HOST = re.compile(r"[^\W\d][^\r\n:=]{1,38}[:=\uff1a]\s+(?P<host>\S+)")
_URL_LABEL = re.compile(r"^(?:(?:base|tenant|scim) )?url\s*[:=]?\s+(?=https?://)", re.IGNORECASE)
_MAY_BE_SECRET = re.compile(
    r"(?P<address>://[^/\s\"'<>]*/)(?P<path>[^\s\"'<>]+)"
    r"|(?P<label>(?i:bearer|basic|token|secret|password)[\s=:\"']{1,3})(?P<labeled>[^\s\"'<>,;]{8,})"
    r"|[A-Za-z0-9._~+/=|-]{20,}"
)
"""Parts of an error message: the path of an address, what follows a label, and a token of any kind."""
_ENTRA_FLAG = re.compile(r"[?&](aadOptscim062020|AzureAdScimPatch2017)=?$", re.IGNORECASE)
"""What administrators of Entra ID append to its Tenant URL, not a part of the address
(https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility)."""
_HOST_AND_MORE = re.compile(r"(?P<host>[a-z0-9][a-z0-9.-]*\.[a-z]{2,63})(?::[0-9]{1,5}(?:/\S*)?|/\S*)", re.IGNORECASE)
"""An address without ``https://``, with a port or a path."""
_WINDOWS_USER = re.compile(r"[^\\@\s]{1,15}\\[^\\@]+")
"""``CORP\\name``; the short name of a domain has at most 15 characters."""
_LABELED_GUID = re.compile(
    rf"(?P<label>\S[^\r\n]{{1,39}}?)[\"']?(?:\s*[:=\uff1a]\s*|\s+)[\"'({{]*(?P<guid>{_GUID.pattern}|[0-9a-f]{{32}})[\"')}},;]*",
    re.IGNORECASE,
)
_OTHER_IDS = re.compile(
    r"\b(?:obje[ck]?t|client|appli[ck]ation|anwendung|app|subscription|abonnement|correlation|korrelation|request|session"
    r"|secret|user|group|device|resource|trace)",
    re.IGNORECASE,
)
"""Words of labels whose GUID is not that of a tenant or an environment."""
_SPACES = "\u00a0\u2007\u2009\u202f"
"""Spaces between the thousands of a number, as French, Polish and Nordic pages write them (Unicode CLDR)."""
_WEB = re.compile(r"https?://", re.IGNORECASE)
_LDAP = re.compile(r"^(LDAP-)+", re.IGNORECASE)
_BROKEN_USER = re.compile(r".*[\r\n\t].*@", re.DOTALL)
_ENDS_SHORT = re.compile(r"(\.{3}|\u2026)\Z")


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a text: a value that satisfies its rule, or the reason why not."""

    value: str | None = field(default=None, repr=False)
    problem: str | None = None
    """Why it was refused, in the admin's words."""
    repairs: tuple[str, ...] = ()
    """What was corrected, each a short phrase."""
    warnings: tuple[str, ...] = ()
    """What looks unusual but is not refused."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a rule depends on besides the text."""

    practice: bool = False
    """Whether a Base URL or token address has to be on loopback, where plain http will do."""
    hosts: tuple[str, ...] = ()
    """Domains under which the guide's client has its hosts; empty where any will do."""


Repaired = tuple[str, tuple[str, ...]]
"""A corrected text, and a phrase for each correction."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value of one kind looks like. ``subject``, ``verb`` and ``words`` make a sentence of it."""

    subject: str
    """For example ``A Directory ID``."""
    words: str
    """For example ``at most 40 letters, digits and hyphens``; without a full stop."""
    form: re.Pattern[str]
    """What a good value matches as a whole."""
    verb: str = "has"
    longest: int | None = None
    """Characters, where the length alone is often the reason."""
    slips: tuple[tuple[re.Pattern[str], str], ...] = ()
    """What certainly does not belong to the value, and the phrase that it was removed."""
    repair: Callable[[str, Circumstances], Repaired] | None = None
    """Corrects a slip that is more than this. Raises ValueError where an address cannot be taken apart."""
    mistakes: tuple[tuple[Callable[[str], object], str], ...] = ()
    """What a refused text may show, and the sentence for it where more can be said than the rule; the first counts."""
    reason: Callable[[str, Circumstances], str | None] | None = None
    """Why a text without such a mistake is refused; None where the form decides. Raises as ``repair`` does."""
    warnings: Callable[[str, Circumstances], tuple[str, ...]] | None = None
    """What is unusual about a good value, in sentences."""
    fit: Callable[[str], str] = str
    """Makes a captured value of another kind fit: replaces what is not allowed, and cuts what is too long."""
    spaces: str = ""
    """Unusual spaces that a text may have, because the repair removes them."""
    measured: str = ""
    """How a good value of that ``{length}`` meets the rule, in a phrase; nothing of a secret."""

    def repaired(self, text: str, given: Circumstances) -> Repaired:
        """The text without slips. Raises as ``repair`` does."""
        phrases = []
        for pattern, phrase in self.slips:
            if (bare := pattern.sub("", text)) != text:
                text = bare
                phrases.append(phrase)
        text, more = self.repair(text, given) if self.repair is not None else (text, ())
        return text, (*phrases, *more)

    def mistake(self, text: str, given: Circumstances) -> str | None:
        """Why a repaired text is refused; None where the form decides. Raises as ``repair`` does."""
        if self.longest is not None and len(text) > self.longest:
            return self.refusal(text)
        known = next((sentence for shows, sentence in self.mistakes if shows(text)), None)
        return known or (self.reason(text, given) if self.reason is not None else None)

    @property
    def sentence(self) -> str:
        """The rule in one sentence."""
        return f"{self.subject} {self.verb} {self.words}."

    def refusal(self, text: str) -> str:
        """Why a text does not meet the rule."""
        parts = [self.sentence]
        if self.longest is not None and len(text) > self.longest:
            parts.append(f"This has {len(text)} characters.")
        if thing := _looks_like(text):
            parts.append(f"This looks like {thing}.")
        return " ".join(parts)


def read(kind: Kind, text: str, *, practice: bool = False, hosts: tuple[str, ...] = ()) -> Reading:
    """Repair and check a text for a value of that kind.

    ``practice`` takes a Base URL on loopback only, also with plain http. ``hosts`` are the domains under which the
    guide's client has its hosts.
    """
    if len(text) > LONGEST:
        return Reading(problem=f"This text has {len(text):,} characters. Copy the value alone.")
    clean, repairs = _tidy(text)
    if not clean:
        return Reading(problem="Nothing was pasted. Copy the value first.")
    rule, given = RULES[kind], Circumstances(practice, hosts)
    if hidden := _hidden(clean, rule.spaces):
        return Reading(problem=f"It contains an invisible character ({hidden}). Copy it again from its field.")
    if kind not in SECRET_KINDS and _is_jwt(clean):
        return Reading(problem=f"{rule.sentence} This looks like the token.")
    try:
        value, more = rule.repaired(clean, given)
        problem = rule.mistake(value, given)
    except ValueError:  # urllib cannot take it apart
        return Reading(problem="This is not a complete web address. Copy it again.")
    if problem is None and not rule.form.fullmatch(value):
        problem = rule.refusal(value)
    if problem is not None:
        return Reading(problem=problem)
    return Reading(value, None, (*repairs, *more), rule.warnings(value, given) if rule.warnings else ())


def derive(kind: Kind, value: str) -> Reading:
    """The value of that kind that follows from a captured one, e.g. a Directory Name from a domain.

    Unlike a pasted text, which may be wrong, the captured value is right, so it is fitted to the rule: characters
    that CIE does not allow become hyphens, and what is too long is cut.
    """
    return read(kind, RULES[kind].fit(value))


def describe(kind: Kind) -> str:
    """What a value of that kind looks like, in a few words without a full stop."""
    return RULES[kind].words


def measure(kind: Kind, value: str) -> str:
    """How a good value meets its rule, e.g. ``36 of 40 characters``; empty where there is nothing to say."""
    return RULES[kind].measured.format(length=len(value))


def mask(kind: Kind, value: str) -> str:
    """What the screen may show of a secret: the host of a Base URL, nothing else.

    The value may come from a keyring into which others write, so it need not satisfy its rule.
    """
    if kind is Kind.BASE_URL:
        with suppress(ValueError):
            parts = urlsplit(value)
            return legible(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/\u2026")
    if kind in SECRET_KINDS:
        return "\u2022" * 22
    return value


def looks_secret(text: str) -> bool:
    """Whether a text may be a token, a secret or a Base URL, so that it must not stay in a readable field."""
    clean = text.strip()
    if re.match(r"https?://[^/\s]+/\S", clean, re.IGNORECASE):
        return True
    bare = _BEARER.sub("", clean)
    return _is_jwt(bare) or (
        len(bare) >= 24 and _TOKEN.fullmatch(bare) is not None and not _DOMAIN.fullmatch(bare.lower())
    )


def without_secrets(text: str) -> str:
    """Return an error message with a bullet for each character that may be part of a secret.

    A code without a digit is kept: the name of an error is one, a token hardly ever.
    """

    def covered(found: re.Match[str]) -> str:
        before = found["address"] or found["label"] or ""
        rest = found[0][len(before) :]
        return before + ("\u25cf" * len(rest) if found["address"] or re.search(r"\d", rest) else rest)

    return _MAY_BE_SECRET.sub(covered, text)


def _tidy(text: str) -> Repaired:
    """Remove what certainly does not belong: surrounding spaces, then quotes."""
    repairs = []
    clean = text.strip().strip("\ufeff\u200b\u200e\u200f\u2060").strip()
    if clean != text:
        repairs.append("spaces around it removed")
    if len(clean) > 1 and clean[0] in _QUOTES and clean[-1] in _QUOTES:
        while len(clean) > 1 and clean[0] in _QUOTES and clean[-1] in _QUOTES:
            clean = clean[1:-1].strip()
        repairs.append("quotes around it removed")
    return clean, tuple(repairs)


def _hidden(text: str, spaces: str) -> str | None:
    """The code of the first invisible character, or of a space that is not the usual one and not among ``spaces``."""
    for character in text:
        if character not in "\r\n\t " + spaces and (is_invisible(character) or unicodedata.category(character) == "Zs"):
            return code(character)
    return None


def _looks_like(text: str) -> str | None:
    """What a text certainly is, where it was pasted into the wrong field."""
    if _WEB.match(text):
        return "an address of CIE, such as the Base URL" if _of_the_vendor(text) else "a web address"
    if _GUID.fullmatch(text):
        return "a GUID, such as the Tenant ID"
    if _SERVICE_ACCOUNT.fullmatch(text):
        return "the name of a service account"
    if re.fullmatch(rf"tsg_id:{TSG_ID}", text):
        return "the scope"
    if len(text) > 60 and _TOKEN.fullmatch(text.removeprefix("Bearer ").strip()) and not text.isdigit():
        return "the token"
    return None


def _of_the_vendor(url: str) -> bool:
    with suppress(ValueError):
        return (urlsplit(url).hostname or "").lower().endswith(KNOWN_HOSTS)
    return False


def _lower(text: str) -> Repaired:
    lower = text.lower()
    return lower, () if lower == text else ("converted to lowercase",)


def _repair_guid(text: str, _given: Circumstances) -> Repaired:
    repairs: list[str] = []
    bare = text.strip("{}()")
    if bare != text:
        repairs.append("brackets removed")
    labeled = _LABELED_GUID.fullmatch(bare)
    if labeled and re.search(r"[^\W\d]", labeled["label"]) and not _OTHER_IDS.search(labeled["label"]):
        bare = labeled["guid"]
        repairs.append("the label removed")
    if re.fullmatch(r"[0-9A-Fa-f]{32}", bare):
        bare = "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))
        repairs.append("hyphens added")
    if not _GUID.fullmatch(bare):
        return text, ()
    lower, more = _lower(bare)
    return lower, (*repairs, *more)


def _guid_reason(text: str, _given: Circumstances) -> str | None:
    labeled = _LABELED_GUID.fullmatch(text)
    if labeled and _OTHER_IDS.search(labeled["label"]):
        return "The label in front of this GUID belongs to another ID. Copy the right one."
    return None


def _repair_domain(text: str, _given: Circumstances) -> Repaired:
    repairs: list[str] = []
    name = text
    if labeled := _LABELED_HOST.fullmatch(name):
        name = labeled["host"]
        repairs.append("the label removed")
    if _WEB.match(name) and _of_the_vendor(name):
        return text, ()
    if _WEB.match(name):
        parts = urlsplit(name)
        name = parts.netloc if "@" in parts.netloc else parts.hostname or ""
        repairs.append("web address shortened to its host")
    elif found := _HOST_AND_MORE.fullmatch(name):
        name = found["host"]
        repairs.append("shortened to its host")
    if name.startswith("@"):
        name = name[1:]
        repairs.append("leading @ removed")
    name, more = _lower(name)
    return name, (*repairs, *more)


def _repair_tenant_host(text: str, given: Circumstances) -> Repaired:
    name, repairs = _repair_domain(text, given)
    for domain in given.hosts:
        bare = re.sub(rf"(-admin)+(?=\.{re.escape(domain)}$)", "", name)
        if bare != name:
            return bare, (*repairs, "-admin removed")
    return name, repairs


def _tenant_host_warnings(value: str, given: Circumstances) -> tuple[str, ...]:
    if not given.hosts or value.endswith(tuple(f".{domain}" for domain in given.hosts)):
        return ()
    return (f"This is not a host of {given.hosts[0]}. A custom domain is fine, a mail domain is not.",)


def _repair_directory_user(text: str, given: Circumstances) -> Repaired:
    name, at, domain = text.rpartition("@")
    fixed, repairs = _repair_domain(domain, given)
    return (fixed, ("leading @ removed", *repairs)) if at and not name else (f"{name}{at}{fixed}", repairs)


def _fit_directory_id(value: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", _LDAP.sub("", value))[:LONGEST_DIRECTORY_ID].strip("-")


def _repair_directory_name(text: str, _given: Circumstances) -> Repaired:
    value, repairs = _lower(text)
    if re.fullmatch(r"[^@\s]+@[^@]+", value):
        return value.rpartition("@")[2], (*repairs, "the part before the @ removed")
    return value, repairs


def _fit_directory_name(value: str) -> str:
    name = value.rpartition("@")[2].lower()
    return re.sub(r"[^a-z0-9._-]+", "-", name)[:LONGEST_DIRECTORY_NAME].strip("-.")


def _repair_base_url(text: str, _given: Circumstances) -> Repaired:
    flag = _ENTRA_FLAG.search(text)
    if flag is None:
        return text, ()
    return text[: flag.start()], (f"{flag[1]} removed, a flag for the Tenant URL of Entra ID",)


def _base_url_reason(text: str, given: Circumstances) -> str | None:
    if any(space in text for space in " \r\n\t"):
        return "The Base URL has a space or a line break inside. Copy it again with its copy button."
    parts = urlsplit(text)
    _ = parts.port  # raises where it is no number
    if not parts.scheme or "://" not in text:
        if len(text) > 60 or _GUID.fullmatch(text) or _is_jwt(text):
            return f"This looks like {_looks_like(text) or 'the token'}, not the Base URL."
        begins, cie = ("http://", "the practice CIE") if given.practice else ("https://", "CIE")
        return f"The Base URL starts with {begins}. Copy it again from {cie}."
    return address.problem(text, practice=given.practice)


def _is_dots(text: str) -> bool:
    return set(text) <= _DOTS


def _token_reason(value: str, _given: Circumstances) -> str | None:
    if cut := _cut_jwt(value):
        return cut
    if not _TOKEN.fullmatch(value):
        return "The token has a character that no bearer token has (RFC 6750). Copy it again."
    if len(value) < SHORTEST_TOKEN:
        return f"This has only {len(value)} characters and looks too short. Copy it again."
    return None


def _cut_jwt(value: str) -> str | None:
    """Why a token that is certainly a JWT (RFC 7519) is not a whole one."""
    parts = value.split(".")
    if not _is_jwt_header(parts[0]):
        return None
    if len(parts) < min(_JWT_PARTS) and (len(parts) == 1 or not parts[1] or parts[1].startswith("eyJ")):
        return f"This token has {len(parts)} of the 3 parts of a JWT, so it was cut off. Copy it again."
    if len(parts) == min(_JWT_PARTS) and parts[1].startswith("eyJ") and not parts[2]:
        return "The last part of this token is missing. Copy it again."
    return None


def _is_jwt(text: str) -> bool:
    """Whether a text is certainly a JWT, which has the form of a domain where its parts are short."""
    header, dot, _ = _BEARER.sub("", text).partition(".")
    return bool(dot) and _is_jwt_header(header)


def _is_jwt_header(part: str) -> bool:
    """Whether it is JSON with an algorithm (RFC 7515 section 4.1.1)."""
    if not part.startswith("eyJ"):
        return False
    with suppress(ValueError):
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return isinstance(header, dict) and isinstance(header.get("alg"), str)
    return False


def _token_url_reason(text: str, given: Circumstances) -> str | None:
    parts = urlsplit(text)
    host = (parts.hostname or "").lower()
    bare = URL.fullmatch(text) and not ("@" in parts.netloc or set(text) & set("?#"))
    if given.practice:
        return None if bare and parts.scheme == "http" and host in LOOPBACK else address.ONLY_PRACTICE
    known = parts.scheme == "https" and host == TOKEN_HOST and parts.port is None
    return None if bare and known else RULES[Kind.TOKEN_URL].sentence


def _fit_scope(value: str) -> str:
    account = _SERVICE_ACCOUNT.fullmatch(value)
    return f"tsg_id:{account[1]}" if account else value


def _repair_text(text: str, _given: Circumstances) -> Repaired:
    return re.sub(r"\s+", " ", text), ()


def _repair_count(text: str, _given: Circumstances) -> Repaired:
    lakhs = re.fullmatch(r"\d{1,2}(,\d{2})+,\d{3}", text)  # as in India
    bare = text.replace(",", "") if lakhs else re.sub(r"[\s,.'\u2019](?=\d{3}(\D|$))", "", text)
    number = str(int(bare)) if re.fullmatch(r"[0-9]{1,9}", bare) else text
    return number, () if number == text else ("written without separators",)


LONGEST_DIRECTORY_ID, LONGEST_DIRECTORY_NAME = 40, 50
LONGEST_TEXT, LONGEST_LABEL = 120, 40
TSG_DIGITS = "4 to 20 digits"
"""How long the number of a tenant service group is; it is part of what a service account shows."""
SHORTEST_TOKEN = 16

_PERSON = (
    (
        lambda text: "@" in text and not _DOMAIN.fullmatch(text),
        "This is the address of a person. The domain is the part after the @.",
    ),
)
_NOT_TEXT = (
    (re.compile(r"[*{}]").search, "Remove the characters * { }."),
    (
        lambda text: " " not in text and looks_secret(text),
        "This looks like a secret or an address. Paste it into its own field.",
    ),
)

RULES: Mapping[Kind, Rule] = MappingProxyType(
    {
        Kind.GUID: Rule(
            "A GUID",
            "36 characters: digits, the letters a to f and four hyphens",
            re.compile(_GUID.pattern),
            repair=_repair_guid,
            reason=_guid_reason,
            measured="A GUID of 36 characters",
        ),
        Kind.DOMAIN: Rule(
            "A domain",
            "letters, digits, hyphens and dots, for example contoso.com",
            _DOMAIN,
            repair=_repair_domain,
            mistakes=_PERSON,
            fit=lambda value: value.rpartition("@")[2],
        ),
        Kind.TENANT_HOST: Rule(
            "The host of an organization",
            "a host name; -admin is removed",
            _DOMAIN,
            verb="is",
            repair=_repair_tenant_host,
            mistakes=_PERSON,
            warnings=_tenant_host_warnings,
        ),
        Kind.SYSTEM_ID: Rule(
            "A System ID",
            f"letters, digits and hyphens, at most {LONGEST_DIRECTORY_ID} of them after an LDAP- prefix",
            re.compile(rf"(?!(?i:LDAP-)$)(?i:LDAP-)?[A-Za-z0-9-]{{1,{LONGEST_DIRECTORY_ID}}}"),
            longest=LONGEST_DIRECTORY_ID + len("LDAP-"),
        ),
        Kind.DIRECTORY_USER: Rule(
            "A user of a data store",
            "name@domain, or a domain alone",
            re.compile(rf"([^@\r\n\t][^\r\n\t]*@)?{_DOMAIN.pattern}"),
            verb="is",
            repair=_repair_directory_user,
            mistakes=(
                (
                    _WINDOWS_USER.fullmatch,
                    "This has the short name of a domain in front. Enter the user as name@domain, for example "
                    "svc-ping@corp.example.com.",
                ),
                (
                    lambda text: "=" in text and "@" not in text,
                    "This User DN has no @. Enter the DNS name of the domain instead, for example corp.example.com.",
                ),
                (_BROKEN_USER.match, "The user has a line break or a tab inside. Copy it alone."),
                (
                    lambda text: not _DOMAIN.fullmatch(text.rpartition("@")[2]),
                    "The part after the @ has to be a domain, for example corp.example.com.",
                ),
            ),
        ),
        Kind.DIRECTORY_ID: Rule(
            "A Directory ID",
            f"at most {LONGEST_DIRECTORY_ID} letters, digits and hyphens",
            re.compile(rf"[A-Za-z0-9-]{{1,{LONGEST_DIRECTORY_ID}}}"),
            longest=LONGEST_DIRECTORY_ID,
            slips=((_LDAP, "the LDAP- prefix removed"),),
            fit=_fit_directory_id,
            measured=f"{{length}} of {LONGEST_DIRECTORY_ID} characters",
        ),
        Kind.DIRECTORY_NAME: Rule(
            "A Directory Name",
            f"at most {LONGEST_DIRECTORY_NAME} lowercase letters, digits, periods, hyphens and underscores",
            re.compile(rf"[a-z0-9._-]{{1,{LONGEST_DIRECTORY_NAME}}}"),
            longest=LONGEST_DIRECTORY_NAME,
            repair=_repair_directory_name,
            fit=_fit_directory_name,
            measured=f"{{length}} of {LONGEST_DIRECTORY_NAME} characters",
        ),
        Kind.BASE_URL: Rule(
            "The Base URL",
            "an https address, kept as copied",
            URL,
            verb="is",
            slips=((_URL_LABEL, "the label removed"),),
            repair=_repair_base_url,
            reason=_base_url_reason,
            warnings=lambda value, given: address.warnings(value, practice=given.practice),
            measured="Path kept as copied",
        ),
        Kind.TOKEN: Rule(
            "A token",
            f"at least {SHORTEST_TOKEN} characters without spaces; the word Bearer is removed",
            re.compile(rf"(?=.{{{SHORTEST_TOKEN}}}){_TOKEN.pattern}"),
            slips=(
                (_TOKEN_LABEL, "the label removed"),
                (_BEARER, "the word Bearer removed"),
                (re.compile(r"[ \t]*[\r\n]+[ \t]*"), "line breaks removed"),
            ),
            mistakes=(
                (_WEB.match, "This looks like the Base URL. The token is below it, under Bearer Token."),
                (_GUID.fullmatch, "This looks like a GUID, such as the Tenant ID, not the token."),
                (re.compile(r"[ \t]").search, "The token has a space inside. Copy it again with its copy button."),
                (_is_dots, "These are the dots that hide the token. Use the copy button beside it."),
                (_SHORTENED.search, "The page shows only a part of this token. Use the copy button beside it."),
            ),
            reason=_token_reason,
            measured="{length:,} characters",
        ),
        Kind.SERVICE_ACCOUNT: Rule(
            "The name of a service account",
            f"name@number.iam.panserviceaccount, where the number has {TSG_DIGITS}",
            _SERVICE_ACCOUNT,
            verb="is",
        ),
        Kind.CLIENT_ID: Rule(
            "A Client ID",
            "3 to 300 characters without spaces",
            re.compile(r"[\x21-\x7e]{3,300}"),
            mistakes=(
                (_WEB.match, "This looks like a web address. The Client ID is in the downloaded CSV file."),
                (re.compile(",").search, "This looks like a whole line of the CSV file. Copy the Client ID alone."),
            ),
            measured="{length:,} characters",
        ),
        Kind.CLIENT_SECRET: Rule(
            "A Client Secret",
            "8 to 500 characters without spaces",
            re.compile(r"[\x21-\x7e]{8,500}"),
            mistakes=(
                (
                    _SERVICE_ACCOUNT.fullmatch,
                    "This looks like the Client ID. The Client Secret is beside it in the CSV file.",
                ),
                (_WEB.match, "This looks like a web address. The Client Secret is in the downloaded CSV file."),
                (_is_dots, "These are the dots that hide the secret. Copy it from the CSV file."),
                (_ENDS_SHORT.search, "The end of this secret was left out. Copy it from the CSV file."),
            ),
            measured="{length:,} characters",
        ),
        Kind.TOKEN_URL: Rule(
            "The token address",
            f"an https address at {TOKEN_HOST}",
            re.compile(r".+"),
            verb="is",
            reason=_token_url_reason,
        ),
        Kind.SCOPE: Rule(
            "The scope",
            f"tsg_id: and the {TSG_DIGITS} of the tenant service group, which the Service Account Name contains",
            re.compile(rf"tsg_id:{TSG_ID}"),
            verb="is",
            fit=_fit_scope,
        ),
        Kind.TEXT: Rule(
            "This value",
            f"at most {LONGEST_TEXT} characters",
            re.compile(rf"[^*{{}}\r\n\t]{{1,{LONGEST_TEXT}}}"),
            longest=LONGEST_TEXT,
            repair=_repair_text,
            mistakes=_NOT_TEXT,
        ),
        Kind.LABEL: Rule(
            "A label",
            f"at most {LONGEST_LABEL} characters",
            re.compile(rf"[^*{{}}\r\n\t]{{1,{LONGEST_LABEL}}}"),
            longest=LONGEST_LABEL,
            repair=_repair_text,
            mistakes=_NOT_TEXT,
        ),
        Kind.COUNT: Rule(
            "A count",
            "a whole number of at most 9 digits",
            re.compile(r"0|[1-9][0-9]{0,8}"),
            verb="is",
            repair=_repair_count,
            spaces=_SPACES,
            mistakes=((re.compile(r"(?![0-9]+\Z)").match, "Enter a whole number, for example 1180."),),
        ),
    }
)
"""The only statement of these rules."""
