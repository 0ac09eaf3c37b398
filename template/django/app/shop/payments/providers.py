"""What a payment provider does. The setting PAYMENT_PROVIDER names the class."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.forms import Form
from django.utils.module_loading import import_string
from oscar.apps.payment.exceptions import PaymentError


class PaymentFailed(PaymentError):
    """The provider did not answer, or refused an operation."""


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str


class AuthorizationStatus(StrEnum):
    AUTHORIZED = "authorized"
    DECLINED = "declined"
    PENDING = "pending"  # until the customer confirms it on a page of the provider


@dataclass(frozen=True)
class Authorization:
    """What a provider answers about an amount that it is to hold for an order."""

    status: AuthorizationStatus
    reference: str = ""
    url: str = ""  # the page of the provider
    reason: str = ""  # for the customer, why it is declined


class PaymentProvider(Protocol):
    """Holds an amount, and takes it when the order is shipped.

    `key` identifies an operation. A provider that gets the same key again does nothing
    again, and returns the same result. All methods raise PaymentFailed if the provider
    cannot be reached or refuses.
    """

    name: str
    # What the customer enters on the page where the order is placed.
    form_class: type[Form]

    def authorize(
        self, key: str, money: Money, *, return_url: str, data: Mapping[str, Any]
    ) -> Authorization:
        """Hold an amount. `data` comes from the form."""

    def get_authorization(self, key: str, reference: str) -> Authorization:
        """Return the current state. The reference is empty if no answer arrived."""

    def cancel(self, key: str, reference: str) -> None:
        """Release the amount that was held with this key, if there is any."""

    def capture(self, key: str, reference: str, money: Money) -> None:
        """Take an amount that is held."""

    def refund(self, key: str, reference: str, money: Money) -> None:
        """Give back an amount that was taken."""


@cache
def load_provider(path: str) -> PaymentProvider:
    provider: PaymentProvider = import_string(path)()
    return provider


def get_provider() -> PaymentProvider:
    return load_provider(settings.PAYMENT_PROVIDER)
