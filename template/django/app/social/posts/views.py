"""The feed and its posts, below /social/."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from app.accounts.requests import AuthenticatedRequest
from app.social import rate_limits
from app.social.posts import service
from app.social.posts.forms import PostForm
from app.social.profiles.models import Profile
from app.social.views import READ_AND_POST, get_page, profile_required, redirect_back


@require_http_methods(READ_AND_POST)
@profile_required
def feed(request: AuthenticatedRequest, viewer: Profile) -> HttpResponse:
    form = PostForm(request.POST or None)
    if form.is_valid():
        rate_limits.check_post(request.user)
        service.create_post(viewer, form.cleaned_data["text"])
        messages.success(request, "Your post was published.")
        return redirect("social-feed")
    posts, next_cursor = get_page(request, service.list_feed(viewer))
    context = {
        "viewer": viewer,
        "form": form,
        "posts": posts,
        "next_cursor": next_cursor,
    }
    return render(request, "posts/feed.html", context)


@require_safe
@profile_required
def post(request: AuthenticatedRequest, viewer: Profile, post_id: UUID) -> HttpResponse:
    post = service.get_post(viewer, post_id)
    return render(request, "posts/post.html", {"viewer": viewer, "post": post})


@require_http_methods(READ_AND_POST)
@profile_required
def delete(
    request: AuthenticatedRequest, viewer: Profile, post_id: UUID
) -> HttpResponse:
    post = service.get_own_post(viewer, post_id)
    if request.method == "POST":
        service.delete_post(viewer, post_id)
        messages.success(request, "Your post was deleted.")
        return redirect("social-feed")
    return render(request, "posts/delete.html", {"post": post})


@require_POST
@login_required(redirect_field_name=None)  # This URL has no page to return to.
@profile_required
def like(request: AuthenticatedRequest, viewer: Profile, post_id: UUID) -> HttpResponse:
    rate_limits.check_reaction(request.user)
    service.like(viewer, post_id)
    return redirect_back(request, "social-feed")


@require_POST
@login_required(redirect_field_name=None)  # This URL has no page to return to.
@profile_required
def unlike(
    request: AuthenticatedRequest, viewer: Profile, post_id: UUID
) -> HttpResponse:
    service.unlike(viewer, post_id)
    return redirect_back(request, "social-feed")
