"""A practice setup walked unattended through the real widgets. Only ui.start names it."""
