"""The look: one set of colours, one style sheet, one family of icons."""
