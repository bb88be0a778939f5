"""Guides: what each SCIM client's portal and CIE ask of the admin, as data."""
