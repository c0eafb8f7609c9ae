"""The review page: a plan as one HTML file; see `page`. Its template, style and script are here."""
