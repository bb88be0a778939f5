"""What the program needs from the operating system: folders, safe files, the log, hardening, policy and threads."""
