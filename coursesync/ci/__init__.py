"""What a job in a forge is told: annotations at lines, outputs for later steps."""
