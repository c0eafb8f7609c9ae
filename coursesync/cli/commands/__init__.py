"""One module for each command; the command line runs its `command`."""
