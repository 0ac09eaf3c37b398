"""What workers do for the queue."""

from io import StringIO

from django.core.management import call_command
from django.tasks import task

MAX_AGE = "1d"  # so that the admin shows what was done


@task
def delete_finished_tasks() -> None:
    """Delete the rows of tasks that are done. Those that failed are kept."""
    # The command prints text, but each line of a worker's log is JSON.
    call_command("ox_prune", older_than=MAX_AGE, stdout=StringIO())
