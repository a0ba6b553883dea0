"""What a check tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: which check found it, and what it found."""

    check: str
    detail: str
