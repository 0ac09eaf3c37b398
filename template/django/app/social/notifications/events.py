"""The event after which open pages read the numbers of unread rows again."""

from typing import Literal

from app.realtime.hub import Event


class NotificationCreated(Event):
    """Has no content: pages read the numbers that they show."""

    type: Literal["notification.created"] = "notification.created"
