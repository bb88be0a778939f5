"""Guides: every step that the admin takes in CIE and in the portal of one SCIM client, as data."""
