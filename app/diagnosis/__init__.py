"""From an observation to a cause to the step to revisit."""
