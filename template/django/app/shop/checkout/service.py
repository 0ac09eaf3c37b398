"""Placing orders: stock is reserved, then paid for, then the order is created.

The provider is called between two transactions, because it may be slow. So a payment
is pending for a moment, and the row says what is to be done if the process ends then.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from oscar.apps.basket.models import Basket
from oscar.apps.checkout.applicator import SurchargeApplicator
from oscar.apps.checkout.calculators import OrderTotalCalculator
from oscar.apps.checkout.mixins import OrderPlacementMixin
from oscar.apps.offer.applicator import Applicator
from oscar.apps.order.utils import OrderNumberGenerator
from oscar.apps.partner.models import StockRecord
from oscar.apps.partner.strategy import Selector
from oscar.apps.payment.models import Source, SourceType
from oscar.apps.shipping.repository import Repository

from app.errors import Conflict
from app.shop.mailer import notify_customer
from app.shop.models import REASON_MAX_LENGTH, Payment
from app.shop.order.utils import OrderCreator
from app.shop.payments.providers import (
    Authorization,
    AuthorizationStatus,
    Money,
    PaymentFailed,
    get_provider,
)

# Longer than any page of a provider waits for its customer.
ABANDONED_AFTER = timedelta(hours=1)
log = structlog.get_logger(__name__)


class OutOfStock(Conflict):
    code = "out_of_stock"


class OrderChanged(Conflict):
    code = "order_changed"
    detail = "A price or an offer changed. Check the order, then place it again."


@transaction.atomic
def start_payment(
    basket: Any,
    *,
    total: Any,
    shipping_address: Any,
    shipping_method: Any,
    guest_email: str,
) -> Payment | None:
    """Freeze the basket and reserve its stock, or raise OutOfStock.

    Return None if the basket is frozen already: the order is being placed.
    """
    opened = Basket.objects.filter(pk=basket.pk, status=Basket.OPEN)
    if not opened.update(status=Basket.FROZEN):
        return None
    reserved = reserve_stock(basket)
    if shipping_address:
        shipping_address.save()
    return Payment.objects.create(
        basket=basket,
        amount=total.incl_tax,
        currency=total.currency,
        shipping_address=shipping_address,
        shipping_method=shipping_method.code,
        guest_email=guest_email,
        reserved=reserved,
    )


def reserve_stock(basket: Any) -> dict[str, int]:
    """Allocate the stock of a basket. Rows are locked in the order of their keys."""
    quantities = Counter[int]()
    for line in basket.lines.all():  # as they are now that the basket is frozen
        quantities[line.stockrecord_id] += line.quantity
    records = StockRecord.objects.select_for_update().filter(pk__in=quantities)
    reserved = {}
    for record in records.order_by("pk"):
        quantity = quantities[record.pk]
        if not record.can_track_allocations:
            continue
        if record.net_stock_level < quantity:
            title = record.product.get_title()
            message = f"{title}: only {max(0, record.net_stock_level)} left in stock."
            raise OutOfStock(message)
        record.allocate(quantity)
        reserved[str(record.pk)] = quantity
    return reserved


def authorize(payment: Payment, data: Mapping[str, Any]) -> Payment:
    """Ask the provider for the amount, and create the order if it is held."""
    if not payment.amount:
        return complete(payment, Authorization(AuthorizationStatus.AUTHORIZED))
    path = reverse("checkout:payment", args=[payment.pk])
    try:
        authorization = get_provider().authorize(
            str(payment.pk),
            Money(payment.amount, payment.currency),
            return_url=settings.PUBLIC_URL
            + path.removeprefix(settings.FORCE_SCRIPT_NAME or ""),
            data=data,
        )
    except PaymentFailed as error:
        log.warning("payment_failed", payment=str(payment.pk), error=str(error))
        reason = "The payment provider does not answer. No money was taken."
        return cancel(payment, reason)
    return complete(payment, authorization)


def update(payment: Payment) -> Payment:
    """Ask the provider for the state of a pending payment, and act on it."""
    if payment.status == Payment.Status.CANCELLING:
        return cancel(payment, payment.reason)
    if payment.status != Payment.Status.PENDING:
        return payment
    provider = get_provider()
    return complete(
        payment, provider.get_authorization(str(payment.pk), payment.reference)
    )


def complete(payment: Payment, authorization: Authorization) -> Payment:
    """Create the order if the amount is held. If it is declined, release the stock."""
    reference = authorization.reference or payment.reference
    if authorization.status == AuthorizationStatus.DECLINED:
        return release(payment, authorization.reason or "The payment was declined.")
    if authorization.status == AuthorizationStatus.PENDING:
        pending = Payment.objects.filter(pk=payment.pk, status=Payment.Status.PENDING)
        pending.update(reference=reference, url=authorization.url)
        payment.refresh_from_db()
        return payment
    try:
        return place_order(payment, reference)
    except OrderChanged as error:
        payment.reference = reference
        return cancel(payment, error.detail)


@transaction.atomic
def place_order(payment: Payment, reference: str) -> Payment:
    """Create the order of a payment, once."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.status == Payment.Status.COMPLETED:
        return payment
    basket = payment.basket
    if payment.status != Payment.Status.PENDING or basket is None:
        raise OrderChanged
    user = basket.owner or AnonymousUser()
    basket.strategy = Selector().strategy(user=user)
    Applicator().apply(basket, user)
    address = payment.shipping_address
    methods = Repository().get_shipping_methods(
        basket=basket, shipping_addr=address, user=user
    )
    codes = {method.code: method for method in methods}
    method = codes.get(payment.shipping_method)
    if method is None:
        raise OrderChanged
    charge = method.calculate(basket)
    surcharges = SurchargeApplicator().get_applicable_surcharges(
        basket, shipping_charge=charge
    )
    total = OrderTotalCalculator().calculate(basket, charge, surcharges)
    if (total.incl_tax, total.currency) != (payment.amount, payment.currency):
        raise OrderChanged
    guest = {} if basket.owner else {"guest_email": payment.guest_email}
    try:
        order = OrderCreator().place_order(
            basket=basket,
            total=total,
            shipping_method=method,
            shipping_charge=charge,
            user=user,
            shipping_address=address,
            order_number=str(OrderNumberGenerator().order_number(basket)),
            surcharges=surcharges,
            **guest,
        )
    except ValueError as error:  # a voucher was used by another order
        raise OrderChanged(str(error)) from error
    basket.submit()
    if payment.amount:
        kind, _ = SourceType.objects.get_or_create(name=get_provider().name)
        source = Source(order=order, source_type=kind, currency=payment.currency)
        source.reference = reference
        source.allocate(payment.amount, reference=reference)
    if address and basket.owner:
        OrderPlacementMixin().update_address_book(basket.owner, address)
    payment.order, payment.reference = order, reference
    payment.status = Payment.Status.COMPLETED
    payment.save()
    notify_customer(order, "order_placed")
    log.info("order_placed", order=order.number, payment=str(payment.pk))
    return payment


