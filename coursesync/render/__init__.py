"""What there is to tell people and programs of plans, drift and receipts: readings of them."""
