from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from app.admin import ModelAdmin, ReadOnlyAdmin
from app.social.posts.models import Like, Post


@admin.register(Post)
class PostAdmin(ModelAdmin):
    """Shows posts, and lets moderators hide them. Only authors change their text."""

    fields = ("author", "text", "is_hidden", "created_at")
    readonly_fields = ("author", "text", "created_at")
    list_display = ("text", "author", "is_hidden", "created_at")
    list_filter = ("is_hidden", "created_at")
    list_select_related = ("author",)
    search_fields = ("text", "author__handle")
    actions = ("hide", "show")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description="Hide the posts", permissions=["change"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        self._change(request, queryset, is_hidden=True)

    @admin.action(description="Show the posts again", permissions=["change"])
    def show(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        self._change(request, queryset, is_hidden=False)

    def _change(self, request: Any, posts: QuerySet[Post], *, is_hidden: bool) -> None:
        for post in posts:
            Post.objects.filter(pk=post.pk).update(is_hidden=is_hidden)
            self.log_change(request, post, "Hidden." if is_hidden else "Shown.")


@admin.register(Like)
class LikeAdmin(ReadOnlyAdmin):
    fields = list_display = ("profile", "post", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("profile", "post")
    search_fields = ("profile__handle", "post__text")
    ordering = ("-created_at", "-id")
