"""How often what happens in the demo, by model: invented numbers, each with its name (docs/demo.md).

They follow what is said of the models, and prove nothing about any of them: the marketplace keeps about four of five
guarantees, freelancers vanish and leave gaps, staff augmentation depends on the client, managed services hide their
people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.language.words import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """One model's rates: fractions of one, but for those whose names say days or percent."""

    stays_percent: int
    """What becomes of somebody active: these add up to 100."""
    falls_short_percent: int
    resigns_percent: int
    rolls_off_percent: int
    disappears_percent: int
    falls_ill_percent: int
    misbehaves_percent: int
    sent_away_percent: int
    leaves_otherwise_percent: int

    no_show: float
    """Of those who were matched to an empty seat."""
    no_show_claimed: float
    """Of these no-shows, those for whom a replacement is asked."""
    match_withdrawn: float
    successor_drops_out: float
    """Of the accepted ones."""
    slow_onboarding: float

    asked_within_days: float
    """How long it takes at most until a replacement is asked for."""
    hurried: float
    """Of the cases, those in which every step is taken quickly."""
    decided_within_days: float
    declined: float
    """Of the proposals."""
    choosy: float
    """Of the cases, those in which the decider turns down qualified ones until no more are owed."""
    paused: float
    paused_for_client: float
    """Of the pauses, those that wait for the client."""
    withdrawn: float
    """Of the cases in which nobody has left."""
    reviewed: float
    """Of the claimed guarantees."""

    handed_over: float
    """Of the replacements, those with a plan."""
    transferred: float
    """Of the plans, those that are completed."""
    documented: float
    """Of those who stay, those who write down what they know while they are there."""
    billed: float
    """Of the cases, those whose transfer is billed."""
    charged: float

    acknowledged_late: float
    acknowledged_but_written_down_late: float
    never_acknowledged: float
    client_asks_at_once: float
    """Of the concerns, those that the client turns into a request before anybody could acknowledge them."""
    short_notice: float
    """Of the resignations."""

    productivity_reported: float
    """Of the occasions for a report."""
    absence_told: float
    """Of the absences."""
    named: bool
    """Whether the client is told who somebody is, what they cost and how they were chosen."""

    def __post_init__(self) -> None:
        assert sum(self.fates.values()) == 100, "fates are percents of a whole"

    @property
    def fates(self) -> Mapping[str, int]:
        """What becomes of somebody active, in percent."""
        return {
            "stays": self.stays_percent,
            "falls_short": self.falls_short_percent,
            "resigns": self.resigns_percent,
            "rolls_off": self.rolls_off_percent,
            "disappears": self.disappears_percent,
            "falls_ill": self.falls_ill_percent,
            "misbehaves": self.misbehaves_percent,
            "sent_away": self.sent_away_percent,
            "leaves_otherwise": self.leaves_otherwise_percent,
        }


RATES: Final[Mapping[Model, Rates]] = {
    "staff_augmentation": Rates(
        stays_percent=44, falls_short_percent=26, resigns_percent=11, rolls_off_percent=5, disappears_percent=4,
        falls_ill_percent=3, misbehaves_percent=2, sent_away_percent=3, leaves_otherwise_percent=2,
        no_show=0.05, no_show_claimed=0.3, match_withdrawn=0.05, successor_drops_out=0.12, slow_onboarding=0.4,
        asked_within_days=4, hurried=0.25, decided_within_days=9, declined=0.35, choosy=0, paused=0.3,
        paused_for_client=0.85, withdrawn=0.08, reviewed=0,
        handed_over=0.6, transferred=0.65, documented=0.15, billed=0.3, charged=0.15,
        acknowledged_late=0.35, acknowledged_but_written_down_late=0.08, never_acknowledged=0.15,
        client_asks_at_once=0.05, short_notice=0.3,
        productivity_reported=0.8, absence_told=0.95, named=True,
    ),
    "managed_services": Rates(
        stays_percent=52, falls_short_percent=20, resigns_percent=9, rolls_off_percent=9, disappears_percent=2,
        falls_ill_percent=3, misbehaves_percent=1, sent_away_percent=2, leaves_otherwise_percent=2,
        no_show=0.02, no_show_claimed=0.3, match_withdrawn=0.03, successor_drops_out=0.05, slow_onboarding=0.15,
        asked_within_days=2, hurried=0.65, decided_within_days=1, declined=0.1, choosy=0, paused=0.1,
        paused_for_client=0.3, withdrawn=0.06, reviewed=0,
        handed_over=0.85, transferred=0.8, documented=0.3, billed=0.15, charged=0.1,
        acknowledged_late=0.25, acknowledged_but_written_down_late=0.08, never_acknowledged=0.12,
        client_asks_at_once=0.05, short_notice=0.2,
        productivity_reported=0.1, absence_told=0.15, named=False,
    ),
    "freelancer_platform": Rates(
        stays_percent=30, falls_short_percent=22, resigns_percent=12, rolls_off_percent=5, disappears_percent=18,
        falls_ill_percent=4, misbehaves_percent=4, sent_away_percent=3, leaves_otherwise_percent=2,
        no_show=0.12, no_show_claimed=0.3, match_withdrawn=0.08, successor_drops_out=0.25, slow_onboarding=0.3,
        asked_within_days=25, hurried=0.15, decided_within_days=3, declined=0.4, choosy=0, paused=0.15,
        paused_for_client=0.6, withdrawn=0.1, reviewed=0,
        handed_over=0.3, transferred=0.45, documented=0.05, billed=0.5, charged=0.2,
        acknowledged_late=0.3, acknowledged_but_written_down_late=0.05, never_acknowledged=0.4,
        client_asks_at_once=0.1, short_notice=0.6,
        productivity_reported=0.6, absence_told=0.6, named=True,
    ),
    "managed_marketplace": Rates(
        stays_percent=48, falls_short_percent=30, resigns_percent=6, rolls_off_percent=4, disappears_percent=4,
        falls_ill_percent=3, misbehaves_percent=2, sent_away_percent=2, leaves_otherwise_percent=1,
        no_show=0.04, no_show_claimed=0.8, match_withdrawn=0.05, successor_drops_out=0.06, slow_onboarding=0.08,
        asked_within_days=1, hurried=0.9, decided_within_days=2, declined=0.25, choosy=0.04, paused=0.12,
        paused_for_client=0.5, withdrawn=0.06, reviewed=0.08,
        handed_over=0.97, transferred=0.95, documented=0.4, billed=0.03, charged=0,
        acknowledged_late=0.1, acknowledged_but_written_down_late=0.06, never_acknowledged=0.04,
        client_asks_at_once=0.05, short_notice=0.15,
        productivity_reported=0.9, absence_told=0.95, named=True,
    ),
}  # fmt: skip
