"""`python -m promptlint` is the console script."""

from promptlint.cli import main

if __name__ == "__main__":
    main()
