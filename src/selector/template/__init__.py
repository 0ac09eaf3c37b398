"""The template: where it is stored, and the questions that it asks."""
