"""Accounts: registration, passwords and signing in."""
