"""Finding products."""

import re
from typing import Any

from django.db.models import Q
from oscar.apps.catalogue.models import Category, Product

QUERY_MAX_LENGTH = 100


def list_products(category: Category | None = None) -> Any:
    """Return what is shown of public products, in a number of queries that is fixed."""
    products = (
        Product.objects.browsable()
        .base_queryset()
        .prefetch_public_children(
            Product.objects.public().prefetch_related("stockrecords")
        )
    )
    if category:
        products = products.filter(
            categories__in=category.get_descendants_and_self()
        ).distinct()
    return products.order_by("-priority", "-date_created", "-pk")


def search_products(query: str) -> Any:
    """Return the products that contain every word of the query."""
    words = re.findall(r"\w+", query[:QUERY_MAX_LENGTH])
    if not words:
        return Product.objects.none()
    products = list_products()
    for word in words:
        products = products.filter(
            Q(title__icontains=word)
            | Q(description__icontains=word)
            | Q(upc__icontains=word)
            | Q(children__title__icontains=word)
        )
    return products.distinct()
