"""How a `coursesync ci apply` ended: comments, statuses, and the issue of what waits."""
