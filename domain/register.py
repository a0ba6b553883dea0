"""Every command and every event by the name it has outside: stored names do not depend on class paths."""

from typing import Final

from domain.engagement.assignments.absence import AbsenceRecorded, RecordAbsence
from domain.engagement.assignments.matching import (
    AnnounceDeparture,
    ChangeRate,
    DepartureAnnounced,
    MatchProfessional,
    MatchWithdrawn,
    ProductivityReported,
    ProfessionalDeparted,
    ProfessionalMatched,
    RateChanged,
    RecordDeparture,
    ReportProductivity,
    WithdrawMatch,
)
from domain.engagement.assignments.onboarding import (
    CompleteOnboardingItem,
    OnboardingItemCompleted,
    OnboardingItemWaived,
    OnboardProfessional,
    ProfessionalOnboarded,
    WaiveOnboardingItem,
)
from domain.engagement.concerns.reporting import (
    AcknowledgeUnderperformance,
    DisputeUnderperformance,
    ReportUnderperformance,
    ResolveUnderperformance,
    UnderperformanceAcknowledged,
    UnderperformanceDisputed,
    UnderperformanceReported,
    UnderperformanceResolved,
)
from domain.engagement.lifecycle import (
    EndEngagement,
    EngagementEnded,
    EngagementOpened,
    EngagementResumed,
    EngagementSuspended,
    OpenEngagement,
    ResumeEngagement,
    SuspendEngagement,
)
from domain.engagement.replacement.case import (
    PauseReplacement,
    ProfessionalReplaced,
    ReplacementPaused,
    ReplacementResumed,
    ReplacementWithdrawn,
    ReplaceProfessional,
    ResumeReplacement,
    WithdrawReplacement,
)
from domain.engagement.replacement.guarantee import GuaranteeDecided, GuaranteeReviewed, ReviewGuarantee
from domain.engagement.replacement.proposal import (
    AcceptSuccessor,
    DeclineSuccessor,
    ProposeSuccessor,
    SuccessorAccepted,
    SuccessorDeclined,
    SuccessorProposed,
)
from domain.engagement.replacement.request import ReplacementRequested, RequestReplacement
from domain.engagement.seats.agreeing import AddSeat, AmendSeat, CloseSeat, SeatAdded, SeatAmended, SeatClosed
from domain.engagement.terms.policy import AmendTerms, TermsAmended
from domain.engagement.transfer.plan import (
    KnowledgeItemDelivered,
    KnowledgeItemVerified,
    KnowledgeItemWaived,
    KnowledgeTransferPlanned,
    KnowledgeTransferred,
)
from domain.engagement.transfer.planning import (
    CompleteKnowledgeTransfer,
    DeliverKnowledgeItem,
    PlanKnowledgeTransfer,
    VerifyKnowledgeItem,
    WaiveKnowledgeItem,
)
from domain.law.event import Command, Event
from domain.law.notes import (
    Annotate,
    CorrectHistory,
    EffortRecorded,
    EventAnnotated,
    FactVoided,
    RecordBreach,
    RecordEffort,
    ServiceLevelBreached,
)

COMMANDS: Final[dict[str, type[Command]]] = {
    "open-engagement": OpenEngagement,
    "add-seat": AddSeat,
    "amend-seat": AmendSeat,
    "close-seat": CloseSeat,
    "match-professional": MatchProfessional,
    "withdraw-match": WithdrawMatch,
    "complete-onboarding-item": CompleteOnboardingItem,
    "waive-onboarding-item": WaiveOnboardingItem,
    "onboard-professional": OnboardProfessional,
    "change-rate": ChangeRate,
    "report-productivity": ReportProductivity,
    "record-absence": RecordAbsence,
    "announce-departure": AnnounceDeparture,
    "record-departure": RecordDeparture,
    "report-underperformance": ReportUnderperformance,
    "acknowledge-underperformance": AcknowledgeUnderperformance,
    "dispute-underperformance": DisputeUnderperformance,
    "resolve-underperformance": ResolveUnderperformance,
    "request-replacement": RequestReplacement,
    "review-guarantee": ReviewGuarantee,
    "propose-successor": ProposeSuccessor,
    "decline-successor": DeclineSuccessor,
    "accept-successor": AcceptSuccessor,
    "pause-replacement": PauseReplacement,
    "resume-replacement": ResumeReplacement,
    "replace-professional": ReplaceProfessional,
    "withdraw-replacement": WithdrawReplacement,
    "plan-knowledge-transfer": PlanKnowledgeTransfer,
    "deliver-knowledge-item": DeliverKnowledgeItem,
    "verify-knowledge-item": VerifyKnowledgeItem,
    "waive-knowledge-item": WaiveKnowledgeItem,
    "complete-knowledge-transfer": CompleteKnowledgeTransfer,
    "record-effort": RecordEffort,
    "suspend-engagement": SuspendEngagement,
    "resume-engagement": ResumeEngagement,
    "amend-terms": AmendTerms,
    "end-engagement": EndEngagement,
    "correct-history": CorrectHistory,
    "annotate": Annotate,
    "record-breach": RecordBreach,
}

EVENTS: Final[dict[str, type[Event]]] = {
    "EngagementOpened": EngagementOpened,
    "SeatAdded": SeatAdded,
    "SeatAmended": SeatAmended,
    "SeatClosed": SeatClosed,
    "ProfessionalMatched": ProfessionalMatched,
    "MatchWithdrawn": MatchWithdrawn,
    "OnboardingItemCompleted": OnboardingItemCompleted,
    "OnboardingItemWaived": OnboardingItemWaived,
    "ProfessionalOnboarded": ProfessionalOnboarded,
    "RateChanged": RateChanged,
    "ProductivityReported": ProductivityReported,
    "AbsenceRecorded": AbsenceRecorded,
    "DepartureAnnounced": DepartureAnnounced,
    "ProfessionalDeparted": ProfessionalDeparted,
    "UnderperformanceReported": UnderperformanceReported,
    "UnderperformanceAcknowledged": UnderperformanceAcknowledged,
    "UnderperformanceDisputed": UnderperformanceDisputed,
    "UnderperformanceResolved": UnderperformanceResolved,
    "ReplacementRequested": ReplacementRequested,
    "GuaranteeDecided": GuaranteeDecided,
    "GuaranteeReviewed": GuaranteeReviewed,
    "SuccessorProposed": SuccessorProposed,
    "SuccessorDeclined": SuccessorDeclined,
    "SuccessorAccepted": SuccessorAccepted,
    "ReplacementPaused": ReplacementPaused,
    "ReplacementResumed": ReplacementResumed,
    "ProfessionalReplaced": ProfessionalReplaced,
    "ReplacementWithdrawn": ReplacementWithdrawn,
    "KnowledgeTransferPlanned": KnowledgeTransferPlanned,
    "KnowledgeItemDelivered": KnowledgeItemDelivered,
    "KnowledgeItemVerified": KnowledgeItemVerified,
    "KnowledgeItemWaived": KnowledgeItemWaived,
    "KnowledgeTransferred": KnowledgeTransferred,
    "EffortRecorded": EffortRecorded,
    "EngagementSuspended": EngagementSuspended,
    "EngagementResumed": EngagementResumed,
    "TermsAmended": TermsAmended,
    "EngagementEnded": EngagementEnded,
    "FactVoided": FactVoided,
    "EventAnnotated": EventAnnotated,
    "ServiceLevelBreached": ServiceLevelBreached,
}

COMMAND_NAMES: Final = {kind: name for name, kind in COMMANDS.items()}
