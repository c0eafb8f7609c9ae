"""Owns what we know that we sent: the state, its journal, and the files that hold both."""

STATE_NAME = "coursesync.state.json"  # the default name of the state's file
