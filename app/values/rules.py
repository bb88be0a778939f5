"""The rules for values: what a pasted text is repaired to, and why it is refused.

Rules of Directory ID, Directory Name, Base URL and token follow the vendor's page on the SCIM
Connector. A repair is made only where the text is certainly a slip; everything else is a reason.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.guide.vocabulary import SECRET_KINDS, Kind
from app.text.legible import code, legible, unseen
from app.values import address
from app.values.address import LOOPBACK, TOKEN_HOST, URL

LONGEST = 16_384
"""Characters; no value that CIE or a portal shows comes near it."""

_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+(?![0-9]+$)[a-z0-9][a-z0-9-]{0,61}[a-z0-9]"
)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=:|-]+")
_SERVICE_ACCOUNT = re.compile(
    r"[^@\s]{1,100}@([0-9]{4,20})\.iam\.panserviceaccounts?(\.com)?", re.IGNORECASE | re.ASCII
)


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


def read(kind: Kind, text: str, *, practice: bool = False) -> Reading:
    """Repair and check a text for a value of that kind.

    ``practice`` allows a Base URL on loopback, also with plain http.
    """
    if len(text) > LONGEST:
        return Reading(problem=f"This text has {len(text):,} characters. Copy the value alone.")
    clean, repairs = _tidy(text)
    if not clean:
        return Reading(problem="Nothing was pasted. Copy the value first.")
    if hidden := _hidden(clean):
        return Reading(problem=f"It contains an invisible character ({hidden}). Copy it again from its field.")
    reading = _RULES[kind](clean, practice)
    return Reading(reading.value, reading.problem, (*repairs, *reading.repairs), reading.warnings)


def derive(kind: Kind, value: str) -> Reading:
    """The value of that kind that follows from a captured one, e.g. a Directory Name from a domain.

    Unlike a pasted text, which may be wrong, the captured value is right, so it is fitted to the rule:
    signs that CIE does not take become hyphens, and what is too long is cut.
    """
    text = value.rpartition("@")[2] if kind in (Kind.DIRECTORY_NAME, Kind.DOMAIN) else value
    match kind:
        case Kind.DIRECTORY_ID:
            text = re.sub(r"[^A-Za-z0-9]+", "-", re.sub(r"^(LDAP-)+", "", text, flags=re.IGNORECASE))[:40].strip("-")
        case Kind.DIRECTORY_NAME:
            text = re.sub(r"[^a-z0-9._-]+", "-", text.lower())[:50].strip("-.")
        case Kind.SCOPE:
            account = _SERVICE_ACCOUNT.fullmatch(text)
            text = f"tsg_id:{account[1]}" if account else text
        case _:
            pass
    return read(kind, text)


def rule(kind: Kind, value: str) -> str:
    """One phrase that says how a good value meets its rule, e.g. ``36 of 40 characters``."""
    match kind:
        case Kind.DIRECTORY_ID:
            return f"{len(value)} of 40 characters, letters, digits and hyphens"
        case Kind.DIRECTORY_NAME:
            return f"{len(value)} of 50 characters"
        case Kind.GUID:
            return "A GUID of 36 characters"
        case Kind.TOKEN | Kind.CLIENT_ID | Kind.CLIENT_SECRET:
            return f"{len(value):,} characters"
        case Kind.BASE_URL:
            return "Path kept as copied"
        case _:
            return ""


def mask(kind: Kind, value: str) -> str:
    """What may stand on the screen for a secret: the host of a Base URL, the length of a token.

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
    bare = re.sub(r"^(Authorization:\s*)?Bearer\s+", "", clean, flags=re.IGNORECASE)
    return len(bare) >= 24 and _TOKEN.fullmatch(bare) is not None and not _DOMAIN.fullmatch(bare.lower())


