"""Tools: pages beside the steps, opened from the rail or from a step that they help with."""
