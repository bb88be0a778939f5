"""Pages beside the steps, each opened from the rail or from a step that it helps with."""
