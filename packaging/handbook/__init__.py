"""The generator of the handbook: a page for each SCIM client, written from its guide, and the pages around them."""
