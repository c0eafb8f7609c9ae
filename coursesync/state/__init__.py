"""Owns what we know that we sent: the state, its journal, and the files that hold both."""
