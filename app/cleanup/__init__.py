"""What is left over and what is taken away: secrets without a setup, and the removal of an account's data."""
