"""Oscar's rows in the admin. Its own lists search for a username, which users lack.

The dashboard changes products, offers and orders, since their rows depend on each
other. Here they are read only. What the shop does not use is left out.
"""

from django.apps import apps
from django.contrib import admin
from django.contrib.flatpages.models import FlatPage
from oscar.apps.address.models import Country
from oscar.apps.partner.models import Partner
from oscar.core.application import OscarConfig

from app.admin import ModelAdmin, ReadOnlyAdmin

# For each model: the columns of its list, and the fields that are searched.
READ_ONLY = {
    "address.UserAddress": (("user", "search_text"), ("user__email", "search_text")),
    "basket.Basket": (("id", "status", "date_created"), ("owner__email", "status")),
    "basket.Line": (
        ("id", "basket_id", "product", "quantity"),
        ("product__title", "basket__owner__email"),
    ),
    "catalogue.Category": (("name", "slug", "is_public"), ("name", "slug")),
    "catalogue.Product": (
        ("title", "upc", "structure", "is_public", "date_created"),
        ("title", "upc"),
    ),
    "catalogue.ProductClass": (("name", "requires_shipping", "track_stock"), ("name",)),
    "offer.ConditionalOffer": (("name", "offer_type", "status"), ("name",)),
    "offer.Range": (("name", "is_public", "date_created"), ("name",)),
    "order.Line": (
        ("order", "title", "quantity", "line_price_incl_tax", "status"),
        ("order__number", "title", "upc"),
    ),
    "order.Order": (
        ("number", "status", "total_incl_tax", "currency", "date_placed"),
        ("number", "user__email", "guest_email"),
    ),
    "order.OrderNote": (("order", "message", "date_created"), ("order__number",)),
    "order.OrderStatusChange": (
        ("order", "old_status", "new_status", "date_created"),
        ("order__number",),
    ),
    "order.PaymentEvent": (
        ("order", "event_type", "amount", "date_created"),
        ("order__number",),
    ),
    "order.ShippingAddress": (("search_text",), ("search_text",)),
    "order.ShippingEvent": (
        ("order", "event_type", "date_created"),
        ("order__number",),
    ),
    "partner.StockAlert": (
        ("id", "threshold", "status", "date_created"),
        ("stockrecord__product__title",),
    ),
    "partner.StockRecord": (
        ("product", "partner", "partner_sku", "price", "num_in_stock", "num_allocated"),
        ("product__title", "partner_sku"),
    ),
    "payment.Source": (
        ("order", "source_type", "amount_allocated", "amount_debited", "currency"),
        ("order__number", "reference"),
    ),
    "payment.Transaction": (
        ("id", "txn_type", "amount", "date_created"),
        ("reference", "source__order__number"),
    ),
    "shop.Payment": (
        ("id", "status", "amount", "currency", "reason", "created_at"),
        ("reference", "order__number", "guest_email"),
    ),
    "voucher.Voucher": (("name", "code", "num_orders"), ("name", "code")),
}


class OscarAdmin(ReadOnlyAdmin):
    """A list without checkboxes: their labels would need queries for each row."""

    actions = None


for config in apps.get_app_configs():
    if isinstance(config, OscarConfig):
        for model in config.get_models():
            if admin.site.is_registered(model):
                admin.site.unregister(model)
admin.site.unregister(FlatPage)  # no URL shows them

for name, (columns, fields) in READ_ONLY.items():
    admin.site.register(
        apps.get_model(name), OscarAdmin, list_display=columns, search_fields=fields
    )


@admin.register(Country)
class CountryAdmin(ModelAdmin):
    """Where the shop delivers to: those that are marked as such."""

    list_display = ("printable_name", "iso_3166_1_a2", "is_shipping_country")
    list_filter = ("is_shipping_country",)
    search_fields = ("printable_name", "iso_3166_1_a2")


@admin.register(Partner)
class PartnerAdmin(ModelAdmin):
    """Who has the stock."""

    list_display = search_fields = ("name", "code")
    filter_horizontal = ("users",)
