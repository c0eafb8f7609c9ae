"""Reviews and records in a forge: the commands `coursesync ci`, and what they decide with."""
