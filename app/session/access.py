"""Reads what is needed to access an endpoint from where secrets are stored, as far as the policy allows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from app.guide.vocabulary import Kind
from app.scim.endpoint import Endpoint
from app.scim.tokens import ServiceAccount, StaticToken
from app.setup.journey import secrets
from app.system.policy import NO_POLICY
from app.values.rules import read
from app.vault import CLOSED, Outcome, VaultStatus

if TYPE_CHECKING:
    from app.guide.model import Guide
    from app.scim.tokens import Credentials
    from app.setup.state import Setup
    from app.system.policy import Policy


def fetches_tokens(guide: Guide, setup: Setup) -> bool:
    """Whether tokens are fetched with a service account rather than captured."""
    return any(guide.values[name].kind is Kind.CLIENT_SECRET for name in secrets(guide, setup))


class SecretReader(Protocol):
    """What an open setup does when a secret is read."""

    async def read(self, name: str, /) -> Outcome:
        """Read a secret without a prompt, and note if it has to be captured again."""

    async def unlock(self) -> Outcome:
        """Open the keyring by its prompt, after a press."""


class SecretStore(Protocol):
    """Where the secrets of setups are read: the keyring, or what systemd passes to a unit."""

    @property
    def name(self) -> str:
        """Its name for a sentence."""

    async def get(self, setup_id: str, name: str, /) -> Outcome:
        """Return READ with the value, ABSENT, or why it cannot be read. Never prompts."""

    def words(self, status: VaultStatus, /) -> str:
        """Return a sentence that says why it returned no value."""


class Obstacle(StrEnum):
    """Why an endpoint cannot be asked."""

    SECRETS = "secrets"
    """A value could not be read."""
    LOCKED = "locked"
    """The keyring is locked."""
    POLICY = "policy"
    """The policy of this computer forbids the host."""
    CHANGED = "changed"
    """The credentials changed meanwhile."""


@dataclass(frozen=True, slots=True)
class AccessMissing:
    """A Base URL or secret could not be read, or may not be used."""

    obstacle: Obstacle
    sentence: str
    """Which one, and why. Holds no value."""


def _missing(label: str, outcome: Outcome, store: SecretStore) -> AccessMissing:
    if outcome.status is VaultStatus.ABSENT:
        return AccessMissing(Obstacle.SECRETS, f"The {label} is not in {store.name} yet.")
    obstacle = Obstacle.LOCKED if outcome.status in CLOSED else Obstacle.SECRETS
    return AccessMissing(obstacle, f"The {label} could not be read. {store.words(outcome.status)}")


async def read_secret(store: SecretStore, setup: Setup, name: str, kind: Kind, hosts: tuple[str, ...] = ()) -> Outcome:
    """A secret as it is stored; INVALID unless it passes the rules of a captured one, whoever stored it there."""
    outcome = await store.get(setup.id, name)
    value = outcome.value
    if value is None or read(kind, value, practice=setup.practice, hosts=hosts).value == value:
        return outcome
    return Outcome(VaultStatus.INVALID)


async def endpoint_access(
    guide: Guide,
    setup: Setup,
    store: SecretStore,
    policy: Policy = NO_POLICY,
    captures: SecretReader | None = None,
) -> tuple[Endpoint, Credentials] | AccessMissing:
    """The endpoint and its credentials, or what the store did not return or the policy forbids. Never prompts.

    ``captures`` are those of an open setup, which note what has to be captured again.
    """
    found: dict[Kind, str] = {}
    for name in secrets(guide, setup):
        spec = guide.values[name]
        if captures is not None:
            outcome = await captures.read(name)
        else:
            outcome = await read_secret(store, setup, name, spec.kind, spec.hosts)
        if outcome.value is None:
            return _missing(spec.label, outcome, store)
        found[spec.kind] = outcome.value
    if not setup.practice and not policy.allows(found[Kind.BASE_URL]):
        refused = policy.refusal("The policy of this computer does not allow the host of this Base URL.")
        return AccessMissing(Obstacle.POLICY, refused)
    endpoint = Endpoint(found[Kind.BASE_URL], setup.practice)
    if Kind.CLIENT_SECRET not in found:
        return endpoint, StaticToken(found[Kind.TOKEN])
    plain = {spec.kind: setup.values.get(name, "") for name, spec in guide.values.items()}
    return endpoint, ServiceAccount(
        plain[Kind.TOKEN_URL], found[Kind.CLIENT_ID], found[Kind.CLIENT_SECRET], plain[Kind.SCOPE]
    )
