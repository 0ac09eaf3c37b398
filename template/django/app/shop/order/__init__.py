"""Oscar's orders. Its models and migrations are used as they are."""
