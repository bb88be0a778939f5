"""Secrets in the OS keyring and nowhere else; importing this imports no keyring."""

from __future__ import annotations

from app.vault.outcome import LOST, SENTENCES, SHUT, Holdings, Outcome, Ready, VaultStatus
from app.vault.vault import Vault

__all__ = ["LOST", "SENTENCES", "SHUT", "Holdings", "Outcome", "Ready", "Vault", "VaultStatus"]
