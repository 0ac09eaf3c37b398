"""Beginning and listing the sessions of users."""

from django.contrib.auth import login
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from app.accounts.sessions.models import Session
from app.accounts.sessions.store import hash_key
from app.users.models import User


def start_session(request: HttpRequest, user: User) -> None:
    """Sign the browser in with a new session."""
    if request.user.is_authenticated:
        request.session.flush()  # Django keeps the session of the same user.
    login(request, user)
    user_agent = request.headers.get("User-Agent", "")
    request.session["user_agent"] = "".join(filter(str.isprintable, user_agent))
    request.session["created_at"] = timezone.now().timestamp()


def get_current_session(request: HttpRequest) -> Session:
    """Return the row of the session in which a user is signed in."""
    return Session.objects.get(pk=hash_key(request.session.session_key or ""))


def list_sessions(user: User) -> QuerySet[Session]:
    sessions = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    return sessions.order_by("-last_used_at")
