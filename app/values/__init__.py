"""One rule for each kind of value: how a text is read, repaired, limited, described and masked."""
