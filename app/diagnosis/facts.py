"""The facts that support a cause, and the remedies: shared by the connection test and by pasted errors."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.guide.model import Identifier, Text
from app.guide.vocabulary import StepRole
from app.system import data_file
from app.system.paths import resources
from app.text.worded import WordedEnum


class Fact(WordedEnum):
    """What a text, the Base URL and the setup show together. The words are evidence; a guide gives its ``{client}``."""

    HOST_DIFFERS = "host-differs", "The text has a different host than the stored Base URL."
    PATH_DOUBLED = "path-doubled", "The path of the Base URL is repeated in the text."
    """Or its end."""
    PATH_CUT = "path-cut", "The address in the text has only the first part of the Base URL's path."
    PATH_DIFFERS = (
        "path-differs",
        "The address in the text has the same host as the Base URL, but a different path.",
    )
    USERS_APPENDED = (
        "users-appended",
        "The address in the text has two SCIM resources in a row, such as Users after Users.",
    )
    """The portal appended ``/Users`` or ``/Groups`` to an address that already ended in it."""
    SLASH_DOUBLED = "slash-doubled", "The address in the text has two slashes in a row."
    """The address in the portal ends in one."""
    PLAIN_HTTP = "plain-http", "The address in the text starts with http instead of https."
    BEARER_DOUBLED = "bearer-doubled", "The word Bearer is repeated in the text."
    SAME_ADDRESS = "same-address", "The address in the text starts with the stored Base URL."
    """So does every other SCIM address in it."""
    NOT_COMPARED = (
        "not-compared",
        "The text has a SCIM address, but no Base URL could be read to compare it with.",
    )
    CUT_SHORT = "cut-short", "The text is long. Its last 200,000 characters were read."
    AT_TEST = "at-test", "The message is about a connection test in {client}."
    TOKEN_NEWER = "token-newer", "The stored token is newer than the step that enters it in {client}."
    URL_NEWER = "url-newer", "The stored Base URL is newer than the step that enters it in {client}."
    NOT_SUBMITTED = "not-submitted", "Submit is not confirmed in this setup."
    RESUBMIT = "resubmit", "A value that Submit uses has changed in this setup."
    TOKEN_AFTER_SUBMIT = "token-after-submit", "The token was stored after Submit was confirmed."
    TOKEN_BEFORE_SUBMIT = "token-before-submit", "The token was stored before Submit was confirmed."
    TOKEN_AGAIN = "token-again", "The stored token replaced an earlier one."
    """After the step that captures it was done."""
    URL_AFTER_SUBMIT = "url-after-submit", "The Base URL was stored after Submit was confirmed."
    TESTED = "tested", "The test from this computer passed with the stored values."
    NOT_ENTERED = "not-entered", "The step that enters the connection in {client} is not done in this setup."
    NOT_STARTED = "not-started", "Provisioning has not been started in this setup."
    FETCHED = "fetched", "This setup uses OIDC tokens."
    """A service account fetches them."""
    OWN_NETWORK = "own-network", "{client} runs on your own network."
    PROXY_CREDENTIALS = "proxy-credentials", "The proxy's address has a name and password, which were sent."
    PROXY_BASIC = "proxy-basic", "The proxy offers Basic, a sign-in with a name and password."
    PROXIED = "proxied", "This computer connects through a proxy, which opened the connection."
    SCIM_ANSWERED = "scim-answered", "The response is the error message of a SCIM service."
    """Whatever is on the path."""
    INSPECTED = (
        "inspected",
        "The certificate is not from a public authority, so a product on the path may have made the response.",
    )


OF_A_TEXT = frozenset(list(Fact)[: list(Fact).index(Fact.AT_TEST)])
"""The facts that are shown beside what a text says."""


class DataPart(BaseModel):
    """A part of a data file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Remedy(DataPart):
    """One possible cause, and the step that fixes it."""

    say: Text
    at: StepRole | None = None
    """The role of the step that fixes it; None if no step does."""
    when: tuple[Fact, ...] = ()
    """All of these hold. The first one is the evidence, if ``because`` is missing."""
    unless: tuple[Fact, ...] = ()
    """None of these holds."""
    because: Text | None = None
    """The evidence."""
    id: str = ""
    """What scripts know the cause by; given where two of an explanation have the same role and ``when``."""

    def fits(self, facts: frozenset[Fact]) -> bool:
        """Whether it can be the cause, given these facts."""
        return facts.issuperset(self.when) and facts.isdisjoint(self.unless)


class Explanation(DataPart):
    """What happened, and the possible causes, most likely first."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    causes: Annotated[tuple[Remedy, ...], Field(min_length=1)]


def name_causes(explanations: Any, prefix: str = "") -> Any:
    """Name each cause by its explanation, its role and its conditions, so that rewording does not change the name.

    Raises ValueError if two of an explanation have the same name.
    """
    named = {}
    for key, explanation in explanations.items():
        name = f"{prefix}{key}"
        causes: dict[str, Any] = {}
        for cause in explanation["causes"]:
            own = cause.get("id") or ".".join([cause.get("at", "elsewhere"), *cause.get("when", ())])
            if own in causes:
                raise ValueError(f"explanation {name}: two causes {own}, give one an id")
            causes[own] = {**cause, "id": f"{name}.{own}"}
        named[key] = {**explanation, "causes": list(causes.values())}
    return named


Explanations = Annotated[dict[Identifier, Explanation], BeforeValidator(name_causes)]
"""Explanations of pasted errors, by name."""


def load(name: str) -> Any:
    """The content of a file in ``resources/diagnosis``. Raises as ``data_file.load`` does."""
    return data_file.load(resources() / "diagnosis" / f"{name}.yaml")
