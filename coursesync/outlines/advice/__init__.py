"""Advice on valid outlines; only `--strict` makes it an error."""
