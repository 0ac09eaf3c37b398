"""The item, a sample to replace. Its rules stand with its fields."""

import uuid
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.forms import Field

MAX_PRICE = Decimal(1_000_000)

plain_text = RegexValidator(
    "[\0\ud800-\udfff]",
    "Text cannot hold null characters or lone surrogates.",
    inverse_match=True,
)
single_line = RegexValidator(
    "[\0-\x1f\x7f-\x9f]", "A name cannot hold control characters.", inverse_match=True
)


class TextField(models.CharField):  # type: ignore[type-arg]  # not at run time
    """Any character, compared code point by code point: not MySQL's own default."""

    default_validators = [plain_text]  # noqa: RUF012 - as in Django

    def db_parameters(self, connection: Any) -> Any:
        binary = {"collation": "utf8mb4_bin"} if connection.vendor == "mysql" else {}
        return super().db_parameters(connection) | binary

    def formfield(self, *args: Any, **kwargs: Any) -> Field | None:
        return super().formfield(*args, **kwargs, max_length=None)


class NameField(TextField):
    """Stripped and in normal form C, in which the length counts."""

    default_validators = [plain_text, single_line]  # noqa: RUF012 - as in Django

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text and normalize("NFC", text.strip())


class Item(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = NameField(max_length=100, unique=True)
    description = TextField(max_length=1000, blank=True)
    price = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(MAX_PRICE)],
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("created_at", "id")
        indexes = (models.Index(fields=["created_at", "id"], name="items_creation"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(price__range=(0, MAX_PRICE)),
                name="items_price_range",
            ),
        )

    def __str__(self) -> str:
        return str(self.name)
