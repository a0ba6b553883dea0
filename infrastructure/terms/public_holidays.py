"""Public holidays of a country, from the ``holidays`` library: asked for when a calendar is published, never later."""

from collections.abc import Sequence
from datetime import date

import holidays


class UnknownCountry(Exception):
    """The library knows no holidays of this country or subdivision; ``field`` tells which."""

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"no public holidays are known of {value}")
        self.field = field


def public_holidays(country: str, subdivision: str | None, years: Sequence[int]) -> list[date]:
    """The public holidays of these years, those observed on another day included. Raises UnknownCountry."""
    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        raise UnknownCountry("country", country)
    if subdivision is not None and subdivision not in known[country]:
        raise UnknownCountry("subdivision", subdivision)
    return sorted(holidays.country_holidays(country, subdiv=subdivision, years=list(years)))
