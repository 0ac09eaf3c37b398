"""The list of items in bare Django: what the framework costs without a starter."""

import os
import uuid
from typing import Any

import dj_database_url
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, JsonResponse
from django.urls import path

database: Any = dj_database_url.parse(os.environ["DATABASE_URL"])
database["OPTIONS"] = {"pool": {"min_size": 5, "max_size": 15}}
settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": database},
    USE_TZ=True,
    LOGGING_CONFIG=None,
)
django.setup()


class Item(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=1000)
    price = models.DecimalField(max_digits=9, decimal_places=2)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        app_label = "items"

    def __str__(self) -> str:
        return self.name


def to_json(item: Item) -> dict[str, str]:
    return {
        "id": str(item.id),
        "name": item.name,
        "description": item.description,
        "price": str(item.price),
        "created_at": item.created_at.isoformat(),
        "updated_at": item.updated_at.isoformat(),
    }


def list_items(request: HttpRequest) -> JsonResponse:
    limit = int(request.GET.get("limit", "20"))
    items = list(Item.objects.order_by("created_at", "id")[: limit + 1])
    page = {
        "items": [to_json(item) for item in items[:limit]],
        "next_cursor": str(items[limit - 1].id) if len(items) > limit else None,
    }
    return JsonResponse(page)


def healthz(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


urlpatterns = [path("api/v1/items", list_items), path("healthz", healthz)]
app = get_wsgi_application()
