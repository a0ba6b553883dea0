"""How a match came about: its score, what made it, who decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from domain.language.bounds import STRICT, bounds
from domain.language.words import FactorWeight, Fraction, Name, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """What computed a score."""

    __pydantic_config__ = STRICT

    name: Name
    version: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One reason for a score: its value (a fraction), its weight, and the facts behind it."""

    __pydantic_config__ = STRICT

    name: Name
    value: Fraction
    weight: FactorWeight
    facts: Annotated[Mapping[Name, Scalar], bounds(max_length=50)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The score of a match as a fraction, with the factors it was made of."""

    __pydantic_config__ = STRICT

    score: Fraction
    algorithm: Algorithm
    decided_by: Literal["person", "algorithm"]
    factors: Annotated[tuple[Factor, ...], bounds(max_length=50)] = ()
