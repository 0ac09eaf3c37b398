"""A payment provider whose answers the tests choose."""
# ruff: noqa: ARG002 - the interface has more than the tests look at

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.forms import Form

from app.shop.payments.providers import (
    Authorization,
    AuthorizationStatus,
    Money,
    PaymentFailed,
)

PENDING = Authorization(
    AuthorizationStatus.PENDING, reference="pay-1", url="https://pay.example/1"
)
AUTHORIZED = Authorization(AuthorizationStatus.AUTHORIZED, reference="pay-1")
DECLINED = Authorization(AuthorizationStatus.DECLINED, reason="Your card has expired.")


@dataclass
class FakeProvider:
    name: str = "Card"
    form_class: type[Form] = Form
    authorization: Authorization = AUTHORIZED
    fails: bool = False
    calls: list[tuple[str, str]] = field(default_factory=list)

    def authorize(
        self, key: str, money: Money, *, return_url: str, data: Mapping[str, Any]
    ) -> Authorization:
        self._record("authorize", key)
        return self.authorization

    def get_authorization(self, key: str, reference: str) -> Authorization:
        self._record("get_authorization", key)
        return self.authorization

    def cancel(self, key: str, reference: str) -> None:
        self._record("cancel", key)

    def capture(self, key: str, reference: str, money: Money) -> None:
        self._record("capture", f"{key} {money.amount} {money.currency}")

    def refund(self, key: str, reference: str, money: Money) -> None:
        self._record("refund", f"{key} {money.amount} {money.currency}")

    def _record(self, operation: str, key: str) -> None:
        self.calls.append((operation, key))
        if self.fails:
            raise PaymentFailed("The provider is away.")
