"""Reports by users, which staff resolve in the admin."""
