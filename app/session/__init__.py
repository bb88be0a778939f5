"""One open setup: what the admin wants goes one way through rules, keyring, journey and file."""
