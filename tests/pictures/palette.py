"""A picture with a palette, as small as the standard library makes it: pages have few colours."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MOST_COLOURS: Final = 256
CHANNELS: Final = {2: 3, 6: 4}
"""Bytes a pixel, by the colour type of a PNG: RGB, and RGB with transparency."""

COARSE: Final = 5
"""How many bits of a channel make no colour another kind."""

Colour = tuple[int, int, int]


def with_palette(png: bytes) -> bytes:
    """The same picture in at most 256 colours, and for each other the nearest of them.

    Transparency is lost. Raises ValueError where it is no PNG of 8 bits a channel in RGB.
    """
    width, height, lines = _pixels(png)
    colours = Counter(colour for line in lines for colour in line)
    kept = _kept(colours)
    place = _places(colours, kept)
    rows = b"".join(b"\0" + bytes(map(place.__getitem__, line)) for line in lines)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    palette = b"".join(map(bytes, kept))
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, said) for kind, said in parts)


def _kept(colours: Counter[Colour]) -> Sequence[Colour]:
    """The most frequent colour of each kind, however rare the kind, and then the most frequent of all."""
    ranked = [colour for colour, _ in colours.most_common()]
    of_kinds: dict[Colour, Colour] = {}
    for red, green, blue in ranked:
        of_kinds.setdefault((red >> COARSE, green >> COARSE, blue >> COARSE), (red, green, blue))
    return list(dict.fromkeys((*list(of_kinds.values())[: MOST_COLOURS // 2], *ranked)))[:MOST_COLOURS]


def _places(colours: Mapping[Colour, int], kept: Sequence[Colour]) -> Mapping[Colour, int]:
    known = {colour: place for place, colour in enumerate(kept)}
    return {each: known[each] if each in known else _nearest(each, kept) for each in colours}


def _nearest(colour: Colour, kept: Sequence[Colour]) -> int:
    return min(range(len(kept)), key=lambda place: sum((a - b) ** 2 for a, b in zip(colour, kept[place], strict=True)))


def _chunk(kind: bytes, said: bytes) -> bytes:
    return struct.pack(">I", len(said)) + kind + said + struct.pack(">I", zlib.crc32(kind + said))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _pixels(png: bytes) -> tuple[int, int, Sequence[Sequence[Colour]]]:
    """Width, height, and the colours line by line."""
    if not png.startswith(SIGNATURE):
        raise ValueError("no PNG")
    chunks = list(_chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", dict(chunks)[b"IHDR"])
    if depth != 8 or kind not in CHANNELS or interlaced:
        raise ValueError(f"a PNG of another kind: {depth} bits, colour type {kind}")
    size = CHANNELS[kind]
    raw = zlib.decompress(b"".join(said for name, said in chunks if name == b"IDAT"))
    starts = range(0, (width * size + 1) * (height + 1), width * size + 1)
    lines, above = [], bytes(width * size)
    for start, end in pairwise(starts):
        above = _unfiltered(raw[start], raw[start + 1 : end], above, size)
        lines.append(list(zip(above[0::size], above[1::size], above[2::size], strict=True)))
    return width, height, lines


def _unfiltered(how: int, line: bytes, above: bytes, size: int) -> bytes:
    """A line of bytes without the filter that PNG put on it (section 9 of the PNG specification)."""
    if how == 0:
        return line
    if how == 2:
        return bytes((a + b) & 255 for a, b in zip(line, above, strict=True))
    done = bytearray(size) + bytearray(line)  # the pixel before the first one is black
    upper = bytes(size) + above
    for at in range(size, len(done)):
        left, up, corner = done[at - size], upper[at], upper[at - size]
        guess = left if how == 1 else (left + up) // 2 if how == 3 else _paeth(left, up, corner)
        done[at] = (done[at] + guess) & 255
    return bytes(done[size:])


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda each: abs(guess - each))
