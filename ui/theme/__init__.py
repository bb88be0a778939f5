"""The look: one set of colors, one style sheet, one family of icons."""
