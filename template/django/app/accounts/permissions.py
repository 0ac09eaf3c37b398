"""What staff may do with rows of all users: permissions of Django, as in the admin."""

from uuid import UUID

from app.errors import Forbidden
from app.users.models import User


def has_staff_permission(user: User, permission: str) -> bool:
    """Check a permission of a member of the staff. Other users cause no query."""
    return user.is_staff and user.has_perm(permission)


def require_permission(user: User, permission: str, *, owner_id: UUID | None) -> None:
    """Raise Forbidden if the user neither owns the row nor has the permission."""
    if owner_id != user.pk and not has_staff_permission(user, permission):
        raise Forbidden
