"""Sessions of browsers: a random token in the signed cookie, and a row with its hash.

Flask-Login alone would store the id of the user in the cookie, and a copy of the cookie
would work after the user has signed out.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from flask import Flask, Response, after_this_request, request
from flask import session as cookie_session
from flask_login import UserMixin, current_user, login_user
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from structlog import get_logger

from app.accounts.models import User, UserSession
from app.database import now
from app.extensions import db, login_manager

IDLE_LIFETIME = timedelta(hours=24)
ABSOLUTE_LIFETIME = timedelta(days=14)
# The time of last use is written at most this often.
EXTEND_AFTER = timedelta(minutes=10)
log = get_logger()

ACTIVE_SESSION_QUERY = (
    select(UserSession, User)
    .join(User, User.id == UserSession.user_id)
    .where(
        UserSession.token_hash == bindparam("token_hash"),
        UserSession.expires_at > bindparam("now"),
        User.is_active,
    )
)


def add_sessions(app: Flask) -> None:
    """Set up Flask-Login, and give templates `current_user`.

    Flask-Login's own context processor would read the session for every template, also
    for the error page that is shown when the database does not answer.
    """
    login_manager.init_app(app, add_context_processor=False)
    login_manager.user_loader(load_session)
    app.jinja_env.globals["current_user"] = current_user


@dataclass(frozen=True, eq=False)
class ActiveSession(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """The value of `current_user` if a user is signed in."""

    user: User
    row: UserSession
    token: str

    def get_id(self) -> str:
        """Return what Flask-Login stores in the cookie."""
        return self.token


def create_session(user: User, user_agent: str) -> ActiveSession:
    """Add a session, to be passed to Flask-Login's `login_user`."""
    token = secrets.token_urlsafe(32)
    row = UserSession(
        user_id=user.id,
        token_hash=_hash(token),
        user_agent="".join(filter(str.isprintable, user_agent))[:200],
        expires_at=_expiry(now()),
    )
    db.session.add(row)
    db.session.flush()
    return ActiveSession(user, row, token)


def start_session(user: User) -> None:
    """Sign in with a new session, and with a new secret for forms."""
    cookie_session.clear()
    login_user(create_session(user, request.user_agent.string))


def load_session(token: str) -> ActiveSession | None:
    """Return the session of a cookie, for Flask-Login."""
    values = {"token_hash": _hash(token), "now": now()}
    found = db.session.execute(ACTIVE_SESSION_QUERY, values).one_or_none()
    if found is None:
        return None
    row, user = found
    if now() - row.last_used_at > EXTEND_AFTER:
        _extend_after_request(row)
    return ActiveSession(user, row, token)


def _extend_after_request(session: UserSession) -> None:
    """Write that a session was used, in a transaction separate from the request's."""
    session_id, expires_at = session.id, _expiry(session.created_at)

    @after_this_request
    def extend(response: Response) -> Response:
        try:
            extend_session(session_id, expires_at)
        except SQLAlchemyError as error:  # the next request tries again
            log.warning("session_not_extended", exc_info=error)
        return response


def extend_session(session_id: UUID, expires_at: datetime) -> None:
    db.session.rollback()  # a failed request may have left a transaction open
    db.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id)
        .values(last_used_at=now(), expires_at=expires_at)
    )
    db.session.commit()


def list_sessions(user: User) -> Sequence[UserSession]:
    query = (
        select(UserSession)
        .where(UserSession.user_id == user.id, UserSession.expires_at > now())
        .order_by(UserSession.last_used_at.desc())
    )
    return db.session.scalars(query).all()


def revoke_session(session: ActiveSession) -> None:
    db.session.execute(delete(UserSession).where(UserSession.id == session.row.id))


def _hash(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()


def _expiry(created_at: datetime) -> datetime:
    return min(now() + IDLE_LIFETIME, created_at + ABSOLUTE_LIFETIME)
