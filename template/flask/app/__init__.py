import logging

# Before Alembic is imported: it would log each of its plugins when a process starts.
logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
