"""Compares outlines with the state (the plan), and the state with the server (drift)."""
