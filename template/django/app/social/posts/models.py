"""Posts, and who likes them."""

from __future__ import annotations

import uuid

from django.db import models

from app.social.profiles.models import Follow, Profile
from app.text import validate_storable, validate_visible

TEXT_MAX_LENGTH = 500
UNIQUE_LIKE = models.UniqueConstraint(fields=["post", "profile"], name="likes_unique")


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, viewer: Profile) -> PostQuerySet:
        """Return the posts of visible profiles that no moderator has hidden."""
        authors = Profile.objects.visible_to(viewer)
        return self.filter(is_hidden=False, author__in=authors)

    def in_feed_of(self, viewer: Profile) -> PostQuerySet:
        """Return the visible posts of the viewer, and of those the viewer follows."""
        followed = Follow.objects.filter(follower=viewer).values("followed")
        return self.visible_to(viewer).filter(
            models.Q(author=viewer) | models.Q(author__in=followed)
        )

    def with_likes(self, viewer: Profile) -> PostQuerySet:
        """Add the number of likes, and whether the viewer likes a post."""
        likes = Like.objects.filter(post=models.OuterRef("pk"))
        counts = likes.order_by().values("post").annotate(count=models.Count("pk"))
        return self.annotate(
            like_count=models.Subquery(counts.values("count")),
            is_liked=models.Exists(likes.filter(profile=viewer)),
        )


class Post(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="posts")
    text = models.CharField(
        max_length=TEXT_MAX_LENGTH, validators=[validate_storable, validate_visible]
    )
    is_hidden = models.BooleanField(
        "hidden", default=False, help_text="Hidden posts are visible to staff only."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["created_at", "id"], name="posts_creation"),
            models.Index(fields=["author", "created_at", "id"], name="posts_by_author"),
        )

    def __str__(self) -> str:
        return str(self.text)[:50]


class Like(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="likes")
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="likes")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (UNIQUE_LIKE,)

    def __str__(self) -> str:
        return f"{self.profile} likes {self.post}"
