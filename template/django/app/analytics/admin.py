from django.contrib import admin

from app.admin import ModelAdmin, ReadOnlyAdmin
from app.analytics.models import PendingImport, Report, Sale, TrainedModel


@admin.register(Sale)
class SaleAdmin(ModelAdmin):
    fields = list_display = (
        "number",
        "date",
        "product",
        "region",
        "quantity",
        "revenue",
    )
    list_filter = ("date",)
    search_fields = ("number", "product", "region")


@admin.register(PendingImport)
class PendingImportAdmin(ReadOnlyAdmin):
    """Imports that wait for the confirmation of their user."""

    fields = list_display = ("user", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    fields = (
        "name",
        "measure",
        "group_by",
        "start",
        "end",
        "status",
        "created_by",
        "created_at",
        "computed_at",
    )
    list_display = (
        "name",
        "measure",
        "group_by",
        "status",
        "created_by",
        "computed_at",
    )
    list_filter = ("status", "measure", "group_by")
    list_select_related = ("created_by",)
    search_fields = ("name", "created_by__email")


@admin.register(TrainedModel)
class TrainedModelAdmin(ReadOnlyAdmin):
    fields = list_display = (
        "algorithm",
        "version",
        "months",
        "last_month",
        "metrics",
        "trained_at",
    )
    list_filter = ("algorithm", "trained_at")
    search_fields = ("algorithm",)
