"""GitHub and GitLab behind one port; see `forge`."""
