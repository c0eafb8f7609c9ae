"""What is wanted against what is known: the plan, and drift."""
