"""A plan carried out: looked up, sent, journalled and settled, in that order."""
