from django.contrib import admin

from app.admin import ReadOnlyAdmin
from app.social.profiles.models import Block, Follow, Profile


@admin.register(Profile)
class ProfileAdmin(ReadOnlyAdmin):
    """Shows profiles. To hide one with all its posts, deactivate its user."""

    fields = ("user", "handle", "display_name", "about", "picture", "created_at")
    list_display = ("handle", "display_name", "user", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    search_fields = ("handle", "display_name", "user__email")


@admin.register(Follow)
class FollowAdmin(ReadOnlyAdmin):
    fields = list_display = ("follower", "followed", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("follower", "followed")
    search_fields = ("follower__handle", "followed__handle")
    ordering = ("-created_at", "-id")


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    fields = list_display = ("blocker", "blocked", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("blocker", "blocked")
    search_fields = ("blocker__handle", "blocked__handle")
    ordering = ("-created_at", "-id")
