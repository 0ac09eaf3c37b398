"""Recommend Django, Flask or FastAPI for a web service, and create a project in it."""
