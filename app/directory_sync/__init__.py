"""The Directory Sync API: what CIE itself says of a directory. Optional, and only read."""
