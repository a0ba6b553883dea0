"""The charts under the figures, where this application draws any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.pages.links import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLink:
    """A picture: its title, what it shows in words, its address, and the same in other forms by their names."""

    title: str
    alt: str
    address: str
    forms: Mapping[str, str]


def charts_at(_here: Here) -> Sequence[ChartLink]:
    """Those with the filters and the window of a page."""
    return ()
