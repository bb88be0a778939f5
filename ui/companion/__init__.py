"""The narrow window that stays beside the browser."""
