"""The worker: `python -m app.tasks`."""

import os
import sys

import django
from django.core.management import call_command

from config.environment import load_environment

if __name__ == "__main__":
    env = load_environment()
    if not env.task_worker:
        sys.exit("Without TASK_WORKER there is no worker: the service runs its tasks.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    # Without verbosity it does not add a second log handler.
    call_command("ox_worker", concurrency=env.worker_concurrency, verbosity=0)
