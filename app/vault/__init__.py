"""Keeps secrets in the operating system's keyring and nowhere else. Importing this package imports no keyring."""

from __future__ import annotations

from app.vault.outcome import DAMAGED, NEEDS_REENTRY, PROMPTS_AGAIN, Outcome, Ready, StoredValues, VaultStatus
from app.vault.vault import Vault

__all__ = ["DAMAGED", "NEEDS_REENTRY", "PROMPTS_AGAIN", "Outcome", "Ready", "StoredValues", "Vault", "VaultStatus"]
