"""What is foreseen of a clock: the instants it comes to by itself, if nothing more happens than is agreed.

A reading as of any later instant, on the same facts, follows from them: nothing has to be read again as time passes.
"""

from dataclasses import dataclass
from math import ceil

from domain.clocks.life import Life


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Of a clock that has not ended, in seconds since 1970; None: never.

    It is at risk from ``at_risk_from`` on, its goal is used up at ``breach_at``, and it is past it from ``over_from``
    on: a goal that ends when business hours do is past only once they begin again.
    """

    at_risk_from: int | None
    breach_at: int | None
    over_from: int | None


NOTHING = Foreseen(at_risk_from=None, breach_at=None, over_from=None)


def foreseen(life: Life, as_of: int) -> Foreseen:
    """What lies ahead of a clock, or behind it, by the facts of its timeline up to ``as_of``."""
    goal = life.scale.goal_seconds
    if goal is None or life.ended_at is not None:
        return NOTHING
    over_from = elapsing(life, goal + 1, as_of)
    share = ceil(goal * life.terms.policy.at_risk_percent / 100)
    risky = elapsing(life, share, as_of) if share else life.started_at
    return Foreseen(
        at_risk_from=min((each for each in (risky, over_from) if each is not None), default=None),
        breach_at=elapsing(life, goal, as_of),
        over_from=over_from,
    )


def elapsing(life: Life, seconds: int, as_of: int) -> int | None:
    """The earliest instant at which so many seconds have counted; None: never."""
    elapsed, end, last = 0, life.started_at, life.known_until(as_of)
    for start, end, stretch in life.parts(last):
        if life.counts(stretch):
            counted = life.scale.measure(start, end)
            if elapsed + counted >= seconds:
                return life.scale.reaching(start, seconds - elapsed)
            elapsed += counted
    return life.scale.reaching(end, seconds - elapsed) if life.counts(life.present(last)) else None
