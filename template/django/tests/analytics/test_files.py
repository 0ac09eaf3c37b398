from datetime import datetime
from io import BytesIO
from time import process_time
from typing import Any

import pytest
from openpyxl import load_workbook

from app.analytics.files import (
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNZIPPED_BYTES,
    FileError,
    read_table,
    write_csv,
    write_xlsx,
)
from tests.analytics.helpers import edit_sheet, xlsx

FORMULA = '=HYPERLINK("https://evil.example")'
BOMB = (
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
EXTERNAL = b'<!DOCTYPE a [<!ENTITY c SYSTEM "file:///etc/passwd">]>'
SHEET = xlsx([["secret"]])
END = b"</sheetData>"


@pytest.mark.parametrize(
    "content",
    [b"a,b\n1,2\n", b"a;b\r\n1;2\r\n", b'\xef\xbb\xbfa,b\n"1",2', b"a,b\r1,2"],
)
def test_csv_is_read_as_spreadsheet_programs_write_it(content: bytes) -> None:
    assert read_table(content) == [["a", "b"], ["1", "2"]]


def test_cells_of_excel_are_read_as_text() -> None:
    cells = ["A-1", datetime(2026, 1, 31), 2, 0.1 + 0.2, None, True]  # noqa: DTZ001 - as in Excel
    expected = ["A-1", "2026-01-31", "2", "0.3", "", "True"]
    assert read_table(xlsx([cells])) == [expected]


def test_the_declared_size_of_a_sheet_does_not_matter() -> None:
    content = edit_sheet(xlsx([["a", "b"], [1, 2]]), b'ref="A1:B2"', b'ref="A1"')
    assert read_table(content) == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfea\0", "UTF-8"),
        (b'a\n"b', "Line 2 is not valid CSV"),
        (b"a" * 200_000, "not valid CSV"),
        (b"\xd0\xcf\x11\xe0 of old Excel", r"\.xls is too old"),
        (b"a\n" * (MAX_ROWS + 2), "more than 5,000 rows"),
        (b"PK\x03\x04", "damaged"),
        (SHEET[:-30], "damaged"),
        (SHEET.replace(b"workbook.xml", b"workbook.xmx"), "not a valid Excel file"),
        (edit_sheet(SHEET, END, b""), "not a valid Excel file"),
        (edit_sheet(SHEET, b">secret<", b">&c;<"), "not a valid Excel file"),
        (edit_sheet(SHEET, END, b" " * MAX_UNZIPPED_BYTES), "too large"),
        (
            edit_sheet(SHEET, END, b'<row r="1048576"><c r="XFD1048576"/></row>' + END),
            "more than 5,000 rows",
        ),
    ],
)
def test_files_that_cannot_be_read_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(FileError, match=message):
        read_table(content)


@pytest.mark.parametrize("declaration", [BOMB, EXTERNAL])
def test_entities_of_xml_are_not_expanded(declaration: bytes) -> None:
    sheet = edit_sheet(SHEET, b"<worksheet", declaration + b"<worksheet")
    cell = b'<c t="inlineStr"><is><t>&c;</t></is></c></row>'
    content = edit_sheet(sheet, b"</row>", cell)
    try:
        [cells] = read_table(content)
    except FileError:
        return
    assert "root" not in str(cells)
    assert max(map(len, cells)) <= MAX_CELL_LENGTH + 1


@pytest.mark.parametrize(
    "content",
    [b"," * 1_000_000, edit_sheet(SHEET, b"</row>", b"<c/>" * 300_000 + b"</row>")],
)
def test_a_row_with_very_many_cells_costs_little(content: bytes) -> None:
    start = process_time()
    [cells] = read_table(content)
    assert len(cells) == MAX_COLUMNS + 1
    assert process_time() - start < 10


def read_back(content: BytesIO) -> list[Any]:
    return [*load_workbook(content).worksheets[0].iter_rows()]


@pytest.mark.parametrize("text", [FORMULA, "+1", "-1", "@SUM(A1)"])
def test_text_is_never_a_formula_in_an_export(text: str) -> None:
    rows = [["product"], [text]]
    line = write_csv(rows).getvalue().decode("utf-8-sig").splitlines()[1]
    assert line.lstrip('"').startswith(f"'{text[0]}")
    [_, [cell]] = read_back(write_xlsx(rows))
    assert (cell.data_type, cell.value) == ("s", text)
    for content in (write_csv(rows), write_xlsx(rows)):
        assert read_table(content.getvalue()) == rows
