from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from app.accounts.requests import AuthenticatedRequest
from app.admin import ModelAdmin
from app.social.moderation import service
from app.social.moderation.models import Report


@admin.register(Report)
class ReportAdmin(ModelAdmin):
    """Moderators resolve reports with the actions of the list.

    They hide a profile with all it has written by deactivating its user.
    """

    fields = readonly_fields = (
        "profile",
        "reason",
        "content",
        "text",
        "post",
        "message",
        "reporter",
        "created_at",
        "resolved_at",
        "resolved_by",
    )
    list_display = (
        "profile",
        "reason",
        "content",
        "reporter",
        "created_at",
        "resolved_at",
    )
    list_filter = (
        ("resolved_at", admin.EmptyFieldListFilter),
        "reason",
        "created_at",
    )
    list_select_related = ("profile", "post", "message", "reporter")
    search_fields = (
        "profile__handle",
        "reporter__handle",
        "text",
        "post__text",
        "message__text",
    )
    actions = ("resolve", "hide_posts")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description="Mark as resolved", permissions=["change"])
    def resolve(
        self, request: AuthenticatedRequest, queryset: QuerySet[Report]
    ) -> None:
        self._resolve(request, queryset, hide_post=False)

    @admin.action(
        description="Hide the reported posts, and mark as resolved",
        permissions=["change"],
    )
    def hide_posts(
        self, request: AuthenticatedRequest, queryset: QuerySet[Report]
    ) -> None:
        self._resolve(request, queryset, hide_post=True)

    def _resolve(
        self,
        request: AuthenticatedRequest,
        reports: QuerySet[Report],
        *,
        hide_post: bool,
    ) -> None:
        for report in reports:
            service.resolve(report, request.user, hide_post=hide_post)
            self.log_change(request, report, "Resolved.")
