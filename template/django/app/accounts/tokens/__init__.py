"""Tokens of API clients."""
