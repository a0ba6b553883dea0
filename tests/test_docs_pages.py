"""The pictures of the pages: each is there, is shown somewhere, and each page of the navigation has one."""

import re
import struct
import zlib
from pathlib import Path

import pytest

from api.pages.addresses import PAGES
from api.pages.sections import SECTIONS
from tests.pictures.palette import MOST_COLOURS, SIGNATURE, with_palette
from tests.pictures.shots import SHOTS

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
DOCUMENT = (ROOT / "docs" / "pages.md").read_text(encoding="utf-8")
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
MOST_BYTES = 150_000
NO_PAGE = ("/", "/charts/{name}.{ending}", "/static/{name}")
FORMS_TOO = ("/engagements/do/open-engagement", "/engagements/{engagement_id}/do/correct-history")
"""Told with the form of each command."""


def test_each_picture_that_is_taken_is_there_and_shown_with_words() -> None:
    shown = {path.rpartition("/")[2]: words for words, path in IMAGE.findall(DOCUMENT)}
    assert shown.keys() == {f"{each.name}.png" for each in SHOTS}
    assert all(len(words) > 20 for words in shown.values())
    assert {each.name for each in PICTURES.iterdir()} == shown.keys()
    assert [each.name for each in PICTURES.iterdir() if each.stat().st_size > MOST_BYTES] == []


def test_each_page_of_the_navigation_has_one() -> None:
    assert {each.address for each in SECTIONS} == {each.section for each in SHOTS}


def test_each_page_is_told() -> None:
    told = {re.sub(r"\{[^}]+\}", "{}", address) for address in re.findall(r"`(/[^`?]*)`", DOCUMENT)}
    served = {each.path for each in PAGES if each.method == "GET"} - {*NO_PAGE, *FORMS_TOO}
    assert told == {re.sub(r"\{[^}]+\}", "{}", address) for address in served}


def test_the_first_picture_of_the_readme_is_the_fleet() -> None:
    words, path = IMAGE.findall((ROOT / "README.md").read_text(encoding="utf-8"))[0]
    assert (ROOT / path) == PICTURES / "fleet.png"
    assert words


def png(lines: list[list[tuple[int, int, int]]], how: int) -> bytes:
    """A picture of these lines under one of the filters that need no pixel above (0 none, 1 sub)."""
    rows = b""
    for line in lines:
        before = [(0, 0, 0), *line]
        rows += bytes([how])
        for place, colour in enumerate(line):
            rows += bytes((c - p * how) & 255 for c, p in zip(colour, before[place], strict=True))
    header = struct.pack(">IIBBBBB", len(lines[0]), len(lines), 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return SIGNATURE + b"".join(
        struct.pack(">I", len(said)) + kind + said + struct.pack(">I", zlib.crc32(kind + said)) for kind, said in parts
    )


def colours_of(made: bytes) -> list[list[tuple[int, int, int]]]:
    """The lines of a picture with a palette, without filters."""
    at, chunks = len(SIGNATURE), dict[bytes, bytes]()
    while at < len(made):
        (length,) = struct.unpack_from(">I", made, at)
        chunks[made[at + 4 : at + 8]] = made[at + 8 : at + 8 + length]
        at += 12 + length
    width, height = struct.unpack_from(">II", chunks[b"IHDR"])
    raw, palette = zlib.decompress(chunks[b"IDAT"]), chunks[b"PLTE"]
    rows = [raw[place * (width + 1) + 1 : (place + 1) * (width + 1)] for place in range(height)]
    return [[(palette[3 * each], palette[3 * each + 1], palette[3 * each + 2]) for each in row] for row in rows]


@pytest.mark.parametrize("how", [0, 1])
def test_a_picture_of_few_colours_stays_as_it_is(how: int) -> None:
    lines = [[(10, 20, 30), (255, 0, 7), (10, 20, 30)], [(9, 9, 9), (0, 0, 0), (255, 255, 255)]]
    assert colours_of(with_palette(png(lines, how))) == lines


def test_of_many_colours_a_rare_one_of_its_own_kind_is_kept() -> None:
    blues = [(each // 16 % 16, each % 16, 255) for each in range(600)]
    made = colours_of(with_palette(png([[*blues, *blues, (163, 90, 0)]], 0)))
    assert made[0][-1] == (163, 90, 0)
    assert len(set(made[0])) <= MOST_COLOURS