def _tidy(text: str) -> tuple[str, tuple[str, ...]]:
    """Take off what certainly does not belong: surrounding spaces, then one pair of quotes."""
    repairs = []
    clean = text.strip().strip("\ufeff\u200b\u200e\u200f\u2060").strip()
    if clean != text:
        repairs.append("spaces around it removed")
    if len(clean) > 1 and clean[0] in _QUOTES and clean[-1] in _QUOTES:
        while len(clean) > 1 and clean[0] in _QUOTES and clean[-1] in _QUOTES:
            clean = clean[1:-1].strip()
        repairs.append("quotes around it removed")
    return clean, tuple(repairs)


def _hidden(text: str) -> str | None:
    """The code of the first character that is not seen, or of a space that is not the usual one."""
    for sign in text:
        if sign not in "\r\n\t " and (unseen(sign) or unicodedata.category(sign) == "Zs"):
            return code(sign)
    return None


def _looks_like(text: str) -> str | None:
    """What a text certainly is, where it landed in the wrong field."""
    if re.match(r"https?://", text, re.IGNORECASE):
        return "a web address"
    if _GUID.fullmatch(text):
        return "a GUID, such as the Tenant ID"
    if len(text) > 60 and _TOKEN.fullmatch(text.removeprefix("Bearer ").strip()) and not text.isdigit():
        return "the token"
    return None


def _guid(text: str, _practice: bool) -> Reading:
    bare = text.strip("{}()")
    if _GUID.fullmatch(bare):
        repairs = ("brackets removed",) if bare != text else ()
        lower = bare.lower()
        return Reading(lower, repairs=repairs if lower == bare else (*repairs, "set in lower case"))
    if thing := _looks_like(text):
        return Reading(
            problem=f"This looks like {thing}. A GUID has 36 characters, for example 7c1e\u2026-\u2026-9a10."
        )
    return Reading(problem="A GUID has 36 characters in five groups of digits and letters a to f.")


def _domain(text: str, _practice: bool) -> Reading:
    repairs: list[str] = []
    name = text
    if re.match(r"https?://", name, re.IGNORECASE):
        try:
            name = urlsplit(name).netloc
        except ValueError:
            return Reading(problem="This is not a complete web address. A domain looks like contoso.com.")
        repairs.append("web address shortened to its host")
    if name.startswith("@"):
        name = name[1:]
        repairs.append("leading @ removed")
    if name != name.lower():
        name = name.lower()
        repairs.append("set in lower case")
    if _DOMAIN.fullmatch(name):
        return Reading(name, repairs=tuple(repairs))
    if "@" in name:
        return Reading(problem="This is an address of a person. The domain is the part after the @.")
    if thing := _looks_like(text):
        return Reading(problem=f"This looks like {thing}. A domain looks like contoso.com.")
    return Reading(problem="A domain has letters, digits, hyphens and dots, for example contoso.com.")


def _okta_domain(text: str, practice: bool) -> Reading:
    reading = _domain(text, practice)
    if reading.value is None:
        return reading
    host = re.sub(r"(-admin)+(?=\.okta)", "", reading.value)
    if not _DOMAIN.fullmatch(host):
        return Reading(problem="An Okta domain looks like acme.okta.com.")
    repairs = (*reading.repairs, "-admin removed") if host != reading.value else reading.repairs
    usual = re.search(r"\.(okta|oktapreview|okta-emea|okta-gov)\.(com|net|mil)$", host)
    odd = () if usual else ("This is not a host of okta.com. A custom domain is fine, a mail domain is not.",)
    return Reading(host, repairs=repairs, warnings=odd)


def _system_id(text: str, _practice: bool) -> Reading:
    if not re.fullmatch(r"[A-Za-z0-9-]+", text):
        return Reading(problem="A System ID has letters, digits and hyphens. Copy it from the list of data stores.")
    bare = re.sub(r"^LDAP-", "", text, flags=re.IGNORECASE)
    if not bare or len(bare) > 40:
        return Reading(problem=f"A System ID has at most 40 characters after LDAP-, this has {len(bare)}.")
    return Reading(text)


