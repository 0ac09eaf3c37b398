"""The template tag of the navigation."""

from django import template

from app.social.notifications.unread import count_unread
from app.users.models import User

register = template.Library()


@register.simple_tag
def unread_counts(user: User) -> dict[str, str]:
    """Return the numbers of unread messages and notifications."""
    return count_unread(user)
