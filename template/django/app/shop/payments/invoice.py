"""Payment on invoice: customers pay later, so the service takes no money itself."""

from collections.abc import Mapping
from typing import Any

from django.forms import Form

from app.shop.payments.providers import Authorization, AuthorizationStatus, Money


class InvoiceProvider:
    name = "Invoice"
    form_class: type[Form] = Form

    def authorize(
        self, key: str, money: Money, *, return_url: str, data: Mapping[str, Any]
    ) -> Authorization:
        return Authorization(AuthorizationStatus.AUTHORIZED, reference=key)

    def get_authorization(self, key: str, reference: str) -> Authorization:
        return Authorization(AuthorizationStatus.AUTHORIZED, reference=key)

    def cancel(self, key: str, reference: str) -> None:
        pass

    def capture(self, key: str, reference: str, money: Money) -> None:
        pass

    def refund(self, key: str, reference: str, money: Money) -> None:
        pass
