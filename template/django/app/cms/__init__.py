"""Pages that editors write: Wagtail, with its editor at /cms/."""
