"""What a CI job gets: annotations at lines, outputs for later steps, a summary page."""
