"""The rooms that touch the world: files, YAML text, and the API over HTTP."""
