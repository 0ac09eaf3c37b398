"""Uploaded files: rows in the database, contents in a storage."""
