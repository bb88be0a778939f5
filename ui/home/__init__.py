"""The first page: all setups, and the choice of a SCIM client."""

OPENING = "Opening\u2026"
"""The words on the button of what is being opened."""
