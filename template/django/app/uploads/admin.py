from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet

from app.accounts.requests import AuthenticatedRequest
from app.admin import ReadOnlyAdmin
from app.uploads import service
from app.uploads.models import Upload


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    fields = list_display = ("name", "type", "size", "owner", "created_at")
    list_filter = ("type", "created_at")
    list_select_related = ("owner",)
    search_fields = ("name", "type", "owner__email")

    def delete_model(
        self,
        request: AuthenticatedRequest,  # type: ignore[override]  # of staff
        obj: Upload,
    ) -> None:
        service.delete_upload(request.user, obj.pk)

    @transaction.atomic
    def delete_queryset(self, request: Any, queryset: QuerySet[Upload]) -> None:
        for upload in queryset:
            self.delete_model(request, upload)
