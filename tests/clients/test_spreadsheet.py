"""LibreOffice reads a CSV for spreadsheets: no text in it is computed."""

import csv
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.exports.columns import Column
from api.exports.csv_lines import csv_blocks

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
COLUMNS = [Column("name", "text", str), Column("started_at", "instant", str)]
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOSTILE = ["=1+1", "x;=1+1", "\uff1d1+1", "-1+3", "@SUM(1)", 'x;"=1+1;']
FORMULAS_AS_THEY_STAND = "9,34,UTF8,1,,0,false,true,true,true"
"""Of the filter of CSV: tabs, quotes, UTF-8, from the first line on; formulas instead of what they come to."""


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_spreadsheet_computes_nothing(separator: str, tmp_path: Path) -> None:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("no LibreOffice here")
    file = tmp_path / "rows.csv"
    file.write_bytes(b"".join(csv_blocks([[text, AT] for text in HOSTILE], COLUMNS, mark=True)))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    reading = f"--infilter=CSV:{ord(separator)},34,76,1,,1033,false,true,false"
    writing = f"csv:Text - txt - csv (StarCalc):{FORMULAS_AS_THEY_STAND}"
    command = [
        program,
        profile,
        "--headless",
        reading,
        "--convert-to",
        writing,
        "--outdir",
        str(tmp_path / "out"),
        str(file),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    with (tmp_path / "out" / "rows.csv").open(newline="", encoding="utf-8") as read:
        cells = [cell for row in csv.reader(read, delimiter="\t") for cell in row]
    assert [cell for cell in cells if cell.startswith("=")] == []
    if separator == ",":
        assert len(cells) == 2 * (len(HOSTILE) + 1)
