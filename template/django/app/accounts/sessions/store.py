"""Where Django stores sessions: SESSION_ENGINE."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from app.accounts.sessions.models import USER_AGENT_MAX_LENGTH, Session

ABSOLUTE_LIFETIME = timedelta(days=14)
# The time of last use is written at most this often.
EXTEND_AFTER = timedelta(minutes=10)


def hash_key(session_key: str) -> str:
    """Return what is stored, so that a copy of the database is no way to sign in."""
    return sha256(session_key.encode(errors="replace")).hexdigest()


class SessionStore(DatabaseStore):
    """Django's store, with hashed keys and rows that name their users.

    A session ends SESSION_COOKIE_AGE after its last use, and 14 days after it began.
    """

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        key = hash_key(self.session_key or "")
        try:
            session = Session.objects.get(pk=key, expire_date__gt=timezone.now())
        except Session.DoesNotExist:
            self._session_key = None
            return {}
        if timezone.now() - session.last_used_at > EXTEND_AFTER:
            self.modified = True  # It is saved after the request.
        return self.decode(session.session_data)

    def exists(self, session_key: str) -> bool:
        return super().exists(hash_key(session_key))

    def delete(self, session_key: str | None = None) -> None:
        session_key = session_key or self.session_key
        if session_key:
            super().delete(hash_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        now = timezone.now()
        timestamp = data.setdefault("created_at", now.timestamp())
        created_at = datetime.fromtimestamp(timestamp, tz=UTC)
        base = super().create_model_instance(data)
        return Session(
            session_key=hash_key(base.session_key),
            session_data=base.session_data,
            expire_date=min(base.expire_date, created_at + ABSOLUTE_LIFETIME),
            user_id=data.get(SESSION_KEY),
            user_agent=data.get("user_agent", "")[:USER_AGENT_MAX_LENGTH],
            created_at=created_at,
            last_used_at=now,
        )

    # Django's store has each method a second time, for asynchronous views.

    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()

    async def aexists(self, session_key: str) -> bool:
        return await sync_to_async(self.exists)(session_key)

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        return self.create_model_instance(data)
