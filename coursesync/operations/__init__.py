"""What a command or a script can ask for: what is pure, wired to the world."""
