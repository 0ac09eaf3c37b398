"""Tasks in the admin: what waits, runs or has failed, with retry and discard."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django_ox.admin import OxTaskAdmin
from django_ox.models import OxSchedule, OxTask

from app.admin import ModelAdmin, log_change

# Schedules are in the settings, so those in the database would have no effect.
admin.site.unregister([OxSchedule, OxTask])


@admin.register(OxTask)
class TaskAdmin(OxTaskAdmin, ModelAdmin):
    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return *self.search_fields, "status"

    @admin.action(description="Retry selected tasks", permissions=("retry_or_discard",))
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[OxTask]) -> None:
        log_changes("retry", request, queryset)
        super().retry_selected(request, queryset)

    @admin.action(
        description="Discard selected tasks", permissions=("retry_or_discard",)
    )
    def discard_selected(
        self, request: HttpRequest, queryset: QuerySet[OxTask]
    ) -> None:
        log_changes("discard", request, queryset)
        super().discard_selected(request, queryset)


def log_changes(action: str, request: HttpRequest, tasks: QuerySet[OxTask]) -> None:
    for task in tasks:
        log_change(action, request, task)
