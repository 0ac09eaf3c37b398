"""The pages for reporting, below /social/report/."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from app.accounts.requests import AuthenticatedRequest
from app.social import rate_limits
from app.social.conversations.models import Message
from app.social.conversations.service import get_received_message
from app.social.moderation import service
from app.social.moderation.forms import ReportForm
from app.social.posts.models import Post
from app.social.posts.service import get_post
from app.social.profiles.models import Profile
from app.social.profiles.service import get_other_profile
from app.social.views import READ_AND_POST, profile_required


@require_http_methods(READ_AND_POST)
@profile_required
def report_profile(
    request: AuthenticatedRequest, viewer: Profile, handle: str
) -> HttpResponse:
    profile = get_other_profile(viewer, handle)
    return _report(request, viewer, profile, title=f"Report {profile.display_name}")


@require_http_methods(READ_AND_POST)
@profile_required
def report_post(
    request: AuthenticatedRequest, viewer: Profile, post_id: UUID
) -> HttpResponse:
    post = get_post(viewer, post_id)
    title = f"Report a post by {post.author.display_name}"
    return _report(request, viewer, post, title=title, text=post.text)


@require_http_methods(READ_AND_POST)
@profile_required
def report_message(
    request: AuthenticatedRequest, viewer: Profile, message_id: UUID
) -> HttpResponse:
    message = get_received_message(viewer, message_id)
    title = f"Report a message from {message.sender.display_name}"
    return _report(request, viewer, message, title=title, text=message.text)


def _report(
    request: AuthenticatedRequest,
    viewer: Profile,
    reported: Profile | Post | Message,
    *,
    title: str,
    text: str = "",
) -> HttpResponse:
    form = ReportForm(request.POST or None)
    if form.is_valid():
        rate_limits.check_report(request.user)
        service.create_report(viewer, reported, **form.cleaned_data)
        messages.success(request, "Thank you. A moderator will look at your report.")
        return redirect("social-feed")
    context = {"form": form, "title": title, "text": text}
    return render(request, "moderation/report.html", context)
