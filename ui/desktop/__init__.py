"""What the window needs of the desktop: clipboard, screen, tray, proxies, browser, and files it opens."""
