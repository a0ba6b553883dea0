"""How a refusal says things: instants, the ids that there are, and what somebody may have meant."""

from collections.abc import Iterable
from datetime import datetime
from difflib import SequenceMatcher, get_close_matches
from typing import Final

MOST_NAMED: Final = 5
MOST_COMPARED: Final = 200
LONGEST_COMPARED: Final = 64


def said(instant: datetime) -> str:
    """An instant in UTC as a person reads it, to the microsecond only where it has any."""
    return f"{instant.replace(tzinfo=None).isoformat()}Z"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of the known words that was meant, where one is near enough."""
    words = {_folded(each): each for each in _few(known)}
    found = get_close_matches(_folded(word), words, n=1)
    return words[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``(did you mean …?)``, to be put behind what is wrong; empty where nothing known is near."""
    meant = nearest(word, known)
    return f" (did you mean {meant}?)" if meant else ""


def none_such(kind: str, word: str, known: Iterable[str], where: str = "") -> str:
    """That there is no thing of this id, and those that there are, the nearest first."""
    ids = list(known)
    return f"there is no {kind} {word}{where}; {_those(word, ids) if ids else 'there are none'}"


def _those(word: str, ids: list[str]) -> str:
    likeness = SequenceMatcher(b=_folded(word))  # what it knows of the second text is kept from one to the next

    def like(other: str) -> float:
        likeness.set_seq1(_folded(other))
        return likeness.ratio()

    named = sorted(_few(ids), key=like, reverse=True)[:MOST_NAMED]
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return f"there {'is' if len(ids) == 1 else 'are'} {', '.join(named)}{more}"


def _folded(word: str) -> str:
    return word[:LONGEST_COMPARED].lower().replace("_", "-")


def _few(words: Iterable[str]) -> list[str]:
    """The last ones, as many as are compared in a moment."""
    return list(words)[-MOST_COMPARED:]
