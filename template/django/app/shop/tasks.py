"""What workers do for the shop."""

from django.core.management import call_command
from django.tasks import task

from app.shop import emails


@task
def send_order_email(order_id: int, template: str) -> None:
    emails.send_order_email(order_id, template)


@task
def check_payments() -> None:
    """Finish or cancel the payments that customers left."""
    call_command("check_payments")
