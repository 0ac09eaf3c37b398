from django.contrib import admin

from app.admin import ReadOnlyAdmin
from app.social.notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    fields = list_display = (
        "kind",
        "recipient",
        "actor",
        "post",
        "created_at",
        "read_at",
    )
    list_filter = ("kind", "created_at", "read_at")
    list_select_related = ("recipient", "actor", "post")
    search_fields = ("recipient__handle", "actor__handle")