def _ping_user(text: str, practice: bool) -> Reading:
    name, at, domain = text.rpartition("@")
    if "=" in text and not at:
        return Reading(
            problem="This User DN has no @. Enter the DNS name of the domain instead, for example corp.example.com."
        )
    if re.search(r"[\r\n\t]", name):
        return Reading(problem="The User has a line break or a tab inside. Copy it alone.")
    reading = _domain(domain, practice)
    if reading.value is None:
        return Reading(problem="The part after the @ has to be a domain, for example corp.example.com.")
    if at and not name:
        return Reading(reading.value, repairs=("leading @ removed", *reading.repairs))
    return Reading(f"{name}{at}{reading.value}", repairs=reading.repairs)


def _service_account(text: str, _practice: bool) -> Reading:
    if _SERVICE_ACCOUNT.fullmatch(text):
        return Reading(text)
    return Reading(problem="The name of a service account looks like scim@1234567890.iam.panserviceaccount.")


def _client_id(text: str, _practice: bool) -> Reading:
    if re.match(r"https?://", text, re.IGNORECASE):
        return Reading(problem="This looks like a web address. The Client ID stands in the downloaded CSV file.")
    if not re.fullmatch(r"[\x21-\x7e]{3,300}", text):
        return Reading(problem="A Client ID has no spaces and at most 300 characters. Copy it from the CSV file.")
    if "," in text:
        return Reading(problem="This looks like a whole line of the CSV file. Copy the Client ID alone.")
    return Reading(text)


def _client_secret(text: str, _practice: bool) -> Reading:
    if _SERVICE_ACCOUNT.fullmatch(text):
        return Reading(problem="This looks like the Client ID. The Client Secret stands beside it in the CSV file.")
    if re.match(r"https?://", text, re.IGNORECASE):
        return Reading(problem="This looks like a web address. The Client Secret stands in the downloaded CSV file.")
    if set(text) <= set("\u2022*\u25cf."):
        return Reading(problem="These are the dots that hide the secret. Copy it from the CSV file.")
    if not re.fullmatch(r"[\x21-\x7e]{8,500}", text):
        return Reading(problem="A Client Secret has 8 to 500 characters and no spaces. Copy it from the CSV file.")
    return Reading(text)


def _token_url(text: str, practice: bool) -> Reading:
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").lower()
        bare = URL.fullmatch(text) and not ("@" in parts.netloc or parts.port is not None or set(text) & set("?#"))
    except ValueError:
        return Reading(problem="This is not a complete web address.")
    if parts.scheme == "https" and host == TOKEN_HOST and bare:
        return Reading(text)
    if practice and parts.scheme == "http" and host in LOOPBACK:
        return Reading(text)
    return Reading(problem=f"Tokens are fetched from {TOKEN_HOST} only.")


def _scope(text: str, _practice: bool) -> Reading:
    if re.fullmatch(r"tsg_id:[0-9]{4,20}", text):
        return Reading(text)
    return Reading(problem="The scope is tsg_id: and the number of the tenant service group.")


def _label(text: str, practice: bool) -> Reading:
    reading = _text(text, practice)
    if reading.value is not None and len(reading.value) > 40:
        return Reading(problem=f"This has {len(reading.value)} characters. 40 fit.")
    return reading


def _directory_id(text: str, _practice: bool) -> Reading:
    repairs: tuple[str, ...] = ()
    value = re.sub(r"^(LDAP-)+", "", text, flags=re.IGNORECASE)
    if value != text:
        repairs = ("LDAP- at the front removed",)
    if re.fullmatch(r"[A-Za-z0-9-]{1,40}", value):
        return Reading(value, repairs=repairs)
    if len(value) > 40:
        thing = _looks_like(value)
        hint = f" This looks like {thing}." if thing else ""
        return Reading(problem=f"A Directory ID has at most 40 characters, this has {len(value)}.{hint}")
    return Reading(problem="A Directory ID has only letters, digits and hyphens.")


def _directory_name(text: str, _practice: bool) -> Reading:
    value = text.lower()
    repairs = ("set in lower case",) if value != text else ()
    if re.fullmatch(r"[^@\s]+@[^@]+", value):
        value, repairs = value.rpartition("@")[2], (*repairs, "the part before the @ removed")
    if re.fullmatch(r"[a-z0-9._-]{1,50}", value):
        return Reading(value, repairs=repairs)
    if len(value) > 50:
        thing = _looks_like(text)
        hint = f" This looks like {thing}." if thing else ""
        return Reading(problem=f"A Directory Name has at most 50 characters, this has {len(value)}.{hint}")
    return Reading(problem="A Directory Name has only lower-case letters, digits, dots, hyphens and underscores.")


