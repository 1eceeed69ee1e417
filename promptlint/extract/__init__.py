"""Source of one file -> what it says about prompts, without looking at any other file."""
