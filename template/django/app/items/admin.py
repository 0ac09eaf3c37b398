from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from app.accounts.requests import AuthenticatedRequest
from app.admin import ModelAdmin
from app.items import service
from app.items.forms import ItemForm
from app.items.models import Item


@admin.register(Item)
class ItemAdmin(ModelAdmin):
    """Changes items with the rules and effects of the service."""

    form = ItemForm
    fields = ("owner", "name", "description", "price", "created_at", "updated_at")
    readonly_fields = ("created_at", "updated_at")
    autocomplete_fields = ("owner",)
    list_display = ("name", "price", "owner", "updated_at")
    list_filter = ("created_at", "updated_at")
    list_select_related = ("owner",)
    search_fields = ("name", "description", "owner__email")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"owner": request.user.pk} | super().get_changeform_initial_data(request)

    def save_model(self, request: Any, obj: Item, form: Any, change: Any) -> None:
        service.save_item(obj)

    def delete_model(
        self,
        request: AuthenticatedRequest,  # type: ignore[override]  # of staff
        obj: Item,
    ) -> None:
        service.delete_item(request.user, obj.pk)

    @transaction.atomic
    def delete_queryset(self, request: Any, queryset: QuerySet[Item]) -> None:
        for item in queryset:
            self.delete_model(request, item)
