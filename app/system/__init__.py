"""What the program needs of the operating system: folders, safe files, the log, hardening, policy and threads."""
