"""The version of coursesync."""

__version__ = "0.1.0"
