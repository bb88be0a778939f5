"""Runs a practice setup unattended through the real widgets. Only ui.start imports this package."""
