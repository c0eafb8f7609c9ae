"""`/coursesync` lines that people write in comments: which count, and the answers to them."""
