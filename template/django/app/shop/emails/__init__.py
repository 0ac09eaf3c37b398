"""The emails of orders. They are sent after the commit."""

from django.conf import settings
from django.urls import reverse
from oscar.apps.order.models import Order

from app.mail.messages import send_message

SUBJECTS = {
    "order_placed": "Your order {number}",
    "order_changed": "Your order {number}: {status}",
}


def send_order_email(order_id: int, template: str) -> None:
    """Send an email about an order, with a link to its page."""
    orders = Order.objects.select_related("user", "shipping_address__country")
    order = orders.prefetch_related("lines").filter(pk=order_id).first()
    if order is None or not order.email:
        return  # the account was deleted
    if order.user:
        path = reverse("customer:order", args=[order.number])
    else:
        arguments = [order.number, order.verification_hash()]
        path = reverse("customer:anon-order", args=arguments)
    path = path.removeprefix(settings.FORCE_SCRIPT_NAME or "")
    send_message(
        to=order.email,
        subject=SUBJECTS[template].format(number=order.number, status=order.status),
        template=f"shop/emails/{template}",
        order=order,
        url=f"{settings.PUBLIC_URL}{path}",
    )
