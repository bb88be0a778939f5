"""Windows that ask or report something in front of another window."""
