"""Waiting for the SCIM Change Timestamp, and the gate in front of Full Sync."""
