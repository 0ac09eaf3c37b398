"""Sales, and files with sales."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from app.analytics.models import Report, Sale
from app.users.models import User

HEADER = "number,date,product,region,quantity,revenue\n"
ROW = "A-1,2026-01-31,Teapot,North,2,18.00\n"
CSV = f"{HEADER}{ROW}A-2,2026-02-01,Kettle,South,1,25.5\n"


def create_sale(number: str = "A-1", **values: Any) -> Sale:
    values = {"product": "Teapot", "region": "North", "quantity": 2} | values
    values = {"date": date(2026, 1, 31), "revenue": Decimal("18.00")} | values
    return Sale.objects.create(number=number, **values)


def create_months(count: int, year: int = 2025) -> None:
    """Create sales whose revenue grows by 10 a month."""
    for index in range(count):
        day = date(year + index // 12, index % 12 + 1, 15)
        create_sale(f"M-{index}", date=day, revenue=Decimal(100 + 10 * index))


def create_sales_report(user: User, **values: Any) -> Report:
    values = {"name": "Year", "measure": "revenue", "group_by": "month"} | values
    return Report.objects.create(created_by=user, **values)


def file(content: str | bytes, name: str = "sales.csv") -> BytesIO:
    """Return a file for a form."""
    stream = BytesIO(content.encode() if isinstance(content, str) else content)
    stream.name = name
    return stream


def xlsx(rows: list[list[Any]]) -> bytes:
    workbook = Workbook()
    sheet: Any = workbook.active
    for row in rows:
        sheet.append(row)
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def edit_sheet(content: bytes, old: bytes, new: bytes) -> bytes:
    """Return an Excel file whose sheet has other XML, as other programs write it."""
    edited = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(edited, "w", ZIP_DEFLATED) as to:
        for name in source.namelist():
            part = source.read(name)
            is_sheet = name.endswith("sheet1.xml")
            to.writestr(name, part.replace(old, new) if is_sheet else part)
    return edited.getvalue()
