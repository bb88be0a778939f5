"""The first page: all setups, and the choice of a SCIM client."""
