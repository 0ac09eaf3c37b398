"""What workers do for pages."""

from django.core.management import call_command
from django.tasks import task


@task
def publish_scheduled() -> None:
    """Publish and unpublish the pages whose time has come."""
    call_command("publish_scheduled")
