"""Checks the address in a Base URL: what is refused, and what looks unusual.

The form of a Base URL is not published, so an unusual one only causes a warning. Refused is what no service of the
vendor can have, and what programs read differently than people do.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from app.text.legible import code

TOKEN_HOST = "auth.apps.paloaltonetworks.com"  # noqa: S105 - an address
"""Where service accounts get their tokens (pan.dev, "Get an access token")."""

API_HOSTS = ("api.sase.paloaltonetworks.com", "api.strata.paloaltonetworks.com")
"""Where the Directory Sync API answers: the host of its description, and that of the general pages (pan.dev)."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Hosts that never leave this computer; ``localhost`` is not looked up, see ``app.net``."""

ONLY_PRACTICE = "Practice takes only the Base URL that the practice CIE shows. Leave practice for a real one."

URL = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
"""The characters of a web address (RFC 3986 section 2). Browsers and HTTP clients read others differently."""

KNOWN_HOSTS = (".paloaltonetworks.com", ".prismaaccess.cn")
_NAMES = ("paloaltonetworks", "prismaaccess")
_RESEMBLES = 0.85
"""Share of equal letters; 0.85 allows two typos in a name of the vendor."""

RESOURCES = ("users", "groups", "bulk", "schemas", "resourcetypes", "serviceproviderconfig")
"""The paths, in lower case, that a SCIM client appends to the Base URL itself (RFC 7644 section 3.2)."""
_RESOURCE = re.compile(rf"/({'|'.join(RESOURCES)})/?$", re.IGNORECASE)

_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label like this makes the whole host an IPv4 address, also 2130706433, 0x7f.1 and 0177.0.0.1
(WHATWG URL, "ends in a number checker"; inet_aton does the same)."""

# Characters that look like a Latin letter of the vendor's names (Unicode's confusables.txt).
_FOLDED = str.maketrans(
    {
        **dict.fromkeys("\u0430\u03b1\u0251", "a"),
        **dict.fromkeys("\u0441\u03f2", "c"),
        **dict.fromkeys("\u0435\u0454\u03b5", "e"),
        **dict.fromkeys("1i\u0131\u0456\u03b9\u04cf|", "l"),
        **dict.fromkeys("\u043a\u03ba", "k"),
        **dict.fromkeys("\u043c\u0271", "m"),
        **dict.fromkeys("\u0578\u03b7\u043f", "n"),
        **dict.fromkeys("0\u043e\u03bf\u0585", "o"),
        **dict.fromkeys("\u0440\u03c1", "p"),
        **dict.fromkeys("\u0433", "r"),
        **dict.fromkeys("5\u0455", "s"),
        **dict.fromkeys("\u0442\u03c4", "t"),
        **dict.fromkeys("\u051d\u03c9", "w"),
        "-": "",
    }
)

_OTHER_SERVICES = (
    (
        r"(agent-)?directory-sync\.|(apps|stratacloudmanager)\.paloaltonetworks\.com$",
        "This host serves the CIE pages or the agent. The Base URL is beside Authorization Method.",
    ),
    (
        r"app-directory-sync\.|api\.(sase|strata)\.",
        "This host serves an API of CIE. The Base URL is beside Authorization Method.",
    ),
    (rf"{re.escape(TOKEN_HOST)}$", "This host issues tokens. The Base URL is beside Authorization Method."),
)


def is_loopback(url: str) -> bool:
    """Whether a web address stays on this computer."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and (parts.hostname or "").lower() in LOOPBACK


def problem(text: str, *, practice: bool) -> str | None:
    """Why that address cannot be a Base URL. Raises ValueError where urllib cannot parse it."""
    parts = urlsplit(text)
    host = (parts.hostname or "").lower()
    if not host:
        return "This web address has no host. Copy the Base URL again from CIE."
    if "@" in parts.netloc:
        return "This web address has a user name in it. The Base URL of CIE has none."
    if parts.query or parts.fragment or "?" in text or "#" in text:
        return "This address has a ? or #, so it comes from the browser's address bar. Copy the Base URL field."
    if end := _RESOURCE.search(parts.path):
        named = end[0].rstrip("/")
        return f"This address ends in {named}, which the SCIM client appends itself. Copy the Base URL field alone."
    if practice:
        return None if is_loopback(text) else ONLY_PRACTICE
    if parts.scheme.lower() != "https":
        return "The Base URL starts with https://. A token is never sent without encryption."
    if wrong := _host_problem(host, bracketed="[" in parts.netloc):
        return wrong
    if not URL.fullmatch(text):
        return "The Base URL has a character that web addresses cannot have. Copy it again with its copy button."
    return None


def warnings(text: str, *, practice: bool) -> tuple[str, ...]:
    """What looks unusual in an address without a problem."""
    parts = urlsplit(text)
    host = (parts.hostname or "").lower()
    if practice:
        return ()
    found = [sentence for pattern, sentence in _OTHER_SERVICES if re.match(pattern, host)]
    if "/iam/v1/scim" in parts.path.lower():
        found.append("This is the service for administrator accounts, not the SCIM Connector of a directory.")
    if not host.endswith(KNOWN_HOSTS):
        found.append("This host is not a known host of the vendor. Check that it was copied from CIE.")
        if _resembles(host):
            found.append("This host name resembles a host of the vendor. Its owner would receive the token.")
    if host.startswith("xn--") or ".xn--" in host:
        found.append("This host name has letters that can be mistaken for others.")
    return tuple(found)


def _host_problem(host: str, *, bracketed: bool) -> str | None:
    foreign = next((character for character in host if not character.isascii()), None)
    if foreign is not None:
        return f"The host name has a character that resembles another one ({code(foreign)}). Copy it again from CIE."
    labels = host.removesuffix(".").split(".")
    if bracketed or _NUMBER.fullmatch(labels[-1]):
        return "This address has a number instead of a host name. The Base URL of CIE has a name."
    if host.endswith(".") or "" in labels:
        return "The host name has an extra dot. Copy the Base URL again from CIE."
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return "This is not a valid host name. Copy the Base URL again from CIE."
    return None


def _resembles(host: str) -> bool:
    """Whether a part of it, or all of it without dots and hyphens, can be mistaken for a name of the vendor."""
    from difflib import SequenceMatcher

    labels = [_folded(label) for label in host.split(".")]
    return any(
        _folded(name) in "".join(labels)
        or any(SequenceMatcher(None, label, _folded(name)).ratio() >= _RESEMBLES for label in labels)
        for name in _NAMES
    )


def _folded(label: str) -> str:
    """The label with similar characters replaced by the Latin letters they resemble."""
    if label.startswith("xn--"):
        try:
            label = label[4:].encode("ascii").decode("punycode").lower()
        except UnicodeError:
            return label
    bare = "".join(each for each in unicodedata.normalize("NFKD", label) if not unicodedata.combining(each))
    return bare.translate(_FOLDED).replace("rn", "m").replace("vv", "w")
