"""`standfast import` of files as programs write them: read where that is safe, or told what they are and what to do."""

import bz2
import csv
import gzip
import io
import json
import lzma
import sqlite3
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Final

import pytest

from api.composition import Standfast
from application.imports.lines import LONGEST_LINE
from application.ports.engagement_list import Wanted
from domain.access.reach import EVERYTHING
from infrastructure.database.address import address_of, address_of_file
from tests.api.terminal.conftest import Run

HEADER: Final = "team,role,professional,partner,started_at,ended_at,succeeded_by"
TABLE: Final = f"""{HEADER}
Zahlungen – Köln,"Director, Sales",Zoë,Bücher GmbH,2023-01-09T09:00:00Z,2023-06-01,王伟
Zahlungen – Köln,"Director, Sales",王伟,,2023-06-01,,
"""
WITH_BREAK: Final = TABLE.replace("Zahlungen – Köln", '"Zahlungen\n– Köln"')
OPENING: Final = json.dumps(
    {
        "command": "open-engagement",
        "engagement_id": "0199e2a4-0000-7000-8000-000000000001",
        "occurred_at": "2025-01-06T09:00:00Z",
        "client_id": "acme",
        "model": "staff_augmentation",
        "work_class": "core",
        "seats": [],
    }
)


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def european(text: str, separator: str = ";") -> str:
    """As a spreadsheet of a country writes it where the comma stands in numbers."""
    return text.replace('"Director, Sales"', "Director\0 Sales").replace(",", separator).replace("\0", ",")


def quoted(text: str) -> str:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
    return written.getvalue()


READ: Final = {
    "Excel, CSV UTF-8": crlf(TABLE).encode("utf-8-sig"),
    "Excel, CSV UTF-8, semicolons": crlf(european(TABLE)).encode("utf-8-sig"),
    "Excel, Unicode text": crlf(european(TABLE, "\t")).encode("utf-16"),
    "Excel, sep=": crlf(f"sep=;\n{european(TABLE)}").encode("utf-8-sig"),
    "Excel, a line break in a cell": crlf(WITH_BREAK).encode("utf-8-sig"),
    "Excel, rows and columns that were emptied": crlf(TABLE.replace("\n", ",,\n") + ",,,,,,,,\n" * 3).encode(),
    "LibreOffice, CSV": TABLE.encode(),
    "LibreOffice, every cell quoted": quoted(TABLE).encode(),
    "LibreOffice, UTF-16 big endian, tabs": b"\xfe\xff" + european(TABLE, "\t").encode("utf-16-be"),
    "LibreOffice, UTF-32": TABLE.encode("utf-32"),
    "Google Sheets, CSV": crlf(TABLE).encode().removesuffix(b"\r\n"),
    "Google Sheets, TSV": crlf(european(TABLE, "\t")).encode(),
    "by hand, blank first lines and capitals": f"\n\n{TABLE}".replace(HEADER, HEADER.title()).encode(),
    "by hand, names with spaces": TABLE.replace("started_at,ended_at", " Started at , Ended At ").encode(),
    "by hand, bars": european(TABLE, "|").encode(),
    "by hand, a column of notes": TABLE.replace("\n", ",notes\n").encode(),
}
"""Files of the same table, by who wrote them."""


@pytest.mark.parametrize("producer", READ)
def test_a_table_is_read_whoever_wrote_it(producer: str, standfast: Run, tmp_path: Path, opened: Standfast) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(READ[producer])
    ran = standfast("import", file)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "2 lines of 2 imported, 0 refused · 1 engagement"), ran.err
    [line] = opened.engagements.page(Wanted(), EVERYTHING).items
    assert (line.name, line.client_id) == ("Zahlungen – Köln", "Zahlungen-Koln-9922d4b5")
    assert line.partner_ids == ("Bucher-GmbH-44fcba35",)
    state = opened.marketplace.history(line.engagement_id).state
    assert {seat_id: seat.spec.role for seat_id, seat in state.seats.items()} == {"Director-Sales-1": "Director, Sales"}


def test_a_table_is_known_behind_many_blank_lines(standfast: Run, tmp_path: Path) -> None:
    file = tmp_path / "table"
    file.write_text("\n" * 30 + TABLE.replace("2023-01-09T09:00:00Z", "then"), encoding="utf-8")
    ran = standfast("import", file)
    assert (ran.code, ran.out.splitlines()[0]) == (1, "1 line of 2 imported, 1 refused · 1 engagement")
    assert ran.err.startswith("line 32: started_at is 'then'")


