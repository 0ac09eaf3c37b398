"""Limits on how often a user can write, like, follow and report."""

from limits import RateLimitItem, parse

from app.accounts.rate_limits import limiter
from app.users.models import User

PROFILES = parse("20/hour")
POSTS = parse("20/10minutes")
MESSAGES = parse("60/10minutes")
REACTIONS = parse("120/10minutes")  # likes, and follows
REPORTS = parse("20/hour")


def check_profile(user: User) -> None:
    _check(PROFILES, "profile", user)


def check_post(user: User) -> None:
    _check(POSTS, "post", user)


def check_message(user: User) -> None:
    _check(MESSAGES, "message", user)


def check_reaction(user: User) -> None:
    _check(REACTIONS, "reaction", user)


def check_report(user: User) -> None:
    _check(REPORTS, "report", user)


def _check(limit: RateLimitItem, action: str, user: User) -> None:
    limiter.check((limit, (action, str(user.pk))))
