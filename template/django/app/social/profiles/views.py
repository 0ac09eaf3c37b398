"""The pages of profiles, below /social/."""

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from app.accounts.requests import AuthenticatedRequest
from app.errors import AppError
from app.social import rate_limits
from app.social.posts.service import list_posts_of
from app.social.profiles import service
from app.social.profiles.forms import ProfileForm
from app.social.profiles.models import Profile
from app.social.views import READ_AND_POST, get_page, profile_required, redirect_back
from app.uploads.files import send_file

QUERY_MAX_LENGTH = 50


@login_required
@require_http_methods(READ_AND_POST)
def own_profile(request: AuthenticatedRequest) -> HttpResponse:
    """Create or edit the profile of the user."""
    saved = service.find_own_profile(request.user)
    if request.method == "POST":
        rate_limits.check_profile(request.user)
        form = ProfileForm(request.POST, request.FILES, instance=saved)
    else:
        form = ProfileForm(instance=saved)
    if form.is_valid():
        try:
            service.save_profile(
                request.user,
                form.instance,
                picture=form.cleaned_data["picture"],
                remove_picture=form.cleaned_data["remove_picture"],
            )
        except service.HandleTaken as error:
            form.add_error("handle", error.detail)
        except AppError as error:
            form.add_error("picture", error.detail)
        else:
            messages.success(request, "Your profile was saved.")
            return redirect("social-profile", form.instance.handle)
    return render(request, "profiles/form.html", {"form": form, "saved": saved})


@require_safe
@profile_required
def people(request: AuthenticatedRequest, viewer: Profile) -> HttpResponse:
    """List profiles, or search for them by handle or name."""
    query = re.sub(r"[^\w -]", "", request.GET.get("query", "")[:QUERY_MAX_LENGTH])
    profiles, next_cursor = get_page(request, service.list_profiles(viewer, query))
    context = {"profiles": profiles, "query": query, "next_cursor": next_cursor}
    return render(request, "profiles/people.html", context)


@require_safe
@profile_required
def profile(
    request: AuthenticatedRequest, viewer: Profile, handle: str
) -> HttpResponse:
    profile = service.get_profile(viewer, handle)
    posts, next_cursor = get_page(request, list_posts_of(viewer, profile))
    context = {
        "viewer": viewer,
        "profile": profile,
        "is_following": service.is_following(viewer, profile),
        "follower_count": service.list_followers(viewer, profile).count(),
        "following_count": service.list_following(viewer, profile).count(),
        "posts": posts,
        "next_cursor": next_cursor,
    }
    return render(request, "profiles/profile.html", context)


@require_safe
@profile_required
def picture(
    request: AuthenticatedRequest, viewer: Profile, handle: str
) -> FileResponse:
    """Send the picture of a profile. Browsers show it within pages only."""
    profile = service.get_profile(viewer, handle)
    if profile.picture is None:
        raise service.ProfileNotFound("This profile has no picture.")
    response = send_file(profile.picture)
    # Its address has the id of the file, so it is another one for another picture.
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_safe
@profile_required
def followers(
    request: AuthenticatedRequest, viewer: Profile, handle: str
) -> HttpResponse:
    profile = service.get_profile(viewer, handle)
    follows, next_cursor = get_page(request, service.list_followers(viewer, profile))
    context = {
        "profile": profile,
        "title": f"Followers of {profile.display_name}",
        "profiles": [follow.follower for follow in follows],
        "next_cursor": next_cursor,
    }
    return render(request, "profiles/follows.html", context)


@require_safe
@profile_required
def following(
    request: AuthenticatedRequest, viewer: Profile, handle: str
) -> HttpResponse:
    profile = service.get_profile(viewer, handle)
    follows, next_cursor = get_page(request, service.list_following(viewer, profile))
    context = {
        "profile": profile,
        "title": f"{profile.display_name} follows",
        "profiles": [follow.followed for follow in follows],
        "next_cursor": next_cursor,
    }
    return render(request, "profiles/follows.html", context)


@require_POST
@login_required(redirect_field_name=None)  # This URL has no page to return to.
@profile_required
def follow(request: AuthenticatedRequest, viewer: Profile, handle: str) -> HttpResponse:
    rate_limits.check_reaction(request.user)
    followed = service.follow(viewer, handle)
    messages.success(request, f"You follow {followed.display_name}.")
    return redirect("social-profile", handle)


@require_POST
@login_required(redirect_field_name=None)  # This URL has no page to return to.
@profile_required
def unfollow(
    request: AuthenticatedRequest, viewer: Profile, handle: str
) -> HttpResponse:
    followed = service.unfollow(viewer, handle)
    messages.success(request, f"You no longer follow {followed.display_name}.")
    return redirect("social-profile", handle)


@require_http_methods(READ_AND_POST)
@profile_required
def block(request: AuthenticatedRequest, viewer: Profile, handle: str) -> HttpResponse:
    if request.method == "POST":
        blocked = service.block(viewer, handle)
        messages.success(request, f"You have blocked {blocked.display_name}.")
        return redirect("blocked")
    profile = service.get_other_profile(viewer, handle)
    return render(request, "profiles/block.html", {"profile": profile})


@require_safe
@profile_required
def blocked(request: AuthenticatedRequest, viewer: Profile) -> HttpResponse:
    blocks, next_cursor = get_page(request, service.list_blocks(viewer))
    context = {"blocks": blocks, "next_cursor": next_cursor}
    return render(request, "profiles/blocked.html", context)


@require_POST
@login_required(redirect_field_name=None)  # This URL has no page to return to.
@profile_required
def unblock(
    request: AuthenticatedRequest, viewer: Profile, handle: str
) -> HttpResponse:
    unblocked = service.unblock(viewer, handle)
    messages.success(request, f"You no longer block {unblocked.display_name}.")
    return redirect_back(request, "blocked")
