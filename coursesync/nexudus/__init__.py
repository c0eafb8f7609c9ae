"""The API: what is sent, within its limits, and what became of each request."""
