"""Projects: created from the template, set up, updated and checked."""
