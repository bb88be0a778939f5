"""Makes text safe to show, compares names, and puts numbers and times into words."""
