"""Tasks of the shop. Those of the checkout are in app/shop/checkout."""

from django.tasks import task

from app.shop import emails


@task
def send_order_email(order_id: int, template: str) -> None:
    emails.send_order_email(order_id, template)
