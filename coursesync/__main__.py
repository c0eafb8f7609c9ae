"""`python -m coursesync`: the command line."""

from coursesync.cli import main

if __name__ == "__main__":
    main()
