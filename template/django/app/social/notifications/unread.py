"""The numbers of unread messages and notifications, as the navigation shows them."""

from app.social.conversations import service as conversations
from app.social.notifications import service as notifications
from app.social.profiles.models import Profile
from app.users.models import User

MAX_COUNT = 99


def count_unread(user: User) -> dict[str, str]:
    """Return what to show beside each link of the navigation: "" for none."""
    viewer = Profile.objects.filter(user=user).first()
    if viewer is None:
        return {"messages": "", "notifications": ""}
    limit = MAX_COUNT + 1
    return {
        "messages": _format(conversations.count_unread(viewer, limit=limit)),
        "notifications": _format(notifications.count_unread(viewer, limit=limit)),
    }


def _format(count: int) -> str:
    if count > MAX_COUNT:
        return f"{MAX_COUNT}+"
    return str(count) if count else ""
