from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from app.accounts import service
from app.admin import ModelAdmin, ReadOnlyAdmin
from app.users.models import User

RIGHTS = ("is_active", "is_staff", "is_superuser")
PERMISSIONS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.unregister(Group)


class UserForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    def clean_email(self) -> str:
        if email := service.parse_email(self.cleaned_data["email"]):
            return email
        raise forms.ValidationError("Enter a valid email address.")

    def clean(self) -> dict[str, Any]:
        keeps_rights = all(
            self.cleaned_data.get(right, getattr(self.instance, right))
            for right in ("is_active", "is_staff")
        )
        if not keeps_rights:
            try:
                service.require_other_staff(self.instance)
            except service.LastStaffAccount as error:
                raise forms.ValidationError(error.detail) from error
        return self.cleaned_data


@admin.register(User)
class UserAdmin(ModelAdmin):
    """Users without their passwords: staff neither see nor choose them.

    A user that is added here chooses a password with the link to reset it.
    """

    form = UserForm
    fieldsets = (
        (
            None,
            {
                "fields": ("email", "first_name", "last_name"),
                "description": "New users choose a password by the link to reset it.",
            },
        ),
        ("Permissions", {"fields": (*RIGHTS, "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups", "user_permissions")
    list_display = ("email", "is_active", "is_staff", "is_superuser", "date_joined")
    list_filter = (*RIGHTS, "groups", "date_joined")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    actions = ("sign_out",)

    # Only superusers change superusers, and decide who is staff and may do what.
    # Otherwise staff with the permission to change users could give themselves any
    # other, or take over an account by changing its address.

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> tuple[str, ...]:
        fields: tuple[str, ...] = self.readonly_fields
        if not request.user.is_superuser:
            fields += PERMISSIONS if obj is None else ("email", *PERMISSIONS)
        return fields

    def has_change_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        is_allowed = super().has_change_permission(request, obj)
        return is_allowed and may_change(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        is_allowed = super().has_delete_permission(request, obj)
        return is_allowed and may_change(request, obj)

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "user_permissions":
            kwargs["queryset"] = Permission.objects.select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: Any, obj: User, form: Any, change: Any) -> None:
        if not change:
            obj.set_unusable_password()
        if change and {"email", *RIGHTS} & {*form.changed_data}:
            service.change_rights(obj)
            forget_session(request, obj)
        else:
            obj.save()

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, Any], set[Any], list[Any]]:
        """Return what the confirmation shows. A user can have too many rows to list."""
        users = list(objs)
        allowed = all(self.has_delete_permission(request, user) for user in users)
        staff = User.objects.filter(is_active=True, is_staff=True)
        others = staff.exclude(pk__in=[user.pk for user in users])
        return (
            [f"User: {user}, with all that belongs to the user" for user in users],
            {"users": len(users)},
            set() if allowed else {"user"},
            [] if others.exists() else [service.LastStaffAccount.detail],
        )

    def delete_model(self, request: Any, obj: User) -> None:
        service.delete_user(obj)
        forget_session(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: Any, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)

    @admin.action(description="Sign out everywhere", permissions=["change"])
    @transaction.atomic
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            if not may_change(request, user):
                refusal = f"Only superusers may sign out {user}."
                self.message_user(request, refusal, messages.ERROR)
                continue
            service.revoke_all(user)
            self.log_change(request, user, "Signed out everywhere.")
            forget_session(request, user)


@admin.register(Group)
class GroupAdmin(ModelAdmin, DjangoGroupAdmin):
    list_display = ("name",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Group | None = None
    ) -> tuple[str, ...]:
        # As for users: staff could give their own group every permission.
        return () if request.user.is_superuser else ("permissions",)


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What staff changed. These rows cannot be deleted here."""

    fields = list_display = (
        "action_time",
        "user",
        "content_type",
        "object_repr",
        "action_flag",
        "change_message",
    )
    list_filter = ("action_time", "action_flag", "content_type")
    list_select_related = ("user", "content_type")
    search_fields = ("user__email", "object_repr")
    actions = None

    def has_delete_permission(
        self, request: HttpRequest, obj: LogEntry | None = None
    ) -> bool:
        return False


def may_change(request: HttpRequest, user: User | None) -> bool:
    return user is None or not user.is_superuser or request.user.is_superuser


def forget_session(request: HttpRequest, user: User) -> None:
    """End the session of this request, if it is one of the user's that were deleted."""
    if user == request.user:
        request.session.flush()
