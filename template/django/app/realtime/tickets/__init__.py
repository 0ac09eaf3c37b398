"""Tickets with which browsers open streams."""
