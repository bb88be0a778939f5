"""The setup of one directory: its state, its progress through the steps, and its file."""