def _base_url(text: str, practice: bool) -> Reading:
    if any(space in text for space in " \r\n\t"):
        return Reading(problem="The Base URL has a space or a line break inside. Copy it again with its copy button.")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return Reading(problem="This is not a complete web address. Copy the Base URL again from CIE.")
    if not parts.scheme or "://" not in text:
        if len(text) > 60 or _GUID.fullmatch(text):
            return Reading(problem=f"This looks like {_looks_like(text) or 'the token'}, not the Base URL.")
        return Reading(problem="The Base URL starts with https://. Copy it again from CIE.")
    if problem := address.problem(text, practice=practice):
        return Reading(problem=problem)
    return Reading(text, warnings=address.warnings(text, practice=practice))


def _token(text: str, _practice: bool) -> Reading:
    repairs: list[str] = []
    value = text
    if re.match(r"(Authorization:\s*)?Bearer\s+", value, re.IGNORECASE):
        value = re.sub(r"^(Authorization:\s*)?Bearer\s+", "", value, flags=re.IGNORECASE)
        repairs.append("the word Bearer removed")
    if re.search(r"[\r\n]", value):
        value = re.sub(r"[ \t]*[\r\n]+[ \t]*", "", value)
        repairs.append("line breaks removed")
    if re.match(r"https?://", value, re.IGNORECASE):
        return Reading(problem="This looks like the Base URL. The token is below it, under Bearer Token.")
    if _GUID.fullmatch(value):
        return Reading(problem="This looks like a GUID, such as the Tenant ID, not the token.")
    if " " in value or "\t" in value:
        return Reading(problem="The token has a space inside. Copy it again with its copy button.")
    if set(value) <= set("\u2022*\u25cf."):
        return Reading(problem="These are the dots that hide the token. Use the copy button beside it.")
    if not _TOKEN.fullmatch(value):
        return Reading(problem="The token has a character that no bearer token has (RFC 6750). Copy it again.")
    if len(value) < 16:
        return Reading(problem=f"This has only {len(value)} characters, so it was cut off. Copy it again.")
    return Reading(value, repairs=tuple(repairs))


def _text(text: str, _practice: bool) -> Reading:
    line = re.sub(r"\s+", " ", text)
    if re.search(r"[*{}]", line):
        return Reading(problem="Leave out the signs * { and }.")
    if len(line) > 120:
        return Reading(problem=f"This has {len(line)} characters. 120 fit.")
    if " " not in line and looks_secret(line):
        return Reading(problem="This looks like a secret or an address. Paste it into its own field.")
    return Reading(line)


def _count(text: str, _practice: bool) -> Reading:
    bare = re.sub(r"[\s,.'\u2019](?=\d{3}(\D|$))", "", text)
    if re.fullmatch(r"[0-9]{1,9}", bare):
        number = str(int(bare))
        return Reading(number, repairs=() if number == text else ("written without separators",))
    return Reading(problem="Enter a whole number, for example 1180.")


_RULES = {
    Kind.GUID: _guid,
    Kind.DOMAIN: _domain,
    Kind.OKTA_DOMAIN: _okta_domain,
    Kind.SYSTEM_ID: _system_id,
    Kind.PING_USER: _ping_user,
    Kind.SERVICE_ACCOUNT: _service_account,
    Kind.CLIENT_ID: _client_id,
    Kind.CLIENT_SECRET: _client_secret,
    Kind.TOKEN_URL: _token_url,
    Kind.SCOPE: _scope,
    Kind.DIRECTORY_ID: _directory_id,
    Kind.DIRECTORY_NAME: _directory_name,
    Kind.BASE_URL: _base_url,
    Kind.TOKEN: _token,
    Kind.TEXT: _text,
    Kind.LABEL: _label,
    Kind.COUNT: _count,
}
