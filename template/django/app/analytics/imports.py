"""Importing sales: a file is checked row by row, shown, and stored when confirmed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from app.analytics.files import MAX_COLUMNS, FileError, read_table
from app.analytics.models import MAX_LENGTH, UNIQUE_NUMBER, PendingImport, Sale
from app.database import violates
from app.errors import Conflict, NotFound
from app.text import normalize_line
from app.users.models import User

LIFETIME = timedelta(days=1)  # of an import that is not confirmed
MAX_ERRORS = 100
BATCH_SIZE = 500
COLUMNS = ("number", "date", "product", "region", "quantity", "revenue")
# int() and Decimal() also accept signs, exponents, underscores and other digits.
PATTERNS = {
    "date": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "Enter a date such as 2026-01-31."),
    "quantity": (r"[0-9]{1,6}", "Enter a whole number from 1 to 999999."),
    "revenue": (r"[0-9]{1,9}(\.[0-9]{1,2})?", "Enter an amount such as 9.00."),
}

log = structlog.get_logger(__name__)


class ImportNotFound(NotFound):
    detail = "This import is finished or too old, or another file has replaced it."


class AlreadyImported(Conflict):
    code = "already_imported"
    detail = "Some of these sales have been imported already. Check the file again."


@dataclass(frozen=True)
class CellError:
    row: int  # as spreadsheet programs count: the header is row 1
    column: str
    message: str


class InvalidRows(Exception):
    """Rows of a file that cannot be imported, with at most MAX_ERRORS errors."""

    def __init__(self, errors: list[CellError]) -> None:
        self.errors = errors[:MAX_ERRORS]
        self.has_more = len(errors) > MAX_ERRORS
        super().__init__(f"{len(errors)} errors")


def prepare_import(user: User, content: bytes) -> PendingImport:
    """Check a file and keep its rows until the user confirms them.

    Raises:
        FileError: The file cannot be read.
        InvalidRows: Some rows are not valid.
    """
    sales, errors = _parse(read_table(content))
    errors += _find_duplicates(sales)
    if errors:
        raise InvalidRows(sorted(errors, key=lambda error: error.row))
    if not sales:
        raise FileError("The file has no rows below the names of the columns.")
    rows = [
        {name: str(getattr(sale, name)) for name in COLUMNS} for sale in sales.values()
    ]
    too_old = Q(created_at__lt=timezone.now() - LIFETIME)
    with transaction.atomic():
        PendingImport.objects.filter(too_old | Q(user=user)).delete()
        return PendingImport.objects.create(user=user, rows=rows)


def get_import(user: User, import_id: UUID) -> PendingImport:
    pending = _imports_of(user).filter(pk=import_id).first()
    if pending is None:
        raise ImportNotFound
    return pending


@transaction.atomic
def confirm_import(user: User, import_id: UUID) -> int:
    """Store all sales of an import, or none. Return how many there are."""
    pending = _imports_of(user).select_for_update().filter(pk=import_id).first()
    if pending is None:
        raise ImportNotFound
    try:
        with transaction.atomic():
            sales = [Sale(**row) for row in pending.rows]
            Sale.objects.bulk_create(sales, batch_size=BATCH_SIZE)
    except IntegrityError as error:
        if violates(error, Sale, UNIQUE_NUMBER):
            raise AlreadyImported from error
        raise
    pending.delete()
    log.info("sales_imported", sales=len(sales), user=str(user.pk))
    return len(sales)


def _imports_of(user: User) -> QuerySet[PendingImport]:
    """Return the imports that the user can still confirm."""
    start = timezone.now() - LIFETIME
    return PendingImport.objects.filter(user=user, created_at__gte=start)


def _parse(table: list[list[str]]) -> tuple[dict[int, Sale], list[CellError]]:
    """Return the valid sales by their row, and the errors of the other rows."""
    header = [cell.strip().lower() for cell in table[0]] if table else []
    if missing := [name for name in COLUMNS if header.count(name) != 1]:
        names = ", ".join(missing)
        message = f"The first row must have each of these columns once: {names}."
        raise FileError(message)
    if len(header) > MAX_COLUMNS:
        message = f"The file has more than {MAX_COLUMNS} columns."
        raise FileError(message)
    sales, errors = dict[int, Sale](), list[CellError]()
    for number, cells in enumerate(table[1:], start=2):
        if any(cell.strip() for cell in cells):
            values = dict(zip(header, cells, strict=False))
            try:
                sales[number] = _parse_row(values)
            except ValidationError as error:
                for column, messages in error.message_dict.items():
                    errors.append(CellError(number, column, " ".join(messages)))
        if len(errors) > MAX_ERRORS:
            break
    return sales, errors


def _parse_row(values: dict[str, str]) -> Sale:
    fields: dict[str, Any] = {
        name: normalize_line(values.get(name, ""), max_length=MAX_LENGTH)
        for name in COLUMNS
    }
    errors = {
        name: [message]
        for name, (pattern, message) in PATTERNS.items()
        if not re.fullmatch(pattern, fields[name])
    }
    sale = Sale(**fields)
    try:
        sale.clean_fields(exclude={"id", *errors})
    except ValidationError as error:
        errors |= error.message_dict
    if errors:
        raise ValidationError(errors)
    return sale


def _find_duplicates(sales: dict[int, Sale]) -> Iterator[CellError]:
    """Yield an error for each number that the file or the database has already."""
    taken = set[str]()
    # Not from the database for analytics, which can be behind.
    stored = Sale.objects.using(DEFAULT_DB_ALIAS)
    for batch in batched(sales.values(), BATCH_SIZE):
        numbers = [sale.number for sale in batch]
        taken.update(stored.filter(number__in=numbers).values_list("number", flat=True))
    seen = set[str]()
    for row, sale in sales.items():
        if sale.number in taken:
            yield CellError(row, "number", "This sale has been imported already.")
        elif sale.number in seen:
            yield CellError(row, "number", "An earlier row has the same number.")
        seen.add(sale.number)
