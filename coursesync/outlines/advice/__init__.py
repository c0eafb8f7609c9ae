"""Advice on valid outlines: what members may stumble over, and what to write instead.

It forbids nothing by itself; `--strict` makes it an error.
"""
