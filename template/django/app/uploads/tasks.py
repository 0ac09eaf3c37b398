"""Tasks of uploads."""

from django.core.management import call_command
from django.tasks import task


@task
def sweep_uploads() -> None:
    """Delete what crashes and deleted users leave."""
    call_command("sweep_uploads", verbosity=0)
