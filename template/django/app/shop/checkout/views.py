"""The steps of the checkout. Oscar keeps what was entered in the session."""

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_safe
from django.views.generic import FormView
from oscar.apps.checkout import views
from oscar.apps.checkout.session import CheckoutSessionMixin
from oscar.apps.order.models import Order

from app.accounts.rate_limits import RateLimits
from app.shop.checkout import service
from app.shop.checkout.forms import GuestForm
from app.shop.models import Payment
from app.shop.payments.providers import PaymentFailed, get_provider

PAYMENTS = "payments"  # in the session: those of an anonymous user


class IndexView(CheckoutSessionMixin, FormView):  # type: ignore[type-arg]  # not at run time
    """Ask anonymous users for an address. Signing in is a page of accounts."""

    template_name = "oscar/checkout/gateway.html"
    form_class = GuestForm
    success_url = reverse_lazy("checkout:shipping-address")
    pre_conditions = ("check_basket_is_not_empty", "check_basket_is_valid")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.checkout_session.get_guest_email()}

    def form_valid(self, form: Any) -> HttpResponse:
        email = form.cleaned_data["email"]
        RateLimits(self.request).check_email(email)
        self.checkout_session.set_guest_email(email)
        return redirect(self.get_success_url())


class ShippingAddressView(views.ShippingAddressView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take an address of the address book, or the one that was entered."""
        if "address_id" not in request.POST:
            response: HttpResponse = super().post(request, *args, **kwargs)
            return response
        choices = {}
        if request.user.is_authenticated:
            choices = {str(each.pk): each for each in self.get_available_addresses()}
        address = choices.get(request.POST["address_id"])
        if address is None:
            raise Http404
        self.checkout_session.ship_to_user_address(address)
        return redirect(self.get_success_url())


class ShippingMethodView(views.ShippingMethodView):
    success_url = reverse_lazy("checkout:preview")


class PreviewView(CheckoutSessionMixin, FormView):  # type: ignore[type-arg]  # as above
    """Show the order, and place it."""

    template_name = "oscar/checkout/preview.html"
    pre_conditions = (
        "check_basket_is_not_empty",
        "check_basket_is_valid",
        "check_user_email_is_captured",
        "check_shipping_data_is_captured",
    )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST" and (payment := find_payment(request)):
            return show_payment(request, payment)  # the form was sent twice
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> Any:
        return get_provider().form_class

    def form_valid(self, form: Any) -> HttpResponse:
        submission = self.build_submission()
        total = submission["order_total"]
        if self.request.POST.get("total") != str(total.incl_tax):
            messages.warning(self.request, service.OrderChanged.detail)
            return redirect("checkout:preview")
        try:
            payment = service.start_payment(
                submission["basket"],
                total=total,
                shipping_address=submission["shipping_address"],
                shipping_method=submission["shipping_method"],
                guest_email=submission["order_kwargs"].get("guest_email", ""),
            )
        except service.OutOfStock as error:
            messages.warning(self.request, error.detail)
            return redirect("basket:summary")
        if payment:
            payment = service.authorize(payment, form.cleaned_data)
        else:  # the form was sent twice at the same moment
            payment = find_payment(self.request)
        if payment is None:
            return redirect("basket:summary")
        return show_payment(self.request, payment)


def find_payment(request: HttpRequest) -> Payment | None:
    """Return the payment that an earlier form for the same basket began."""
    basket_id = request.POST.get("basket", "")
    if not re.fullmatch("[0-9]{1,18}", basket_id):
        return None
    payments = Payment.objects.filter(basket_id=basket_id)
    payments = payments.exclude(status=Payment.Status.FAILED)
    if request.user.is_authenticated:
        return payments.filter(basket__owner=request.user).first()
    cookie = request.COOKIES.get(settings.OSCAR_BASKET_COOKIE_OPEN, "")
    try:
        if Signer().unsign(cookie) != basket_id:
            return None
    except BadSignature:
        return None
    return payments.filter(basket__owner=None).first()


def show_payment(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Redirect to the page that fits the state of a payment of this user."""
    session = request.session
    if payment.status == Payment.Status.COMPLETED:
        session.pop("checkout_data", None)
        session["checkout_order_id"] = payment.order_id
        return redirect("checkout:thank-you")
    session[PAYMENTS] = [*session.get(PAYMENTS, [])[-9:], str(payment.pk)]
    if payment.status == Payment.Status.FAILED:
        messages.error(request, payment.reason)
        return redirect("checkout:preview")
    return redirect("checkout:payment", payment.pk)


@require_safe
def payment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a pending payment. Providers send customers back to this page."""
    found = Payment.objects.select_related("basket").filter(pk=pk).first()
    if found is None or not is_visible(request, found):
        raise Http404
    try:
        found = service.update(found)
    except PaymentFailed:
        messages.warning(request, "The payment provider does not answer yet.")
    if found.status in {Payment.Status.PENDING, Payment.Status.CANCELLING}:
        return render(request, "oscar/checkout/payment.html", {"payment": found})
    is_failed = found.status == Payment.Status.FAILED
    if is_failed and found.basket and not request.user.is_authenticated:
        restore_basket(request, found.basket)
    return show_payment(request, found)


def restore_basket(request: Any, basket: Any) -> None:
    """Return the basket of a failed payment to an anonymous user.

    The user's cookie ended when the basket was frozen, or is that of another basket.
    """
    current = request.basket
    if current.pk and current.pk != basket.pk:
        basket.merge(current)
    basket.strategy = request.strategy
    request.basket = basket
    # Oscar's middleware sets the cookie again.
    request.cookies_to_delete.append(settings.OSCAR_BASKET_COOKIE_OPEN)


def is_visible(request: HttpRequest, payment: Payment) -> bool:
    if payment.basket and payment.basket.owner_id:
        return bool(payment.basket.owner_id == request.user.pk)
    return str(payment.pk) in request.session.get(PAYMENTS, [])


@require_safe
def thank_you(request: HttpRequest) -> HttpResponse:
    order_id = request.session.get("checkout_order_id")
    orders = Order.objects.select_related("shipping_address__country")
    order = orders.prefetch_related("lines").filter(pk=order_id).first()
    if order is None:
        return redirect("catalogue:index")
    return render(request, "oscar/checkout/thank_you.html", {"order": order})
