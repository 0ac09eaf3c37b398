"""Payments: what is needed to create an order once it is paid for."""

from __future__ import annotations

import uuid

from django.db import models

REASON_MAX_LENGTH = 200


class Payment(models.Model):
    """An attempt to pay for a basket. Its id is the key that makes it happen once.

    Until it is completed or failed, the basket is frozen and its stock is reserved.
    It outlives its basket, which is deleted with the account of its owner: staff ship
    the order, and the stock is released.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        CANCELLING = "cancelling"  # no order can be placed any more
        COMPLETED = "completed"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    basket = models.ForeignKey(
        "basket.Basket", null=True, on_delete=models.SET_NULL, related_name="payments"
    )
    order = models.OneToOneField(
        "order.Order", null=True, on_delete=models.SET_NULL, related_name="payment"
    )
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.PENDING
    )
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=12)
    reference = models.CharField(max_length=255, blank=True)  # the provider's
    url = models.URLField(max_length=2000, blank=True)  # where the customer confirms it
    reason = models.CharField(  # why it failed
        max_length=REASON_MAX_LENGTH, blank=True
    )
    guest_email = models.EmailField(blank=True)
    shipping_address = models.OneToOneField(
        "order.ShippingAddress", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    shipping_method = models.CharField(max_length=128)
    reserved = models.JSONField(default=dict)  # quantities by stock record
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index(fields=["status", "created_at"], name="shop_payments"),)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}, {self.status}"
