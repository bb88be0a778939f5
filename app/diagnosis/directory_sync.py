"""What an answer of the Directory Sync API means, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.diagnosis.findings import SENTENCES, sentence
from app.directory_sync.client import CLOCK_RESOLUTION, ApiStage, DirectoryList
from app.directory_sync.full_sync import FullSyncProgress, standing
from app.directory_sync.objects import Matches
from app.scim.finding import Check
from app.scim.observation import Observation
from app.text.times import clock, span

if TYPE_CHECKING:
    from datetime import datetime

    from app.directory_sync.client import ApiFailure
    from app.directory_sync.directories import Directory
    from app.directory_sync.full_sync import ApiAnswer, FullSyncState

ROLE: Final = (
    "Advice: begin with **View Only Administrator**, for the app **Cloud Identity Engine**. Of the four roles that the "
    "pages on this API name, it allows least. The others: Deployment Administrator, Superuser, Multitenant Superuser."
)
"""Accepted roles: pan.dev, use cases of the API. That the first is the smallest of them is our reading."""


@dataclass(frozen=True, slots=True)
class ApiMessage:
    """One answer in words; ``**labels**`` are bold."""

    good: bool
    title: str
    sentences: tuple[str, ...] = ()


def told(look: ApiAnswer, name: str) -> ApiMessage:
    """The answer, for the directory of that name (empty where it is not captured yet)."""
    if not isinstance(look, DirectoryList):
        return _refused(look)
    count = len(look.directories)
    if not name:
        listed = _number(count)
        return ApiMessage(
            good=True, title="The API answers", sentences=(f"It lists {listed}. No Directory Name is captured.",)
        )
    match standing(look, name, None).progress:
        case FullSyncProgress.NOT_LISTED if count == 0:
            return _bad("CIE lists no directory", "The TSG ID may be of another tenant, or CIE has no directory yet.")
        case FullSyncProgress.NOT_LISTED:
            return _bad(
                "The directory is not in the list",
                f"CIE lists {_number(count)}, and none is called **{name}**.",
                "Compare the name with the Directories page in CIE, and the TSG ID with the tenant that it shows.",
            )
        case FullSyncProgress.AMBIGUOUS:
            several = f"More than one directory is called **{name}**, so their counts say nothing about this one."
            return _bad("The name is there more than once", several)
        case _:
            return ApiMessage(good=True, title="CIE reports this directory")


def _bad(title: str, *sentences: str) -> ApiMessage:
    return ApiMessage(good=False, title=title, sentences=sentences)


def _number(count: int) -> str:
    return "1 directory" if count == 1 else f"{count:,} directories"


def _refused(look: ApiFailure) -> ApiMessage:
    if look.stage is ApiStage.KEYRING:
        return _bad("The service account is not complete", "Give TSG ID, Client ID and Client Secret.")
    at_token = look.stage is ApiStage.TOKEN
    table = _AT_TOKEN if at_token else _AT_API
    if at_token and look.status in _TOKEN_STATUS:
        return _bad(*_TOKEN_STATUS[look.status])
    if look.observation in table:
        return _bad(*table[look.observation])
    whom = "The token address" if at_token else "The API"
    if (failure := look.path_failure) is not None:
        from app.diagnosis.causes import unreached

        causes = (cause.say for cause in unreached(failure).causes)
        return _bad(
            f"{whom} cannot be reached",
            f"{_SUBJECTS[failure.check]}: {sentence(failure)}.",
            *causes,
        )
    return _bad(f"{whom} gave no usable answer", f"{SENTENCES[look.observation]}. Check again in some minutes.")


_SIGN_IN = (
    "A web page or something else came back instead of data. A sign-in page of the network may stand in between, "
    "or the address is another one: choose another **Address of the API**."
)

_SUBJECTS: Final = {Check.NAME: "Host name", Check.ROUTE: "Connection", Check.CERTIFICATE: "Certificate"}
"""The checks of the way; what they are called in Test Connection would read as if they had passed."""

_AT_TOKEN: Final = {
    Observation.CLIENT_REFUSED: (
        "The service account was refused (401)",
        "Client ID or Client Secret is not right, or the secret was replaced or the account removed.",
        "Compare the Client ID in Common Services. The secret is shown only once: make a new one if in doubt.",
    ),
}

_TOKEN_STATUS: Final = {
    400: (
        "The token request was refused (400)",
        "Most often the TSG ID is not that of the tenant in which the service account has a role. Compare both.",
    ),
    404: ("There is nothing at the token address (404)", "Choose the other **Token address**."),
}

_AT_API: Final = {
    Observation.UNAUTHORIZED: (
        "The API refused the token (401)",
        "The service account may be of another tenant, or its secret was just replaced. Check TSG ID and account.",
    ),
    Observation.FORBIDDEN: (
        "The role does not allow it (403)",
        "The service account is known, but has no role that this API accepts in this tenant.",
        ROLE,
    ),
    Observation.NOT_FOUND: (
        "There is nothing at this address (404)",
        "The vendor's pages name more than one address. Choose another **Address of the API** and check again.",
    ),
    Observation.TOO_MANY: ("The API wants a pause (429)", "It was asked too often. Check again in some minutes."),
    Observation.SERVER_ERROR: (
        "The API has an error of its own",
        "The service behind it may be down. Check again in some minutes.",
    ),
    Observation.REDIRECT: ("The API points elsewhere", _SIGN_IN),
    Observation.HTML: ("A web page came back", _SIGN_IN),
    Observation.NOT_JSON: ("The answer cannot be read", _SIGN_IN),
    Observation.BROKEN_OFF: ("The answer breaks off", "Something on the way cut it. Check again in some minutes."),
    Observation.WRONG_SHAPE: ("The answer is not a list of directories", _SIGN_IN),
}


def table(directory: Directory) -> tuple[tuple[str, str], ...]:
    """What is known of a directory, name → value."""
    rows = (
        ("Directory", directory.name),
        ("Users", _count(directory.users)),
        ("Groups", _count(directory.groups)),
        ("Last success", success(directory)),
        ("Status", directory.status or "Not told"),
        ("Since", both(directory.status_since) if directory.status_since else ""),
        ("Type", directory.kind),
    )
    return tuple(row for row in rows if row[1])


def _count(number: int | None) -> str:
    return "Not told" if number is None else f"{number:,}"


def matches(found: Matches | ApiFailure, *, group: bool) -> tuple[str, bool]:
    """What a look for one user or group brought, and whether it was found."""
    kind = "group" if group else "user"
    if not isinstance(found, Matches):
        refused = told(found, "")
        return f"{refused.title}. {' '.join(refused.sentences)}", False
    if found.count == 0:
        return f"CIE has no such {kind} in this directory yet, or it is written otherwise there.", False
    if found.count == 1:
        return f"CIE has this {kind}: {found.shown[0] if found.shown else ''}".rstrip(": ") + ".", True
    return f"CIE has {found.count:,} of that name: {'; '.join(found.shown)}.", not group


def success(directory: Directory) -> str:
    """When CIE's own last sync ended, in UTC and in local time."""
    return both(directory.last_success) if directory.last_success else "Not told"


