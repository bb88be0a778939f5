"""Keeps secrets in the operating system's keyring and nowhere else. Importing this package imports no keyring."""

from __future__ import annotations

from app.vault.outcome import CLOSED, DAMAGED, NEEDS_REENTRY, Outcome, Ready, StoredValues, VaultStatus
from app.vault.vault import Vault

__all__ = ["CLOSED", "DAMAGED", "NEEDS_REENTRY", "Outcome", "Ready", "StoredValues", "Vault", "VaultStatus"]
