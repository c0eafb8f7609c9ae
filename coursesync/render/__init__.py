"""The plan for people and for programs: text, Markdown and JSON, each a reading of one Plan."""
