from decimal import Decimal

import pytest
from django.utils import timezone

from app.analytics.files import FileError
from app.analytics.imports import (
    LIFETIME,
    MAX_ERRORS,
    AlreadyImported,
    CellError,
    ImportNotFound,
    InvalidRows,
    confirm_import,
    get_import,
    prepare_import,
)
from app.analytics.models import PendingImport, Sale
from app.users.models import User
from tests.analytics.helpers import CSV, HEADER, ROW, create_sale, xlsx
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def find_errors(user: User, content: str) -> list[CellError]:
    with pytest.raises(InvalidRows) as invalid:
        prepare_import(user, content.encode())
    assert not PendingImport.objects.exists()
    return invalid.value.errors


def test_sales_are_stored_when_they_are_confirmed(user: User) -> None:
    pending = prepare_import(user, CSV.encode())
    assert not Sale.objects.exists()
    assert confirm_import(user, pending.pk) == 2
    kettle = Sale.objects.get(number="A-2")
    assert (kettle.product, kettle.quantity) == ("Kettle", 1)
    assert kettle.revenue == Decimal("25.50")
    with pytest.raises(ImportNotFound):
        confirm_import(user, pending.pk)


def test_an_import_that_is_not_confirmed_within_a_day_is_deleted(user: User) -> None:
    pending = prepare_import(user, CSV.encode())
    PendingImport.objects.update(created_at=timezone.now() - LIFETIME)
    for call in (get_import, confirm_import):
        with pytest.raises(ImportNotFound):
            call(user, pending.pk)
    other = prepare_import(create_user("bob@example.org"), CSV.encode())
    assert PendingImport.objects.get() == other


def test_columns_may_be_in_any_order_and_more_than_needed(user: User) -> None:
    header = ["Region", "note", "Revenue", "quantity", "product", "date", "number"]
    row = ["Nord", "x", 9, 1, " Café ", "2026-01-31", "A-1"]
    pending = prepare_import(user, xlsx([header, row, [None] * 7]))
    [stored] = pending.rows
    assert (stored["region"], stored["revenue"]) == ("Nord", "9")
    assert stored["product"] == "Café"


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("a,2026-01-31,Tea,N,1,1", "number", "capital letters"),
        (",2026-01-31,Tea,N,1,1", "number", "blank"),
        ("A,31.01.2026,Tea,N,1,1", "date", "such as 2026-01-31"),
        ("A,2026-02-30,Tea,N,1,1", "date", "invalid date"),
        ("A,1066-10-14,Tea,N,1,1", "date", "greater than or equal to 1970"),
        ("A,2026-01-31,,N,1,1", "product", "blank"),
        ("A,2026-01-31,\0,N,1,1", "product", "null characters"),
        ("A,2026-01-31,\u200b,N,1,1", "product", "visible"),
        (f"A,2026-01-31,{'x' * 101},N,1,1", "product", "at most 100"),
        (f"A,2026-01-31,Tea,{'x' * 9000},1,1", "region", "at most 100"),
        ("A,2026-01-31,Tea,N,0,1", "quantity", "greater than or equal to 1"),
        ("A,2026-01-31,Tea,N,1_0,1", "quantity", "whole number"),
        ("A,2026-01-31,Tea,N,\u0661,1", "quantity", "whole number"),
        ("A,2026-01-31,Tea,N,1,1e3", "revenue", "such as 9.00"),
        ("A,2026-01-31,Tea,N,1,NaN", "revenue", "such as 9.00"),
        ("A,2026-01-31,Tea,N,1", "revenue", "such as 9.00"),
    ],
)
def test_an_error_names_its_row_and_column(
    user: User, row: str, column: str, message: str
) -> None:
    [error] = find_errors(user, f"{HEADER}{ROW}\n{row}\n")
    assert (error.row, error.column) == (4, column)
    assert message in error.message


def test_a_sale_is_not_imported_twice(user: User) -> None:
    create_sale("A-2")
    errors = find_errors(user, CSV + ROW)
    assert [(error.row, error.message) for error in errors] == [
        (3, "This sale has been imported already."),
        (4, "An earlier row has the same number."),
    ]


def test_only_the_first_errors_are_returned(user: User) -> None:
    assert len(find_errors(user, HEADER + "a,b,,,,\n" * 5000)) == MAX_ERRORS


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "first row"),
        ("number,date\n", "product, region, quantity, revenue"),
        (HEADER.replace("date", "number") + ROW, "number, date"),
        (HEADER, "no rows"),
        (HEADER.strip() + "," * 60, "more than 50 columns"),
    ],
)
def test_files_without_the_columns_or_rows_are_refused(
    user: User, content: str, message: str
) -> None:
    with pytest.raises(FileError, match=message):
        prepare_import(user, content.encode())


def test_all_sales_of_a_file_are_stored_or_none(user: User) -> None:
    pending = prepare_import(user, CSV.encode())
    create_sale("A-2")
    with pytest.raises(AlreadyImported):
        confirm_import(user, pending.pk)
    assert Sale.objects.count() == 1


def test_another_file_replaces_the_one_that_waits(user: User) -> None:
    first = prepare_import(user, CSV.encode())
    second = prepare_import(user, CSV.encode())
    assert get_import(user, second.pk)
    for import_user, pending in ((user, first), (create_user("b@example.org"), second)):
        with pytest.raises(ImportNotFound):
            get_import(import_user, pending.pk)
        with pytest.raises(ImportNotFound):
            confirm_import(import_user, pending.pk)
