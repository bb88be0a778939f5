"""Reads what a directory or a portal exports as CSV, row by row, and keeps nothing of it."""
