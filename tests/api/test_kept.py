"""What a kept answer is used for, by its age and by what was recorded since; and that it is worked out anew once."""

from collections.abc import Callable
from threading import Event

import pytest
import structlog

from api.desks import CallerGone, Desk, TooMuchAsked, go_on
from api.kept import Kept, KeptAnswers, use_of

KEPT = Kept("the answer", 100, 1_000.0)


@pytest.mark.parametrize(
    ("age", "position", "use"),
    [
        (0, 100, "as it is"),
        (5, 101, "as it is"),
        (5.1, 101, "anew"),
        (60, 101, "anew"),
        (60.1, 101, "waited for"),
        (60, 100, "as it is"),
        (60.1, 100, "anew"),
        (600, 100, "anew"),
        (600.1, 100, "waited for"),
        (6, 99, "anew"),
    ],
)
def test_an_answer_is_used_by_its_age_and_by_what_was_recorded_since(age: float, position: int, use: str) -> None:
    assert use_of(KEPT, now=KEPT.begun + age, position=position, min_position=None) == use


@pytest.mark.parametrize(("wanted", "use"), [(100, "as it is"), (101, "waited for")])
def test_an_answer_before_the_position_that_is_wanted_is_not_used(wanted: int, use: str) -> None:
    assert use_of(KEPT, now=KEPT.begun + 1, position=101, min_position=wanted) == use


def test_what_was_never_asked_is_waited_for() -> None:
    assert use_of(None, now=0, position=0, min_position=None) == "waited for"


class Background:
    """Takes what is to be done, and does it when it is told to; with a clock that it sets."""

    def __init__(self, most: int = 3) -> None:
        self.waiting: list[Callable[[], None]] = []
        self.now = 0.0
        self.most = most
        self.kept = KeptAnswers(self.begin, lambda: self.now, most=2)

    def begin(self, work: Callable[[], None]) -> None:
        if len(self.waiting) == self.most:
            raise TooMuchAsked
        self.waiting.append(work)

    def run(self) -> None:
        for work in self.waiting:
            work()
        self.waiting.clear()


@pytest.fixture
def background() -> Background:
    return Background()


def test_an_answer_is_worked_out_anew_once_however_many_ask(background: Background) -> None:
    kept = background.kept
    kept.worked_out("q", lambda: ("old", 1), asked=0)
    background.now = 10
    for _ in range(3):
        kept.anew("q", lambda: ("new", 2))
    assert len(background.waiting) == 1
    assert kept.find("q") == Kept("old", 1, 0)
    background.run()
    assert kept.find("q") == Kept("new", 2, 10)
    kept.anew("q", lambda: ("newer", 3))
    assert len(background.waiting) == 1


def test_what_fails_in_the_background_is_logged_and_tried_again(background: Background) -> None:
    kept = background.kept
    kept.worked_out("q", lambda: ("old", 1), asked=0)
    background.now = 10
    with structlog.testing.capture_logs() as logs:
        kept.anew("q", lambda: 1 // 0)  # type: ignore[arg-type,return-value]
        background.run()
    assert [(each["event"], each["log_level"]) for each in logs] == [
        ("an answer could not be worked out anew", "error")
    ]
    assert kept.find("q") == Kept("old", 1, 0)
    kept.anew("q", lambda: ("new", 2))
    background.run()
    assert kept.find("q") == Kept("new", 2, 10)


def test_where_too_many_wait_the_answer_is_begun_by_whoever_asks_next(background: Background) -> None:
    background.most = 0
    background.kept.anew("q", lambda: ("new", 2))
    background.most = 1
    background.kept.anew("q", lambda: ("new", 2))
    assert len(background.waiting) == 1


def test_who_waited_is_given_what_was_begun_since_it_asked(background: Background) -> None:
    kept = background.kept
    background.now = 7
    first = kept.worked_out("q", lambda: ("first", 5), asked=3)
    assert kept.worked_out("q", lambda: ("second", 6), asked=4) is first
    assert kept.worked_out("q", lambda: ("third", 6), asked=4, min_position=6).answer == "third"
    background.now = 9
    assert kept.worked_out("q", lambda: ("fourth", 7), asked=8).answer == "fourth"


def test_what_was_begun_before_does_not_replace_what_was_begun_later(background: Background) -> None:
    kept = background.kept

    def slow() -> tuple[str, int]:
        background.now = 5
        kept.worked_out("q", lambda: ("quick", 2), asked=5)
        return "slow", 1

    assert kept.worked_out("q", slow, asked=0).answer == "slow"
    assert kept.find("q") == Kept("quick", 2, 5)


def test_those_that_were_used_last_are_kept(background: Background) -> None:
    kept = background.kept
    for key in ("a", "b"):
        kept.worked_out(key, lambda: ("answer", 1), asked=0)
    kept.find("a")
    kept.worked_out("c", lambda: ("answer", 1), asked=0)
    assert (len(kept), kept.find("b")) == (2, None)
    assert kept.find("a")


def test_who_sees_less_is_not_shown_what_was_worked_out_for_another(background: Background) -> None:
    background.kept.worked_out(("everything", "q"), lambda: ("all", 1), asked=0)
    assert background.kept.find(("acme", "q")) is None


def test_what_a_desk_does_for_nobody_ends_with_the_desk() -> None:
    desk, begun, ended = Desk("tested", 1, 0), Event(), list[str]()

    def work() -> None:
        begun.set()
        try:
            while True:
                go_on()
        except CallerGone:
            ended.append("in the midst of it")

    desk.begin(work)
    with pytest.raises(TooMuchAsked):
        desk.begin(work)
    assert begun.wait(10)
    desk.close()
    assert ended == ["in the midst of it"]
