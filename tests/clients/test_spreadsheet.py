"""LibreOffice reads a CSV for spreadsheets: instants and numbers are what they are, and no text in it is computed."""

import csv
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from api.exports.columns import Column
from api.exports.csv_lines import csv_blocks

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
COLUMNS = [Column("name", "text", str), Column("started_at", "instant", str)]
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
HOSTILE = ["=1+1", "x;=1+1", "\uff1d1+1", "-1+3", "@SUM(1)", 'x;"=1+1;']
FORMULAS_AS_THEY_STAND = "9,34,UTF8,1,,0,false,true,true,true"
"""Of the filter of CSV: tabs, quotes, UTF-8, from the first line on; formulas instead of what they come to."""


def converted(
    rows: Sequence[Sequence[object]], columns: Sequence[Column], to: str, folder: Path, separator: str
) -> Path:
    """What LibreOffice writes of such a file, whose cells it takes to be apart by this separator."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("no LibreOffice here")
    file, out = folder / "rows.csv", folder / "out"
    file.write_bytes(b"".join(csv_blocks(rows, columns, mark=True)))
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    reading = f"--infilter=CSV:{ord(separator)},34,76,1,,1033,false,true,false"
    command = [program, profile, "--headless", reading, "--convert-to", to, "--outdir", str(out), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return out / f"rows.{to.partition(':')[0]}"


def test_instants_and_numbers_are_read_as_such(tmp_path: Path) -> None:
    columns = [*COLUMNS, Column("minutes", "integer", int)]
    sheet = ElementTree.parse(converted([["Checkout", AT, 95]], columns, "fods", tmp_path, ",")).getroot()
    cells = [cell for cell in sheet.iter(f"{TABLE}table-cell") if cell.get(f"{OFFICE}value-type")]
    names, [name, started_at, minutes] = cells[:3], cells[3:]
    assert ["".join(cell.itertext()).strip() for cell in names] == ["name", "started_at_utc", "minutes"]
    assert name.get(f"{OFFICE}value-type") == "string"
    assert started_at.get(f"{OFFICE}value-type") == "date"
    assert started_at.get(f"{OFFICE}date-value") == "2026-03-02T09:00:00"
    assert (minutes.get(f"{OFFICE}value-type"), minutes.get(f"{OFFICE}value")) == ("float", "95")


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_spreadsheet_computes_nothing(separator: str, tmp_path: Path) -> None:
    writing = f"csv:Text - txt - csv (StarCalc):{FORMULAS_AS_THEY_STAND}"
    with converted([[text, AT] for text in HOSTILE], COLUMNS, writing, tmp_path, separator).open(
        newline="", encoding="utf-8"
    ) as read:
        cells = [cell for row in csv.reader(read, delimiter="\t") for cell in row]
    assert [cell for cell in cells if cell.startswith("=")] == []
    if separator == ",":
        assert len(cells) == 2 * (len(HOSTILE) + 1)
