"""coursesync: Terraform's plan and apply, for course outlines on Nexudus."""

__version__ = "0.1.0"
