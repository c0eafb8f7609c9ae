"""Plans and drift, for people and for programs."""
