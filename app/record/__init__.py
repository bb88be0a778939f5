"""What leaves the program: a setup handed over to a colleague."""
