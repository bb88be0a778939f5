"""The guided setup: rail, lanes, footer, and the pages for prerequisites, the test and the end."""
