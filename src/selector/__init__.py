"""Weighs what a web service needs and recommends Django, Flask or FastAPI."""
