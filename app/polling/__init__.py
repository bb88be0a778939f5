"""A loop that checks repeatedly, and the schedules that decide when."""
