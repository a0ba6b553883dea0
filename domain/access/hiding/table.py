"""The table: what the fields of events hold, which facts are about something that may be hidden, and from whom what is.

Every event type and every field of one has its entry, so that a new one is not told by oversight (a test).
"""

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

from domain.engagement.terms.policy import Obligation
from domain.language.words import field_names

What = Literal[
    "person", "partner", "rate", "match", "assignment", "proposal", "concern", "text", "actor", "subject", "checks"
]
"""What may be hidden: a professional's id, a partner's, a day rate, a score with its factors, the ids of an assignment,
a proposal, a concern; texts that somebody else wrote, who recorded it, what a clock is about, what a guarantee was
judged by."""

About = Literal["proposal", "concern", "rate", "fact", "engagement"]
"""What a fact as a whole is about: withheld with that. ``fact``: another fact, or a clock. ``engagement``: nothing that
is withheld."""

Whose = Literal["client", "client under managed_services", "partner", "professional"]

OfWhat = Literal["all", "others", "unseen"]
"""Of what it is hidden: of everything; of whoever is not its own; of candidates that the client never saw."""

HIDDEN: Final[Mapping[Whose, Mapping[What, OfWhat]]] = {
    "client": {"proposal": "unseen"},
    "client under managed_services": {
        "person": "all",
        "partner": "all",
        "match": "all",
        "assignment": "all",
        "proposal": "all",
        "text": "all",
        "actor": "all",
    },
    "partner": {"rate": "others", "match": "others", "proposal": "others", "concern": "others"},
    "professional": {"rate": "all", "match": "all", "concern": "others"},
}
"""From whom what is hidden, of what."""

OF_A_CANDIDATE: Final[frozenset[What]] = frozenset({"person", "partner", "rate", "match", "text"})
"""What is hidden with a proposal, unless it was accepted."""

HOLDS: Final[Mapping[str, What]] = {
    "professional_id": "person",
    "partner_id": "partner",
    "day_rate": "rate",
    "match": "match",
    "assignment_id": "assignment",
    "outgoing_assignment_id": "assignment",
    "incoming_assignment_id": "assignment",
    "from_assignment_id": "assignment",
    "to_assignment_id": "assignment",
    "proposal_id": "proposal",
    "concern_id": "concern",
    "subject_id": "subject",
    "checks": "checks",
}
"""What a field holds, by its name, in whatever event: beside these the texts that are marked as somebody's own."""

PLAIN: Final = frozenset(
    {
        *("absence_id", "accountable", "allocation", "billable", "billed_minutes", "calendar", "cancelled"),
        *("case_id", "category", "cause", "charge_to_client", "claim_guarantee", "client_id", "clock", "completeness"),
        *("corrects", "due_at", "effort_minutes", "eligible", "engagement_id", "from_", "goal_seconds", "item"),
        *("item_id", "items", "key_role", "kind", "last_day", "minutes", "model", "notice_given_at"),
        *("observed_since", "outcome", "party", "percent", "plan_id", "planned", "planned_start", "policy"),
        *(
            "proposed_as_qualified",
            "purpose",
            "qualified",
            "reason",
            "required_from",
            "required_until",
            "role",
            "seat_id",
        ),
        *("seats", "severity", "supply_source", "suspected_cause", "terms", "until", "version", "voids"),
        *("waiting_on", "work_class", "worked_on"),
    }
)
"""The fields that hold nothing that is hidden from whoever is told of the fact. How an assignment is supplied tells
which party its clocks hold to account, and these stay."""

ABOUT: Final[Mapping[str, About]] = {
    **dict.fromkeys(("SuccessorProposed", "SuccessorDeclined"), "proposal"),
    **dict.fromkeys(("UnderperformanceReported", "UnderperformanceAcknowledged"), "concern"),
    **dict.fromkeys(("UnderperformanceDisputed", "UnderperformanceResolved"), "concern"),
    "RateChanged": "rate",
    **dict.fromkeys(("FactVoided", "EventAnnotated", "ServiceLevelBreached"), "fact"),
    **dict.fromkeys(("EngagementOpened", "EngagementSuspended", "EngagementResumed", "EngagementEnded"), "engagement"),
    **dict.fromkeys(("TermsAmended", "SeatAdded", "SeatAmended", "SeatClosed", "EffortRecorded"), "engagement"),
    **dict.fromkeys(("ProfessionalMatched", "MatchWithdrawn", "ProfessionalOnboarded"), "engagement"),
    **dict.fromkeys(("OnboardingItemCompleted", "OnboardingItemWaived", "ProductivityReported"), "engagement"),
    **dict.fromkeys(("AbsenceRecorded", "AbsenceAmended"), "engagement"),
    **dict.fromkeys(("DepartureAnnounced", "ProfessionalDeparted"), "engagement"),
    **dict.fromkeys(("ReplacementRequested", "GuaranteeDecided", "GuaranteeReviewed"), "engagement"),
    **dict.fromkeys(("ReplacementPaused", "ReplacementResumed", "ReplacementWithdrawn"), "engagement"),
    **dict.fromkeys(("SuccessorAccepted", "ProfessionalReplaced", "KnowledgeTransferPlanned"), "engagement"),
    **dict.fromkeys(("KnowledgeItemDelivered", "KnowledgeItemVerified", "KnowledgeItemWaived"), "engagement"),
    "KnowledgeTransferred": "engagement",
}
"""What each event type is about as a whole; an acceptance is about the assignment that it makes."""

DESCRIBING: Final = frozenset({"EngagementOpened"})
"""The event types whose marked texts say what the engagement is: whoever is within reach of it is told these."""

CLOCKS_ABOUT: Final[Mapping[Obligation, What]] = {
    "onboard": "assignment",
    "acknowledge": "concern",
    "decide": "proposal",
}
"""What the subject of a clock is, where that may be hidden."""


@cache
def held_by(kind: type) -> tuple[tuple[str, What], ...]:
    """The fields of an event type that may be hidden, with what they hold; marked texts are not among them."""
    return tuple((name, HOLDS[name]) for name in field_names(kind) if name in HOLDS)
