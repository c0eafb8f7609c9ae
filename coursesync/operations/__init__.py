"""The Python API: connects the pure packages to files, clock and network."""
