"""What happens to the money and the stock of an order when staff change the order."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from oscar.apps.order import processing
from oscar.apps.order.exceptions import InvalidOrderStatus, InvalidPaymentEvent
from oscar.apps.order.models import Order
from oscar.apps.payment.exceptions import PaymentError
from oscar.apps.payment.models import Source

from app.shop.mailer import notify_customer
from app.shop.payments.providers import Money, PaymentFailed, get_provider

REFUND = "Refund"


class EventHandler(processing.EventHandler):
    """The dashboard calls this. Money is moved first, with a key that makes it happen
    once, then rows are changed: so an operation that was interrupted can be repeated.
    """

    def handle_order_status_change(
        self, order: Any, new_status: str, note_msg: str | None = None
    ) -> None:
        if new_status not in order.available_statuses():
            raise InvalidOrderStatus
        if new_status == "Shipped":
            self._check_stock(order)
            self._capture(order)
        elif new_status == "Cancelled":
            self._cancel(order)
        elif new_status == "Refunded":
            for source in order.sources.all():
                self._refund(source, source.amount_available_for_refund)
        with transaction.atomic():
            locked = Order.objects.select_for_update().get(pk=order.pk)
            locked.set_status(new_status)  # raises InvalidOrderStatus if it changed
            if new_status == "Shipped":
                self.consume_stock_allocations(locked)
            elif new_status == "Cancelled":
                self.cancel_stock_allocations(locked)
            if note_msg:
                self.create_note(locked, note_msg)
            notify_customer(locked, "order_changed")
        order.status = new_status

    def handle_payment_event(
        self,
        order: Any,
        event_type: Any,
        amount: Decimal,
        lines: Any = None,
        line_quantities: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Refund a part of an order."""
        self.validate_payment_event(
            order, event_type, amount, lines, line_quantities, **kwargs
        )
        if event_type.name != REFUND:
            raise InvalidPaymentEvent("Ship the order, and its payment is taken.")
        source = order.sources.first()
        available = source.amount_available_for_refund if source else Decimal(0)
        if not amount.is_finite() or not 0 < amount <= available:
            message = f"At most {available} can be refunded."
            raise InvalidPaymentEvent(message)
        self._refund(source, amount)
        return self.create_payment_event(
            order, event_type, amount, lines, line_quantities, **kwargs
        )

    def _check_stock(self, order: Any) -> None:
        """Raise PaymentError if staff have reduced the stock below what was ordered."""
        for line in order.lines.select_related("stockrecord__product"):
            record = line.stockrecord
            if (
                record
                and record.can_track_allocations
                and not record.is_allocation_consumption_possible(line.quantity)
            ):
                message = f"{line.title}: only {record.num_in_stock} in stock."
                raise PaymentError(message)

    def _capture(self, order: Any) -> None:
        for source in order.sources.all():
            money = Money(source.amount_allocated, source.currency)
            key = f"{order.payment.pk}-capture"
            get_provider().capture(key, source.reference, money)
            with transaction.atomic():
                locked = Source.objects.select_for_update().get(pk=source.pk)
                if not locked.amount_debited:
                    locked.debit(money.amount, reference=source.reference)

    def _cancel(self, order: Any) -> None:
        for source in order.sources.all():
            get_provider().cancel(str(order.payment.pk), source.reference)

    def _refund(self, source: Any, amount: Decimal) -> None:
        # Two clicks at the same time have the same key, a second refund has another.
        key = f"{source.order.payment.pk}-refund-{source.amount_refunded}"
        money = Money(amount, source.currency)
        get_provider().refund(key, source.reference, money)
        with transaction.atomic():
            locked = Source.objects.select_for_update().get(pk=source.pk)
            if locked.amount_refunded != source.amount_refunded:
                raise PaymentFailed("Another refund was made at the same time.")
            locked.refund(amount, reference=source.reference)
