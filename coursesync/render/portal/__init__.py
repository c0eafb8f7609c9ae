"""A course as members see it, as HTML; see `pages`. Templates, style and script are here."""
