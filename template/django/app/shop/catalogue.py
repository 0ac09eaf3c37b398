"""Finding products."""

import re
from typing import Any

from django.db.models import Exists, OuterRef, Q
from oscar.apps.catalogue.models import Category, Product

QUERY_MAX_LENGTH = 100
MAX_WORDS = 8


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
    """Return the products that contain every word, in their variants, too."""
    words = re.findall(r"\w+", query[:QUERY_MAX_LENGTH])[:MAX_WORDS]
    if not words:
        return Product.objects.none()
    products = list_products()
    for word in words:
        # A join with the variants would multiply the rows with each word.
        variants = Product.objects.filter(parent=OuterRef("pk"), title__icontains=word)
        products = products.filter(
            Q(title__icontains=word)
            | Q(description__icontains=word)
            | Q(upc__icontains=word)
            | Exists(variants)
        )
    return products
