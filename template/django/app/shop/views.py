"""The pages of the catalogue, the basket and the orders of a customer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe
from oscar.apps.basket import views as basket_views
from oscar.apps.catalogue import views as catalogue_views
from oscar.apps.catalogue.models import Category
from oscar.apps.offer.models import ConditionalOffer, Range
from oscar.apps.order.models import Order

from app.accounts.requests import AuthenticatedRequest
from app.pages.pagination import get_page
from app.shop.catalogue import list_products, search_products

PRODUCTS_ON_PAGE = 12
ORDERS_ON_PAGE = 20


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    page = get_page(request, list_products(), PRODUCTS_ON_PAGE)
    return render(request, "oscar/catalogue/browse.html", {"page": page})


@require_safe
def category(request: HttpRequest, category_slug: str, pk: str) -> HttpResponse:
    found = get_object_or_404(Category.objects.browsable(), pk=pk)
    if request.path != found.get_absolute_url():
        return redirect(found, permanent=True)
    page = get_page(request, list_products(found), PRODUCTS_ON_PAGE)
    context = {"page": page, "category": found}
    return render(request, "oscar/catalogue/browse.html", context)


@require_safe
def product_range(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Range, slug=slug, is_public=True)
    products = list_products().filter(pk__in=found.all_products().values("pk"))
    page = get_page(request, products, PRODUCTS_ON_PAGE)
    context = {"page": page, "range": found}
    return render(request, "oscar/catalogue/browse.html", context)


@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    rows = ConditionalOffer.active.filter(offer_type=ConditionalOffer.SITE)
    return render(request, "oscar/offer/list.html", {"offers": rows})


@require_safe
def offer(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(ConditionalOffer.active, slug=slug)
    products = list_products().filter(pk__in=found.products().values("pk"))
    page = get_page(request, products, PRODUCTS_ON_PAGE)
    context = {"page": page, "offer": found}
    return render(request, "oscar/catalogue/browse.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    page = get_page(request, search_products(query), PRODUCTS_ON_PAGE)
    return render(request, "oscar/search/results.html", {"page": page, "query": query})


class ProductView(catalogue_views.ProductDetailView):
    """A product. Oscar's form for alerts is left out."""

    http_method_names = ("get", "head", "options")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super(
            catalogue_views.ProductDetailView, self
        ).get_context_data(**kwargs)
        return context


class BasketView(basket_views.BasketView):
    def formset_invalid(self, formset: Any) -> HttpResponse:
        """Show the basket again if the form is not that of the page."""
        if not formset.management_form.is_valid():
            return redirect("basket:summary")
        response: HttpResponse = super().formset_invalid(formset)
        return response


class BasketAddView(basket_views.BasketAddView):
    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the errors. Oscar would store the whole form in the session."""
        for errors in form.errors.values():
            for error in errors:
                messages.error(self.request, error)
        return redirect(self.product)


@require_safe
@login_required
def orders(request: AuthenticatedRequest) -> HttpResponse:
    rows = Order.objects.filter(user=request.user).order_by("-date_placed", "-pk")
    rows = rows.annotate(items=Sum("lines__quantity"))
    page = get_page(request, rows, ORDERS_ON_PAGE)
    return render(request, "oscar/customer/order/order_list.html", {"page": page})


@require_safe
@login_required
def order(request: AuthenticatedRequest, order_number: str) -> HttpResponse:
    rows = Order.objects.select_related("shipping_address__country")
    rows = rows.prefetch_related("lines", "discounts", "sources__source_type")
    found = get_object_or_404(rows, user=request.user, number=order_number)
    return render(request, "oscar/customer/order/order_detail.html", {"order": found})


@require_safe
def admin_user(request: HttpRequest, pk: UUID) -> HttpResponse:
    return redirect("admin:users_user_change", pk)


@require_safe
def admin_partner(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("admin:partner_partner_change", pk)
