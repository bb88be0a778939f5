"""What the window needs from the desktop: clipboard, screen, tray, proxies, browser, and files to open."""
