"""Practice: an embedded CIE and identity provider on loopback, in a process of its own."""
