"""How a refusal says things: instants, the ids that there are, and what somebody may have meant."""

import re
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from itertools import pairwise
from typing import Final

MOST_NAMED: Final = 5
MOST_COMPARED: Final = 200
LONGEST_COMPARED: Final = 64


def said(instant: datetime) -> str:
    """An instant in UTC as a person reads it, to the microsecond only where it has any."""
    return f"{instant.replace(tzinfo=None).isoformat()}Z"


def code_said(code: str) -> str:
    """A code as a person reads it: ``non performance``."""
    return code.replace("_", " ")


def rule_name(name: str) -> str:
    """The stable name of a rule, in kebab-case, from that of its class."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


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
    wanted = _parts(word)

    def likeness(other: str) -> float:
        """What two words have in common over what each has: cheap, as refusals come by the thousand."""
        found = _parts(other)
        return len(wanted & found) / (len(wanted) + len(found))

    named = sorted(_few(ids), key=likeness, reverse=True)[:MOST_NAMED]
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return f"there {'is' if len(ids) == 1 else 'are'} {', '.join(named)}{more}"


def _parts(word: str) -> set[str]:
    """The letters of a word, alone and in pairs."""
    folded = f" {_folded(word)}"
    return {*folded, *map("".join, pairwise(folded))}


def _folded(word: str) -> str:
    return word[:LONGEST_COMPARED].lower().replace("_", "-")


def _few(words: Iterable[str]) -> list[str]:
    """The last ones, as many as are compared in a moment."""
    return list(words)[-MOST_COMPARED:]
