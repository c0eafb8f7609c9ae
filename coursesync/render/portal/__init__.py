"""A course's pages as its members would see them: values in, HTML out; nothing is served.

Beside this are the pages' templates, their style (`portal.css`) and their script (`portal.js`).
"""
