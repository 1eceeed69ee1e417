"""promptlint: a linter for the prompts inside programs."""

__version__ = "0.1.0"
