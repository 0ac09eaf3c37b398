"""Operations on posts."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from app.database import violates
from app.errors import NotFound
from app.social.notifications import service as notifications
from app.social.posts.models import UNIQUE_LIKE, Like, Post
from app.social.profiles.models import Profile


class PostNotFound(NotFound):
    code, detail = "post_not_found", "There is no such post."


def list_feed(viewer: Profile) -> QuerySet[Post]:
    """Return the feed of the viewer, as posts with authors and likes."""
    posts = Post.objects.in_feed_of(viewer).with_likes(viewer)
    return posts.select_related("author")


def list_posts_of(viewer: Profile, author: Profile) -> QuerySet[Post]:
    posts = Post.objects.visible_to(viewer).with_likes(viewer).filter(author=author)
    return posts.select_related("author")


def get_post(viewer: Profile, post_id: UUID) -> Post:
    posts = Post.objects.visible_to(viewer).with_likes(viewer)
    post = posts.select_related("author").filter(pk=post_id).first()
    if post is None:
        raise PostNotFound
    return post


def get_own_post(viewer: Profile, post_id: UUID) -> Post:
    post = get_post(viewer, post_id)
    if post.author != viewer:
        raise PostNotFound
    return post


def create_post(viewer: Profile, text: str) -> Post:
    post = Post(author=viewer, text=text)
    post.clean_fields()
    post.save()
    return post


def delete_post(viewer: Profile, post_id: UUID) -> None:
    get_own_post(viewer, post_id).delete()


@transaction.atomic
def like(viewer: Profile, post_id: UUID) -> None:
    post = get_post(viewer, post_id)
    try:
        with transaction.atomic():
            Like.objects.create(post=post, profile=viewer)
    except IntegrityError as error:
        if violates(error, Like, UNIQUE_LIKE):
            return  # liked already
        raise
    if post.author != viewer:
        notifications.notify_like(post, viewer)


@transaction.atomic
def unlike(viewer: Profile, post_id: UUID) -> None:
    post = get_post(viewer, post_id)
    Like.objects.filter(post=post, profile=viewer).delete()
    notifications.withdraw_like(post, viewer)
