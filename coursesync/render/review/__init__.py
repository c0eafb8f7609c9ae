"""The review page: a plan as one HTML file that needs nothing beside it. Pure; see `page`.

How it looks and moves stands beside this, in `review.css` and `review.js`.
"""
