"""Files that are something else, by their first bytes: what they are, and what to do to have them imported."""

import json
import re
from collections.abc import Sequence
from os import SEEK_END, fsencode
from pathlib import PurePath
from shlex import quote
from typing import BinaryIO, Final
from urllib.parse import quote as escaped

HEAD: Final = 65_536
"""Bytes of a file that are looked at."""
STANDARD_INPUT: Final = "the standard input"
"""What a file is called that has no name."""
AS_CSV: Final = "save the sheet as CSV UTF-8 and import that"
UNPACK: Final = "unpack it and import the file that is in it"
AS_TEXT: Final = "put the assignments into a CSV file with the columns of an assignment history and import that"
LINES: Final = "a command log is JSON Lines, one command a line"

_SIGNATURES: Final[Sequence[tuple[int, bytes, str, str]]] = (
    (0, b"\x1f\x8b", "compressed with gzip", "unpack it: gunzip -c FILE | standfast import -"),
    (0, b"BZh", "compressed with bzip2", "unpack it: bunzip2 -c FILE | standfast import -"),
    (0, b"\xfd7zXZ\x00", "compressed with xz", "unpack it: xz -dc FILE | standfast import -"),
    (0, b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it: zstd -dc FILE | standfast import -"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (0, b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (257, b"ustar", "a tar archive", UNPACK),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document, such as an Excel workbook (.xls)", AS_CSV),
    (0, b"%PDF-", "a PDF", AS_TEXT),
    (0, b"{\\rtf", "a formatted text (RTF)", AS_TEXT),
    (
        0,
        b"SQLite format 3\x00",
        "a SQLite database",
        "where Standfast made it, STANDFAST_DATABASE_URL=sqlite:///ESCAPED reads it in its place",
    ),
    (0, b"PGDMP", "a dump of PostgreSQL", "pg_restore brings it back into a database"),
    (0, b"PAR1", "a Parquet file", "write the table as CSV and import that"),
    (0, b"ARROW1", "an Arrow file", "write the table as CSV and import that"),
    (0, b"\x89PNG", "a picture (PNG)", AS_TEXT),
    (0, b"\xff\xd8\xff", "a picture (JPEG)", AS_TEXT),
)
_MARKUP: Final = (
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<table", "a web page (HTML)"),
    (b"<?xml", "an XML document"),
)
_IN_ZIP: Final = (
    (b"xl/workbook", "an Excel workbook (.xlsx)", AS_CSV),
    (b"content.xml", "a LibreOffice document (.ods)", AS_CSV),
    (b"Index/Document", "a Numbers document of Apple", "export it as CSV (UTF-8) and import that"),
    (b"word/document", "a Word document (.docx)", AS_TEXT),
)
_OF_ENDING: Final = {
    ".xlsx": "an Excel workbook (.xlsx)",
    ".xlsm": "an Excel workbook (.xlsm)",
    ".ods": "a LibreOffice document (.ods)",
}


def what_else(name: str, file: BinaryIO) -> str | None:
    """What a file is that is neither lines of text nor UTF-8, and what to do; None where it may be read."""
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _sentence(name, *_zip(name, head, file))
    for offset, signature, what, remedy in _SIGNATURES:
        if head.startswith(signature, offset):
            return _sentence(name, what, remedy)
    for beginning, what in _MARKUP:
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(beginning):
            return _sentence(name, what, f"open it in a spreadsheet, {AS_CSV}")
    if head.count(b"\0") * 4 > len(head):
        what = "no text, or UTF-16 without its mark (it is full of NUL bytes)"
        return _sentence(name, what, "save it as UTF-8 and import that")
    if b"\r" in head and b"\n" not in head:
        what = "written with carriage returns alone at the ends of its lines, as old Macs did"
        return _sentence(name, what, "save it as CSV UTF-8, or write: tr '\\r' '\\n' < FILE | standfast import -")
    return None


def _sentence(name: str, what: str, remedy: str) -> str:
    """``FILE`` of a remedy is the name for a shell, ``ESCAPED`` the name in the address of a database."""
    written = {"FILE": "FILE", "ESCAPED": "FILE"}
    if name != STANDARD_INPUT:
        written = {"FILE": quote(name), "ESCAPED": escaped(fsencode(name))}
    return f"{name} is {what}: {re.sub('FILE|ESCAPED', lambda found: written[found[0]], remedy)}."


def _zip(name: str, head: bytes, file: BinaryIO) -> tuple[str, str]:
    """What an archive is by the names in it, which stand at its end; it need not be whole."""
    file.seek(max(0, file.seek(0, SEEK_END) - HEAD))
    names = head + file.read()
    for one, what, remedy in _IN_ZIP:
        if one in names:
            return what, remedy
    of_ending = _OF_ENDING.get(PurePath(name).suffix.lower())
    return (of_ending, AS_CSV) if of_ending else ("a ZIP archive", UNPACK)


def other_json(name: str, first: bytes, more: bool) -> str | None:
    """What JSON is that is no command log, by its first line that is not blank; ``more``: it is not the only one."""
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        return _unfinished(name, first.strip()[:100], more)
    if isinstance(value, list) and not more:
        return _sentence(name, "a JSON array", f"{LINES}: jq -c '.[]' FILE | standfast import -")
    if not isinstance(value, dict) or "command" in value:
        return None
    return next((_sentence(name, what, remedy) for keys, what, remedy in _OBJECTS if keys <= value.keys()), None)


_COMES_BACK: Final = "what is recorded comes back from a backup of its database; import takes commands"
_OBJECTS: Final = (
    ({"position", "recorded_at", "type", "data"}, "an export of events", _COMES_BACK),
    ({"specversion", "type"}, "an export of events (CloudEvents)", _COMES_BACK),
    ({"objectTypes", "eventTypes"}, "an export of events (OCEL)", _COMES_BACK),
    ({"position", "recorded_at", "events"}, "what commands were answered", "import the commands themselves"),
    ({"doc_id"}, "a link to a Google document", "in Google Sheets choose File, Download, CSV, and import that"),
    ({"items", "position"}, "an answer of the API", LINES),
)


def _unfinished(name: str, first: bytes, more: bool) -> str | None:
    """A document that goes on over several lines, as editors and ``jq`` without ``-c`` write it."""
    if first.startswith(b"["):
        return _sentence(name, "a JSON array", f"{LINES}: jq -c '.[]' FILE | standfast import -")
    if first == b"{" and more:
        return _sentence(name, "JSON over several lines", f"{LINES}: jq -c . FILE | standfast import -")
    return None
