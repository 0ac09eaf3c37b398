"""Accounts: registration, passwords, signing in, and the users themselves."""
