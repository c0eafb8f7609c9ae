"""A course's pages as its members would see them. Pure: values in, HTML out; nothing is served.

What the pages look like and how they move stands beside this, in `portal.css` and `portal.js`.
"""
