"""One admin setting up one directory: its state, the way through it, and its file."""
