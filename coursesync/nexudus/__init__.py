"""The API: what is sent, within its limits, and the outcome of each request."""
