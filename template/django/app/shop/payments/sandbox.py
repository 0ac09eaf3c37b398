"""A provider for development and tests. It takes no money."""

from collections.abc import Mapping
from typing import Any

from django import forms

from app.shop.payments.invoice import InvoiceProvider
from app.shop.payments.providers import Authorization, AuthorizationStatus, Money


class SandboxForm(forms.Form):
    outcome = forms.ChoiceField(
        label="Test payment",
        choices={"accept": "Accept the payment", "decline": "Decline the payment"},
        help_text="No money is taken.",
        widget=forms.Select({"class": "form-select"}),
    )


class SandboxProvider(InvoiceProvider):
    name = "Test payment"
    form_class = SandboxForm

    def authorize(
        self, key: str, money: Money, *, return_url: str, data: Mapping[str, Any]
    ) -> Authorization:
        if data["outcome"] == "decline":
            reason = "The payment was declined. Choose another way to pay."
            return Authorization(AuthorizationStatus.DECLINED, reason=reason)
        return Authorization(AuthorizationStatus.AUTHORIZED, reference=key)
