"""Practice: a CIE and an identity provider on this computer's loopback address, in a separate process."""
