"""What we know we sent: the state, the journal beside it, and where both are kept."""
