"""Changes of Wagtail's editor."""

from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from app.users.models import User


class NoPermissions(ModelPermissionPolicy):
    """Leaves users to Django's admin.

    It signs users out when their rights change, and keeps the last staff account.
    """

    def user_has_permission(self, user: User, action: str) -> bool:
        return False


register_permission_policy(User, NoPermissions(User))
