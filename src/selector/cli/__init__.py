"""The command line: one module for each command, prompts and output."""
