"""From YAML to an outline, and back."""
