"""What a command or a script can ask for: the pure rooms wired to the world."""
