"""Operations on messages. Only two profiles that see each other have any."""

from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from app.errors import NotFound
from app.social.conversations.models import Conversation, Message
from app.social.notifications import service as notifications
from app.social.profiles.models import Profile
from app.social.profiles.service import get_other_profile


class MessageNotFound(NotFound):
    code, detail = "message_not_found", "There is no such message."


def list_conversations(viewer: Profile) -> QuerySet[Message]:
    """Return the last message of each conversation, with the number of unread ones."""
    unread = Message.objects.filter(
        conversation=OuterRef("conversation"), recipient=viewer, read_at=None
    )
    counts = unread.order_by().values("conversation").annotate(count=Count("pk"))
    messages = Message.objects.visible_to(viewer).filter(
        conversation__last_message=F("pk")
    )
    return messages.select_related("sender", "recipient").annotate(
        unread_count=Subquery(counts.values("count"))
    )


def list_messages(viewer: Profile, partner: Profile) -> QuerySet[Message]:
    messages = Message.objects.visible_to(viewer).filter(
        Q(sender=partner) | Q(recipient=partner)
    )
    return messages.select_related("sender")


def get_received_message(viewer: Profile, message_id: UUID) -> Message:
    messages = Message.objects.visible_to(viewer).select_related("sender")
    message = messages.filter(pk=message_id, recipient=viewer).first()
    if message is None:
        raise MessageNotFound
    return message


@transaction.atomic
def send_message(viewer: Profile, handle: str, text: str) -> Message:
    recipient = get_other_profile(viewer, handle)
    first, second = sorted((viewer, recipient), key=lambda profile: profile.pk)
    conversation, _ = Conversation.objects.get_or_create(first=first, second=second)
    # Messages are in the order of their times, also those sent at the same time.
    Conversation.objects.select_for_update().get(pk=conversation.pk)
    message = Message(
        conversation=conversation, sender=viewer, recipient=recipient, text=text
    )
    message.clean_fields()
    message.save()
    Conversation.objects.filter(pk=conversation.pk).update(last_message=message)
    notifications.notify_message(recipient, sender=viewer)
    return message


def mark_as_read(viewer: Profile, partner: Profile) -> None:
    """Note that the viewer has read what the partner wrote."""
    Message.objects.filter(recipient=viewer, sender=partner, read_at=None).update(
        read_at=timezone.now()
    )
    notifications.mark_messages_as_read(viewer, sender=partner)


def count_unread(viewer: Profile, *, limit: int) -> int:
    messages = Message.objects.visible_to(viewer)
    return messages.filter(recipient=viewer, read_at=None)[:limit].count()
