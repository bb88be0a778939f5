"""Text made safe to show, names compared, numbers and times in words."""
