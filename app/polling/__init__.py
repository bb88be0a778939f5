"""One loop that looks again and again, and the schedules that say when."""
