"""Which database the queries of analytics use: DATABASE_ROUTERS."""

from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

from app.analytics.configuration import ANALYTICS_DATABASE
from app.analytics.models import Sale


class AnalyticsRouter:
    """Reads sales from ANALYTICS_DATABASE_URL if that is set, and never writes there.

    It is a replica of the main database, or a database that has the same table.
    """

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        is_separate = ANALYTICS_DATABASE in settings.DATABASES
        return ANALYTICS_DATABASE if model is Sale and is_separate else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        # Without this, Django would save a row to the database that it was read from.
        return DEFAULT_DB_ALIAS if model is Sale else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == ANALYTICS_DATABASE else None
