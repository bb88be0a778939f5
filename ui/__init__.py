"""What is seen: windows and widgets. Thin: they show state and send intents."""