def both(moment: datetime) -> str:
    """A moment in UTC, and in this computer's zone where that is another."""
    local = moment.astimezone()
    said = f"{moment.day} {moment:%b %Y, %H:%M:%S} UTC"
    if not local.utcoffset():
        return said
    return f"{said} (here {clock(moment) if local.date() != moment.date() else f'{local:%H:%M:%S}'})"


def skew(ahead: float | None) -> str:
    """What is to be said of CIE's clock; empty where it agrees."""
    if ahead is None:
        return "The answer has no date, so a difference of the clocks is not taken into account."
    if abs(ahead) <= CLOCK_RESOLUTION:
        return ""
    way = "ahead of" if ahead > 0 else "behind"
    return f"The clock of CIE is {span(abs(ahead))} {way} this computer's. That is taken into account."


def full_sync(found: FullSyncState, started: datetime | None) -> tuple[str, bool]:
    """How the Full Sync stands, and whether it is seen to have ended."""
    directory = found.directory
    if directory is None or started is None:
        return "", False
    at = success(directory)
    match found.progress:
        case FullSyncProgress.COMPLETED:
            return (
                f"CIE reports a sync completed at {at}. A sync of changes may still run: compare the counts with the "
                "Directories page before you confirm.",
                True,
            )
        case FullSyncProgress.EMPTY:
            return f"CIE reports a sync completed at {at}, without users and groups so far.", False
        case FullSyncProgress.JUST_BEFORE:
            return (
                f"CIE's last sync ended at {at}, shortly before you told that Full Sync was started. It may be this "
                "one. Compare **Sync Status** on the Directories page.",
                False,
            )
        case _:
            last = f"The last success was at {at}." if directory.last_success else "There is no success yet."
            return f"CIE does not report the end of this Full Sync yet. {last}", False
