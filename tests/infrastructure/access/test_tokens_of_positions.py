"""Positions as tokens: the same each time, in no order, and nobody makes one."""

import re
from itertools import pairwise

import pytest

from domain.language.position import MOST, NUMBERS, TOKEN
from infrastructure.access.tokens_of_positions import TokensOfPositions

OURS = TokensOfPositions(lambda: b"k" * 32)
THEIRS = TokensOfPositions(lambda: b"j" * 32)
PLACES = (*range(1, 500), 2**31, MOST)


def test_a_token_is_the_same_each_time_and_means_its_position() -> None:
    told = [str(OURS.shown(each)) for each in PLACES]
    assert told == [TokensOfPositions(lambda: b"k" * 32).shown(each) for each in PLACES]
    assert [OURS.meant(each) for each in told] == [*PLACES]
    assert len(set(told)) == len(PLACES)
    assert all(re.fullmatch(TOKEN, each) for each in told)


def test_tokens_are_in_no_order() -> None:
    told = [str(OURS.shown(each)) for each in range(1, 500)]
    rising = sum(one < other for one, other in pairwise(told))
    assert 150 < rising < 350


def test_the_place_before_the_first_event_is_no_secret() -> None:
    assert OURS.shown(0) == OURS.meant(0) == 0


@pytest.mark.parametrize(
    "said",
    [
        57,
        True,
        None,
        0.0,
        "57",
        "",
        "p-",
        "p-AAAAAAAAAAAAAAAAAAAAAA",
        "p-é",
        "p-" + "A" * 400,
        THEIRS.shown(57),
        str(OURS.shown(57)).removeprefix("p-"),
        f"{OURS.shown(57)}=",
        f"{OURS.shown(57)}\n",
        str(OURS.shown(57)).replace("p-", "p-!"),
    ],
    ids=str,
)
def test_what_this_installation_did_not_say_is_refused(said: object) -> None:
    with pytest.raises(ValueError, match="a position is a text that an answer said"):
        OURS.meant(said)


def test_a_token_with_one_sign_changed_is_refused() -> None:
    token = str(OURS.shown(57))
    for place in range(2, len(token)):
        other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(ValueError):
            OURS.meant(other)


def test_numbers_are_as_they_are() -> None:
    assert (NUMBERS.shown(57), NUMBERS.meant("57")) == (57, "57")


def test_the_key_is_asked_for_once_and_its_refusal_is_told_at_once() -> None:
    asked: list[int] = []

    def key() -> bytes:
        asked.append(1)
        if len(asked) == 1:
            raise LookupError("not yet")
        return b"k" * 32

    tokens = TokensOfPositions(key)
    with pytest.raises(LookupError):
        tokens.ready()
    assert tokens.ready().shown(57) == tokens.shown(57) == OURS.shown(57)
    assert len(asked) == 2
