"""Model fields for MySQL."""

from typing import Any

from django.db import models


class CaseSensitiveCharField(models.CharField):  # type: ignore[type-arg]  # not at run time
    """A CharField that MySQL compares by code point, as other databases do.

    MySQL's default collation ignores case and accents.
    """

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters
