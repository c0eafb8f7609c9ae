"""Plans, drift and receipts, for people and for programs."""
