"""The words every room shares: parties, models, ids, texts, numbers and instants, each with its bounds."""

from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Final, Literal

from domain.language.bounds import ExactNumber, bounds
from domain.language.instants import CalendarDay, UtcInstant
from domain.language.personal import Personal

Party = Literal["client", "platform", "partner", "professional"]
ActingParty = Literal["client", "platform", "partner", "professional", "system"]
Holder = Literal["client", "platform", "partner", "professional", "force_majeure"]
Model = Literal["staff_augmentation", "managed_services", "freelancer_platform", "managed_marketplace"]
SupplySource = Literal["internal_team", "agency_partner", "independent"]


class Unchanged(Enum):
    """What a field of an amendment says that the amendment leaves alone (``null`` is a value of its own)."""

    UNCHANGED = "unchanged"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return {"type": "is-instance", "cls": cls}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        return {"not": {}}


UNCHANGED: Final = Unchanged.UNCHANGED

Id = Annotated[str, bounds(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Name = Annotated[str, bounds(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Text = Annotated[str, bounds(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
ProfessionalText = Annotated[Text, Personal("professional")]
ClientText = Annotated[Text, Personal("client")]
Instant = Annotated[datetime, UtcInstant()]
Day = Annotated[date, CalendarDay()]
Allocation = Annotated[Decimal, ExactNumber(most=1)]
Weight = Annotated[Decimal, ExactNumber(most=1_000_000)]
FactorWeight = Annotated[Decimal, ExactNumber(most=1_000_000, above_zero=False)]
Minutes = Annotated[int, bounds(ge=0, le=100_000)]
SomeMinutes = Annotated[int, bounds(ge=1, le=100_000)]
Fraction = Annotated[float, bounds(ge=0, le=1, allow_inf_nan=False)]
Scalar = str | int | float | bool | None


def field_names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))
