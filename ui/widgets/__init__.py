"""The widgets that pages are built from."""
