"""One open setup as the window sees it: what the admin intends, and who is shown what."""
