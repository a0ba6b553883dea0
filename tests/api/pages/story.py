"""A concern and the replacement that comes of it, told through the forms of one engagement alone."""

from typing import Final, Protocol

ITEMS: Final = ("access", "context", "nda", "ip_assignment", "classification")
NOTE: Final = "It went well."
RECORDED: Final = (
    "EngagementOpened",
    "ProfessionalMatched",
    "ProfessionalOnboarded",
    "UnderperformanceReported",
    "UnderperformanceAcknowledged",
    "ReplacementRequested",
    "GuaranteeDecided",
    "SuccessorProposed",
    "SuccessorAccepted",
    "ProfessionalOnboarded",
    "ProfessionalReplaced",
    "EventAnnotated",
)
"""The types of what the story records, in its order, without the items of onboarding."""


class Teller(Protocol):
    """Somebody before the pages of an engagement, in whatever browser."""

    def does(self, command: str, **fields: str) -> object:
        """Chooses a command, fills its form in, and sends it."""

    def next(self, title: str, **fields: str) -> object:
        """Presses the button of what is next, and sends its form with what it knows already."""

    def ticks(self, item: str) -> object:
        """Has an onboarding item done by one click."""


def replaces(teller: Teller) -> None:
    """From a match to a replacement, and a note about it."""
    teller.next("Match professional", professional_id="omar", supply_source="agency_partner", partner_id="devshop")
    for item in ITEMS:
        teller.ticks(item)
    teller.next("Onboard professional")
    teller.does("report-underperformance", category="delivery", severity="high", **{"evidence[0].title": "Two sprints"})
    teller.next("Acknowledge underperformance")
    teller.next("Request replacement", cause="non_performance")
    who = {"professional_id": "mei", "supply_source": "agency_partner", "partner_id": "devshop"}
    teller.next("Propose successor", **who, **{"day_rate.amount": "480", "day_rate.currency": "EUR"})
    teller.next("Accept successor")
    for item in ITEMS:
        teller.next(f"Complete onboarding item: {item.replace('_', ' ')}")
    teller.next("Onboard professional")
    teller.next("Replace professional")
    teller.does("annotate", note=NOTE)
