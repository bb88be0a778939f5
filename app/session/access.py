"""Reads what is needed to access an endpoint from the keyring, as far as the policy allows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.guide.vocabulary import Kind
from app.scim.endpoint import Endpoint
from app.scim.tokens import ServiceAccount, StaticToken
from app.setup.journey import secrets
from app.system.policy import NO_POLICY
from app.vault import VaultStatus

if TYPE_CHECKING:
    from app.guide.model import Guide
    from app.scim.tokens import Credentials
    from app.setup.state import Setup
    from app.system.policy import Policy
    from app.vault import Outcome, Vault


def fetches_tokens(guide: Guide, setup: Setup) -> bool:
    """Whether tokens are fetched with a service account rather than captured."""
    return any(guide.values[name].kind is Kind.CLIENT_SECRET for name in secrets(guide, setup))


class Obstacle(StrEnum):
    """Why an endpoint cannot be asked."""

    SECRETS = "secrets"
    """The keyring did not return a value."""
    POLICY = "policy"
    """The policy of this computer forbids the host."""
    CHANGED = "changed"
    """The credentials changed meanwhile."""


@dataclass(frozen=True, slots=True)
class AccessMissing:
    """A Base URL or secret could not be read from the keyring, or may not be used."""

    obstacle: Obstacle
    sentence: str
    """Which one, and why. Holds no value."""


def _missing(label: str, outcome: Outcome, keyring: str) -> AccessMissing:
    if outcome.status is VaultStatus.ABSENT:
        return AccessMissing(Obstacle.SECRETS, f"The {label} is not in {keyring} yet.")
    return AccessMissing(Obstacle.SECRETS, f"The {label} could not be read. {outcome.status.words}")


async def endpoint_access(
    guide: Guide, setup: Setup, vault: Vault, policy: Policy = NO_POLICY
) -> tuple[Endpoint, Credentials] | AccessMissing:
    """The endpoint and its credentials, or what the keyring did not return or the policy forbids."""
    found: dict[Kind, str] = {}
    for name in secrets(guide, setup):
        outcome = await vault.get(setup.id, name)
        if outcome.value is None:
            return _missing(guide.values[name].label, outcome, vault.name)
        found[guide.values[name].kind] = outcome.value
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
