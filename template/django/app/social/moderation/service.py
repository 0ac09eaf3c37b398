"""What users can report, and how staff resolve reports."""

from django.db import transaction
from django.utils import timezone

from app.social.conversations.models import Message
from app.social.moderation.models import Report
from app.social.posts.models import Post
from app.social.profiles.models import Profile
from app.users.models import User


def create_report(
    viewer: Profile,
    reported: Profile | Post | Message,
    *,
    reason: str,
    text: str = "",
) -> Report:
    report = Report(reporter=viewer, reason=reason, text=text)
    if isinstance(reported, Post):
        report.post, report.profile = reported, reported.author
    elif isinstance(reported, Message):
        report.message, report.profile = reported, reported.sender
    else:
        report.profile = reported
    report.clean_fields()
    report.save()
    return report


@transaction.atomic
def resolve(report: Report, user: User, *, hide_post: bool = False) -> None:
    """Note who has resolved a report. With `hide_post`, hide the reported post."""
    if hide_post and report.post_id:
        Post.objects.filter(pk=report.post_id).update(is_hidden=True)
    Report.objects.filter(pk=report.pk, resolved_at=None).update(
        resolved_at=timezone.now(), resolved_by=user
    )
