from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from app.admin import ReadOnlyAdmin
from app.social.conversations.models import Conversation, Message
from app.social.moderation.models import Report


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    fields = list_display = ("first", "second")
    list_select_related = ("first", "second")
    search_fields = ("first__handle", "second__handle")


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Shows the messages that were reported. All others are private."""

    fields = list_display = ("sender", "recipient", "text", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("sender", "recipient")
    search_fields = ("text", "sender__handle", "recipient__handle")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        reports = Report.objects.filter(message__isnull=False)
        messages: QuerySet[Message] = super().get_queryset(request)
        return messages.filter(pk__in=reports.values("message"))
