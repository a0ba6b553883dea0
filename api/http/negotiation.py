"""Which of several forms of one answer a caller takes rather (RFC 9110, 12.5.1)."""

from collections.abc import Iterator, Sequence

NO_MATCH, ANYTHING, PART, NAMED = range(-1, 3)
"""How nearly a range names a type: not at all, as all others, as those of its kind, by its name."""


def preferred(accept: str, offered: Sequence[str]) -> str:
    """The media type that is taken rather, in lower case as offered; the last one, the usual, where none is taken.

    Of two that are taken as gladly it is the one that is named more nearly; then the first, where both are named, and
    otherwise the usual one: what has to be asked for is not given to whoever takes anything.
    """
    ranges = list(_ranges(accept))
    wanted = [_wanted(media_type, ranges) for media_type in offered]
    best = max(wanted)
    if best[0] <= 0 or (best[1] < NAMED and wanted[-1] == best):
        return offered[-1]
    return offered[wanted.index(best)]


def _wanted(media_type: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """Its quality, which is that of the range that names it most nearly, and how nearly that does."""
    near = [(_nearness(media_type, named), quality) for named, quality in ranges]
    nearest, quality = max(near, default=(NO_MATCH, 0.0))
    return (quality, nearest) if nearest != NO_MATCH else (0.0, NO_MATCH)


def _nearness(media_type: str, named: str) -> int:
    if named == media_type:
        return NAMED
    if named == f"{media_type.partition('/')[0]}/*":
        return PART
    return ANYTHING if named == "*/*" else NO_MATCH


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """The media ranges, each with its quality; parameters such as a charset narrow nothing here."""
    for each in accept.lower().split(","):
        media_range, *parameters = (part.strip() for part in each.split(";"))
        if media_range:
            yield media_range, _quality(parameters)


def _quality(parameters: Sequence[str]) -> float:
    """That of a media range (RFC 9110, 12.4.2); 0 for what is none."""
    said = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        quality = float(said)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