def test_a_table_of_a_code_page_is_told_how_to_be_converted_and_then_is_read(
    standfast: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "t.csv"
    table = crlf(TABLE.replace("王伟", "Noël")).encode("cp1252")
    file.write_bytes(table)
    ran = standfast("import", file)
    assert (ran.code, ran.out.splitlines()[0]) == (1, "0 lines of 2 imported, 2 refused · 0 engagements")
    assert [line.split(": ")[0] for line in ran.err.splitlines()] == ["line 2", "line 3"]
    assert 'the byte 0x96 (in Windows-1252 that is "–") in team' in ran.err
    assert "iconv -f cp1252 -t utf-8 FILE | standfast import -" in ran.err
    monkeypatch.setattr(sys, "stdin", Piped(table.decode("cp1252").encode()))
    assert "2 lines of 2 imported" in standfast("import", "-").out


def test_what_is_unusual_of_a_table_is_told(standfast: Run, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(READ["Excel, Unicode text"])
    told = standfast("import", file).err.splitlines()
    assert told == [f"{file}: UTF-16, read as such", f"{file}: its cells are separated by tabs"]
    file.write_bytes(READ["by hand, a column of notes"])
    assert standfast("import", file).err.splitlines() == [f"{file}: not read: column notes"]
    file.write_bytes(READ["Excel, CSV UTF-8"])
    assert standfast("import", file).err == ""


def zipped(*names: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name in names:
            archive.writestr(name, "…")
    return raw.getvalue()


def tarred() -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("t.csv"))
    return raw.getvalue()


def database() -> bytes:
    with sqlite3.connect(":memory:") as made:
        made.execute("CREATE TABLE t (a)")
        return made.serialize()


EVENT: Final = '{"engagement_id":"…","version":1,"recorded_at":"…","position":1,"type":"NoteAdded","data":{}}\n'
REFUSED: Final = {
    "t.xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), "is an Excel workbook (.xlsx): save the sheet as CSV"),
    "renamed.csv": (zipped("xl/workbook.xml"), "is an Excel workbook (.xlsx)"),
    "torn.zip": (zipped("xl/workbook.xml")[:-30], "is an Excel workbook (.xlsx)"),
    "of a version to come.zip": (zipped("t").replace(b"PK\x01\x02\x14", b"PK\x01\x02\xff"), "is a ZIP archive"),
    "broken.xlsx": (b"PK\x03\x04\x14\x00\x08\r\x08\x00\n", "is an Excel workbook (.xlsx)"),
    "t.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an Excel workbook (.xls)"),
    "t.ods": (zipped("mimetype", "content.xml"), "is a LibreOffice document (.ods)"),
    "t.numbers": (zipped("Index/Document.iwa"), "is a Numbers document"),
    "t.docx": (zipped("word/document.xml"), "is a Word document"),
    "t.zip": (zipped("t.csv"), "is a ZIP archive: unpack it"),
    "t.csv.gz": (gzip.compress(TABLE.encode()), "compressed with gzip: unpack it: gunzip -c"),
    "log.jsonl": (gzip.compress(OPENING.encode()), "compressed with gzip"),
    "t.bz2": (bz2.compress(TABLE.encode()), "compressed with bzip2"),
    "t.xz": (lzma.compress(TABLE.encode()), "compressed with xz"),
    "t.zst": (b"\x28\xb5\x2f\xfd" + b"\1" * 9, "compressed with zstd"),
    "t.tar": (tarred(), "is a tar archive"),
    "t.pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is a PDF"),
    "t.rtf": (b"{\\rtf1\\ansi ", "RTF"),
    "t.parquet": (b"PAR1" + b"\1" * 99, "is a Parquet file"),
    "s.db": (database(), "is a SQLite database"),
    "page.csv": (b"\n<!DOCTYPE html>\n<html>", "is a web page (HTML)"),
    "t.xml": (b'\xef\xbb\xbf<?xml version="1.0"?>', "is an XML document"),
    "bare.csv": (TABLE.encode("utf-16-le"), "UTF-16 without its mark"),
    "half.csv": (TABLE.encode("utf-16")[:-1], "is UTF-16, but damaged"),
    "mac.csv": (TABLE.replace("\n", "\r").encode(), "carriage returns alone"),
    "array.json": (f"[{OPENING},\n{OPENING}]".encode(), "is a JSON array"),
    "one.json": (f"[{OPENING}]".encode(), "is a JSON array: a command log is JSON Lines"),
    "pretty.jsonl": (json.dumps(json.loads(OPENING), indent=2).encode(), "is JSON over several lines"),
    "events.jsonl": ((EVENT * 2).encode(), "is an export of events"),
    "cloud.jsonl": (b'{"specversion":"1.0","type":"NoteAdded","data":{}}\n', "is an export of events (CloudEvents)"),
    "ocel.json": (b'{"objectTypes":[],"eventTypes":[],"events":[]}', "is an export of events (OCEL)"),
    "answers.jsonl": (b'{"engagement_id":"","position":1,"recorded_at":"","events":[]}', "what commands were answered"),
    "page.json": (b'{"items":[],"next":null,"position":1}', "is an answer of the API"),
    "Team.gsheet": (b'{"":"WARNING!","doc_id":"1x","resource_key":""}', "is a link to a Google document"),
    "other.csv": (b"name;since\nann;2020\n", "lacks team, role, professional"),
    "empty.csv": (b"", "the file is empty"),
    "hello": (b"hello\n", "is neither a command log"),
    "empty": (b"", "is neither a command log"),
    "long": (b"x" * (3 * LONGEST_LINE), "is neither a command log"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_something_else_is_told_what_it_is(name: str, standfast: Run, tmp_path: Path) -> None:
    file = tmp_path / name
    content, said = REFUSED[name]
    file.write_bytes(content)
    ran = standfast("import", file)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert len(ran.err) < 1_000


@pytest.mark.parametrize("name", ["a%20b.db", "a b?.db", "año.db"])
def test_the_address_that_is_told_leads_to_the_database(name: str, standfast: Run, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(database())
    [address] = [word for word in standfast("import", file).err.split() if word.startswith("STANDFAST_DATABASE_URL=")]
    assert address == f"STANDFAST_DATABASE_URL={address_of_file(file)}"
    assert address_of(address_of_file(file)).database == str(file)


def test_a_command_that_is_told_can_be_copied(standfast: Run, tmp_path: Path) -> None:
    file = tmp_path / "our team.csv.gz"
    file.write_bytes(gzip.compress(b"x"))
    assert f"gunzip -c '{file}' | standfast import -" in standfast("import", file).err


class Piped:
    """What a process reads from its standard input."""

    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


@pytest.mark.parametrize("raw", [TABLE.encode(), READ["Excel, Unicode text"], f"{OPENING}\n".encode()])
def test_a_dash_is_the_standard_input(raw: bytes, standfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Piped(raw))
    assert "0 refused · 1 engagement" in standfast("import", "-").out


def test_the_standard_input_is_named_where_it_is_something_else(
    standfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Piped(gzip.compress(b"x")))
    ran = standfast("import", "-")
    assert ran.code == 2
    assert "the standard input is compressed with gzip: unpack it: gunzip -c FILE |" in ran.err


def test_the_ending_of_a_name_does_not_decide_what_a_file_is(standfast: Run, tmp_path: Path) -> None:
    log, table = tmp_path / "log.csv", tmp_path / "table.txt"
    log.write_text(f"{OPENING}\n")
    table.write_text(TABLE, encoding="utf-8")
    assert standfast("import", log).code == standfast("import", table).code == 0


@pytest.mark.parametrize("name", ["log.jsonl", "table.csv"])
def test_a_line_that_is_too_long_is_refused_and_the_others_are_imported(
    name: str, standfast: Run, tmp_path: Path
) -> None:
    first, last = (OPENING, OPENING) if name == "log.jsonl" else TABLE.splitlines()[::2]
    last = last.replace("2023-06-01", "2023-06-01T00:00:00Z")
    file = tmp_path / name
    file.write_text(f"{first}\n{'x' * (2 * LONGEST_LINE)}\n{last}\n", encoding="utf-8")
    ran = standfast("import", file)
    assert (ran.code, ran.err) == (1, "line 2: the line is longer than 1 MiB\n")


def test_names_of_any_script_are_found_again(standfast: Run, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(
        TABLE + "付款,组长,李娜,,2023-01-09,,\nb,r,x,,2023-01-09,,\nB,r,y,,2023-01-09,,\n", encoding="utf-8"
    )
    assert standfast("import", file).code == 0
    for name in ("Zahlungen – Köln", "zahlungen – köln", "Zahlungen – Ko\u0308ln", "Zahlungen-Koln-9922d4b5", "付款"):
        assert standfast("history", name).code == 0
    assert "nor the name of one" in standfast("history", "Zahlungen").err
    assert "y" in standfast("history", "B").out
