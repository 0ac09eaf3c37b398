"""The URLs of the shop: those of Oscar that it keeps, and those that replace others.

Oscar's pages for signing in and out, registering and passwords do not exist: the pages
of accounts limit attempts, and do not tell who has an account.
"""

from typing import Any

from django.apps import apps
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from oscar.apps.basket.views import VoucherAddView, VoucherRemoveView
from oscar.apps.customer import views as customer_views
from oscar.apps.dashboard.views import IndexView as DashboardView
from oscar.views.decorators import permissions_required

from app.accounts.views import SignOut
from app.shop import views
from app.shop.checkout import views as checkout_views
from app.uploads.pictures import picture

URLs = list[URLPattern | URLResolver]
sign_in = RedirectView.as_view(pattern_name="sign-in", query_string=True)

catalogue = [
    path("", views.catalogue, name="index"),
    re_path(
        r"^category/(?P<category_slug>[\w-]+(/[\w-]+)*)_(?P<pk>[0-9]+)/$",
        views.category,
        name="category",
    ),
    re_path(r"^ranges/(?P<slug>[\w-]+)/$", views.product_range, name="range"),
    re_path(
        r"^(?P<product_slug>[\w-]*)_(?P<pk>[0-9]+)/$",
        views.ProductView.as_view(),
        name="detail",
    ),
]

basket = [
    path("", views.BasketView.as_view(), name="summary"),
    path("add/<int:pk>/", views.BasketAddView.as_view(), name="add"),
    path("vouchers/add/", VoucherAddView.as_view(), name="vouchers-add"),
    path(
        "vouchers/<int:pk>/remove/", VoucherRemoveView.as_view(), name="vouchers-remove"
    ),
]

checkout = [
    path("", checkout_views.IndexView.as_view(), name="index"),
    path(
        "shipping-address/",
        checkout_views.ShippingAddressView.as_view(),
        name="shipping-address",
    ),
    path(
        "shipping-method/",
        checkout_views.ShippingMethodView.as_view(),
        name="shipping-method",
    ),
    path("preview/", checkout_views.PreviewView.as_view(), name="preview"),
    path("payment/<uuid:pk>/", checkout_views.payment, name="payment"),
    path("thank-you/", checkout_views.thank_you, name="thank-you"),
]

orders = [
    path("", views.orders, name="order-list"),
    re_path(r"^(?P<order_number>[0-9]+)/$", views.order, name="order"),
    re_path(
        r"^(?P<order_number>[0-9]+)/(?P<hash>[\w:-]+)/form/$",
        customer_views.AnonymousOrderFormView.as_view(),
        name="anon-order-form",
    ),
    re_path(
        r"^(?P<order_number>[0-9]+)/(?P<hash>[\w:-]+)/$",
        customer_views.AnonymousOrderDetailView.as_view(),
        name="anon-order",
    ),
    path(
        "addresses/",
        login_required(customer_views.AddressListView.as_view()),
        name="address-list",
    ),
    path(
        "addresses/add/",
        login_required(customer_views.AddressCreateView.as_view()),
        name="address-create",
    ),
    path(
        "addresses/<int:pk>/",
        login_required(customer_views.AddressUpdateView.as_view()),
        name="address-detail",
    ),
    path(
        "addresses/<int:pk>/delete/",
        login_required(customer_views.AddressDeleteView.as_view()),
        name="address-delete",
    ),
    # The dashboard links to it.
    path("account/", RedirectView.as_view(pattern_name="profile"), name="summary"),
]

offers = [
    path("", views.offers, name="list"),
    re_path(r"^(?P<slug>[\w-]+)/$", views.offer, name="detail"),
]


def dashboard_urls(app: str) -> URLs:
    """Return the URLs of an app of Oscar's dashboard, which check permissions."""
    config: Any = apps.get_app_config(app)
    urls: URLs = config.urls[0]
    return urls


dashboard: URLs = [
    path(
        "",
        permissions_required(["is_staff", "order.view_order"], login_url="sign-in")(
            DashboardView.as_view()
        ),
        name="index",
    ),
    path("catalogue/", include(dashboard_urls("catalogue_dashboard"))),
    path("offers/", include(dashboard_urls("offers_dashboard"))),
    path("orders/", include(dashboard_urls("orders_dashboard"))),
    path("ranges/", include(dashboard_urls("ranges_dashboard"))),
    path("vouchers/", include(dashboard_urls("vouchers_dashboard"))),
    path("login/", sign_in, name="login"),
    path("logout/", SignOut.as_view(), name="logout"),
    # The admin has users and partners.
    path("users/<uuid:pk>/", views.admin_user, name="user-detail"),
    path("partners/<int:pk>/", views.admin_partner, name="partner-manage"),
]

shop: URLs = [
    path("", RedirectView.as_view(pattern_name="catalogue:index"), name="shop"),
    path("catalogue/", include((catalogue, "catalogue"))),
    path("search/", include(([path("", views.search, name="search")], "search"))),
    path("basket/", include((basket, "basket"))),
    path("checkout/", include((checkout, "checkout"))),
    path("orders/", include((orders, "customer"))),
    path("offers/", include((offers, "offer"))),
    path("dashboard/", include((dashboard, "dashboard"))),
]

urlpatterns = [
    path("shop/", include(shop)),
    path("media/products/<str:name>", picture, {"folder": "products"}),
    path("media/thumbnails/<str:name>", picture, {"folder": "thumbnails"}),
]
