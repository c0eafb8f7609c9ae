"""The review page: a plan as one HTML file that needs nothing beside it; see `page`.

Beside this are its template, its style (`review.css`) and its script (`review.js`).
"""
