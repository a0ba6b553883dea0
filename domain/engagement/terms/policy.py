"""What was agreed: a policy and a business calendar, each an immutable published version."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Final, Literal, get_args

from domain.language.bounds import STRICT, Distinct, ExactNumber, bounds
from domain.language.words import Id, Model, Party, SupplySource
from domain.law.rejection import Rejection, Unfit
from domain.time.calendar import Calendar

Obligation = Literal["onboard", "acknowledge", "propose", "decide", "replace", "transfer_knowledge", "exit_transfer"]
OnboardingItem = Literal[
    "access",
    "chat",
    "ceremonies",
    "tracker",
    "repository",
    "context",
    "nda",
    "ip_assignment",
    "classification",
]
ONBOARDING_ITEMS: Final[tuple[OnboardingItem, ...]] = get_args(OnboardingItem)
Cause = Literal["non_performance", "resignation", "no_show", "illness", "misconduct", "disappeared", "other"]
TermsName = Annotated[str, bounds(pattern=r"^[A-Za-z0-9._:-]{1,64}(@[1-9][0-9]{0,8})?$")]
DayCount = Annotated[int, bounds(ge=0, le=36_500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """The time an obligation may take."""

    __pydantic_config__ = STRICT

    value: Annotated[Decimal, ExactNumber(most=100_000)]
    unit: Literal["business_hours", "business_days", "hours", "days"]

    @property
    def in_business_time(self) -> bool:
        return self.unit in ("business_hours", "business_days")

    def day_seconds(self, calendar: Calendar) -> Decimal:
        """The length of a day in this goal's kind of time, in seconds."""
        return Decimal(str(calendar.hours_per_business_day)) * 3600 if self.in_business_time else Decimal(86_400)

    def seconds(self, calendar: Calendar) -> int:
        """The goal in whole seconds."""
        unit = self.day_seconds(calendar) if self.unit in ("business_days", "days") else Decimal(3600)
        return int(self.value * unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationTerms:
    """Who answers for an obligation (``null``: nobody does) and within what time (``null``: measured only)."""

    __pydantic_config__ = STRICT

    accountable: Party | None
    goal: Goal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligations:
    """All seven obligations of an engagement."""

    __pydantic_config__ = STRICT

    onboard: ObligationTerms
    acknowledge: ObligationTerms
    propose: ObligationTerms
    decide: ObligationTerms
    replace: ObligationTerms
    transfer_knowledge: ObligationTerms
    exit_transfer: ObligationTerms

    def of(self, name: Obligation) -> ObligationTerms:
        found: ObligationTerms = getattr(self, name)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a late replacement gives back: ``rate`` of the day rate per business day late, for at most ``cap_days``."""

    __pydantic_config__ = STRICT

    rate: Annotated[Decimal, ExactNumber(most=100, above_zero=False)]
    cap_days: Annotated[Decimal, ExactNumber(most=36_500, above_zero=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """Free replacement within ``window_days`` calendar days from active, for the covered causes."""

    __pydantic_config__ = STRICT

    window_days: Annotated[int, bounds(ge=1, le=36_500)]
    covered_causes: Annotated[tuple[Cause, ...], Distinct()]
    max_free_per_seat: Annotated[int, bounds(ge=0, le=1_000)]
    credit: Credit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The terms of an engagement model, as published."""

    __pydantic_config__ = STRICT

    code: Id
    version: Annotated[int, bounds(ge=1, le=999_999_999)]
    applies_to: Annotated[tuple[Model, ...], bounds(min_length=1), Distinct()]
    obligations: Obligations
    guarantee: Guarantee | None
    onboarding_items: Annotated[tuple[OnboardingItem, ...], Distinct()]
    transfer_threshold: Annotated[Decimal, ExactNumber(most=1, above_zero=False)]
    cooldown_days: DayCount
    max_qualified_declines: Annotated[int, bounds(ge=1, le=1_000)] | None
    at_risk_percent: Annotated[Decimal, ExactNumber(most=100, above_zero=False)]

    @property
    def name(self) -> str:
        return f"{self.code}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The policy and calendar in force."""

    policy: Policy
    calendar: Calendar

    @property
    def name(self) -> str:
        return f"{self.policy.name} {self.calendar.name}"


def accountable_for_onboarding(policy: Policy, supply_source: SupplySource) -> Party | None:
    """Who answers for onboarding: where the policy says ``partner``, the assignment's supplier."""
    party = policy.obligations.onboard.accountable
    return SUPPLIER[supply_source] if party == "partner" else party


SUPPLIER: dict[SupplySource, Party] = {
    "internal_team": "platform",
    "agency_partner": "partner",
    "independent": "professional",
}


class PolicyDoesNotApply(Rejection):
    """The policy does not apply to the engagement's model."""

    remedy: ClassVar = "Choose a policy that fits the model from GET /v1/policies, or publish one."
    timeless: ClassVar = True


class GuaranteeNotOffered(Rejection):
    """A freelancer platform grants no guarantee."""

    remedy: ClassVar = "Choose a policy without a guarantee, or another model."
    timeless: ClassVar = True


class GuaranteeMissing(Rejection):
    """A managed marketplace grants a guarantee."""

    remedy: ClassVar = "Choose a policy that grants a guarantee, or another model."
    timeless: ClassVar = True


class NobodyAccountable(Rejection):
    """A managed marketplace names an accountable party for every obligation."""

    remedy: ClassVar = "Choose a policy that names a party for every obligation, or another model."
    timeless: ClassVar = True


class NothingAmended(Unfit):
    """An amendment changes something."""

    remedy: ClassVar = "Say at least one thing that is to change."


def fits_model(policy: Policy, model: Model) -> None:
    """Raises the rule that keeps this policy from this model."""
    if model not in policy.applies_to:
        raise PolicyDoesNotApply(
            f"{policy.name} applies to {', '.join(policy.applies_to)}, not to {model}", field="policy"
        )
    if model == "freelancer_platform" and policy.guarantee:
        raise GuaranteeNotOffered(f"{policy.name} grants a guarantee", field="policy")
    if model == "managed_marketplace":
        if not policy.guarantee:
            raise GuaranteeMissing(f"{policy.name} grants no guarantee", field="policy")
        nobody = [name for name in Obligations.__slots__ if getattr(policy.obligations, name).accountable is None]
        if nobody:
            raise NobodyAccountable(f"{policy.name} names nobody for {', '.join(nobody)}", field="policy")
