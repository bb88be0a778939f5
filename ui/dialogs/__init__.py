"""Windows that ask or tell something in front of another one."""
