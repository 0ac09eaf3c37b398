"""The pages of direct messages, below /social/messages/."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from app.accounts.requests import AuthenticatedRequest
from app.social import rate_limits
from app.social.conversations import service
from app.social.conversations.forms import MessageForm
from app.social.profiles.models import Profile
from app.social.profiles.service import get_other_profile
from app.social.views import READ_AND_POST, get_page, profile_required


@require_safe
@profile_required
def conversations(request: AuthenticatedRequest, viewer: Profile) -> HttpResponse:
    """List the last message of each conversation."""
    rows, next_cursor = get_page(request, service.list_conversations(viewer))
    context = {"viewer": viewer, "conversations": rows, "next_cursor": next_cursor}
    return render(request, "conversations/list.html", context)


@require_http_methods(READ_AND_POST)
@profile_required
def conversation(
    request: AuthenticatedRequest, viewer: Profile, handle: str
) -> HttpResponse:
    partner = get_other_profile(viewer, handle)
    form = MessageForm(request.POST or None)
    if form.is_valid():
        rate_limits.check_message(request.user)
        service.send_message(viewer, handle, form.cleaned_data["text"])
        messages.success(request, "Your message was sent.")
        return redirect("conversation", handle)
    rows, next_cursor = get_page(request, service.list_messages(viewer, partner))
    if any(row.recipient_id == viewer.pk and row.read_at is None for row in rows):
        service.mark_as_read(viewer, partner)
    context = {
        "viewer": viewer,
        "partner": partner,
        "form": form,
        "chat_messages": rows,
        "next_cursor": next_cursor,
    }
    return render(request, "conversations/conversation.html", context)