def cancel(payment: Payment, reason: str) -> Payment:
    """Release the amount and the stock. `check_payments` tries again if that fails.

    The row says so first. So no other request places the order of an amount that is
    being released.
    """
    reason, reference = reason[:REASON_MAX_LENGTH], payment.reference
    cancellable = Payment.objects.filter(
        pk=payment.pk, status__in=(Payment.Status.PENDING, Payment.Status.CANCELLING)
    )
    cancellable.update(
        status=Payment.Status.CANCELLING, reason=reason, reference=reference
    )
    payment.refresh_from_db()
    if payment.status == Payment.Status.COMPLETED:
        return payment
    try:
        get_provider().cancel(str(payment.pk), reference)
    except PaymentFailed as error:
        log.warning("cancel_failed", payment=str(payment.pk), error=str(error))
        return payment
    return release(payment, reason)


@transaction.atomic
def release(payment: Payment, reason: str) -> Payment:
    """Give back the stock, and open the basket again."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.status not in {Payment.Status.PENDING, Payment.Status.CANCELLING}:
        return payment
    records = StockRecord.objects.filter(pk__in=payment.reserved).order_by("pk")
    for record in records:
        record.cancel_allocation(payment.reserved[str(record.pk)])
    if payment.basket:
        payment.basket.thaw()
    address, payment.shipping_address = payment.shipping_address, None
    payment.status = Payment.Status.FAILED
    payment.reason = reason[:REASON_MAX_LENGTH]
    payment.save()
    if address:
        address.delete()
    log.info("payment_released", payment=str(payment.pk), reason=reason)
    return payment


def check_payments() -> int:
    """Finish or cancel the payments that customers left, and return their number."""
    oldest = timezone.now() - ABANDONED_AFTER
    payments = Payment.objects.filter(
        status__in=(Payment.Status.PENDING, Payment.Status.CANCELLING),
        created_at__lt=oldest,
    )
    count = 0
    for payment in payments.order_by("created_at"):
        count += 1
        try:
            current = update(payment)
            if current.status == Payment.Status.PENDING:
                cancel(current, "The payment was not confirmed in time.")
        except PaymentFailed as error:
            log.warning("check_failed", payment=str(payment.pk), error=str(error))
    return count
