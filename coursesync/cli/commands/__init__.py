"""The commands, a file each; each file's `command` is what the command line runs."""
