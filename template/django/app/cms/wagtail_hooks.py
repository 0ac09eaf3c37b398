"""Changes of Wagtail's editor."""

from django.contrib.auth.models import Group
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from app.users.models import User


class NoPermissions(ModelPermissionPolicy):
    """Leaves users to Django's admin.

    It signs users out when their rights change, and keeps the last staff account.
    """

    def user_has_permission(self, user: User, action: str) -> bool:
        return False


class SuperusersOnly(ModelPermissionPolicy):
    """Leaves groups to superusers: others could give their own group more rights."""

    def user_has_permission(self, user: User, action: str) -> bool:
        return user.is_active and user.is_superuser


register_permission_policy(User, NoPermissions(User))
register_permission_policy(Group, SuperusersOnly(Group))
