"""Profiles, and who follows or blocks which other profile."""
