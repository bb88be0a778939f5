"""What the program says of a setup outside of the window: a check, and diagnostics."""
