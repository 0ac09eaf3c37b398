"""Tables in CSV and Excel files.

Excel files are read with openpyxl, because it reads row by row. Libraries that load the
whole sheet allocate memory for all cells up to the last one, wherever a file puts it.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO, StringIO
from itertools import islice
from typing import Any
from zipfile import BadZipFile, ZipFile

import structlog
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell

MAX_ROWS = 5_000
MAX_COLUMNS = 50
MAX_CELL_LENGTH = 1_000
MAX_UNZIPPED_BYTES = 5 * 1024 * 1024
ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# Spreadsheet programs take text that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

log = structlog.get_logger(__name__)


class FileError(Exception):
    """A file that cannot be read. The message is for its user."""


def read_table(content: bytes) -> list[list[str]]:
    """Return the rows of a CSV file, or of the first sheet of an Excel file.

    Raises:
        FileError: The file is malformed or too large.
    """
    if content.startswith(OLD_EXCEL):
        raise FileError("Save the file as .xlsx or .csv. The format .xls is too old.")
    rows = _read_xlsx(content) if content.startswith(ZIP) else _read_csv(content)
    table = list(islice(rows, MAX_ROWS + 2))
    if len(table) > MAX_ROWS + 1:  # the first row has the names of the columns
        message = f"The file has more than {MAX_ROWS:,} rows. Divide it."
        raise FileError(message)
    return table


def _read_csv(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError("Save the file as CSV in UTF-8, or as .xlsx.") from None
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            cells = row[: MAX_COLUMNS + 1]
            yield [_without_quote(cell[: MAX_CELL_LENGTH + 1]) for cell in cells]
    except csv.Error:
        message = f"Line {reader.line_num} is not valid CSV."
        raise FileError(message) from None


def _without_quote(cell: str) -> str:
    """Undo what an export does to text that looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:2] in FORMULA_STARTS else cell


def _read_xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        # zipfile reads no more of a file than the size that is declared for it.
        with ZipFile(BytesIO(content)) as archive:
            unzipped = sum(entry.file_size for entry in archive.infolist())
    except (BadZipFile, NotImplementedError, UnicodeDecodeError):
        raise FileError("The file is damaged.") from None
    if unzipped > MAX_UNZIPPED_BYTES:
        raise FileError("The file is too large. Divide it, or save it as CSV.")
    try:
        workbook = load_workbook(BytesIO(content), read_only=True, data_only=True)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # Some programs declare fewer cells than there are.
        for row in sheet.iter_rows(values_only=True):
            yield [_to_text(cell) for cell in row[: MAX_COLUMNS + 1]]
    except Exception as error:  # openpyxl raises many kinds for malformed files.
        log.info("unreadable_file", error=repr(error)[:200])
        raise FileError("The file is not a valid Excel file.") from None


def _to_text(value: object) -> str:
    """Return a cell as a user would write it in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        # As Excel shows it: 0.3 rather than 0.30000000000000004.
        return f"{value:.15g}"
    return str(value)[: MAX_CELL_LENGTH + 1]


def write_csv(rows: Iterable[Iterable[Any]]) -> BytesIO:
    text = StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_neutralize(cell) for cell in row])
    # Excel recognises UTF-8 by the byte order mark.
    return BytesIO(text.getvalue().encode("utf-8-sig"))


def _neutralize(cell: Any) -> Any:
    """Put a quote before text that a spreadsheet program would run as a formula."""
    is_formula = isinstance(cell, str) and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if is_formula else cell


def write_xlsx(rows: Iterable[Iterable[Any]]) -> BytesIO:
    """Return an Excel file with these rows. Text is never a formula."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Sales")
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value)
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    file = BytesIO()
    workbook.save(file)
    file.seek(0)
    return file
