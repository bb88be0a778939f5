"""Cleans up: secrets that no longer have a setup, and the removal of all of an account's data."""
