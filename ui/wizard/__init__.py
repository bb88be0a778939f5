"""The guided setup: rail, two lanes, footer, and the pages for checks, tests and the end."""
