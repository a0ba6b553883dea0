"""What is kept of the projections of a database, looked at from outside: nothing is made or changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import inspect

from infrastructure.database.database import Database
from infrastructure.projections.generations import Generation, Generations
from infrastructure.projections.leading import led
from infrastructure.projections.parking import Parked, Parking
from infrastructure.projections.projections import kept_projections


@dataclass(frozen=True, slots=True)
class Kept:
    """All generations in the order of their numbers, what is parked in the live one, and whether anybody leads."""

    generations: Sequence[Generation] = ()
    parked: Sequence[Parked] = ()
    led: bool = False

    @property
    def live(self) -> Generation | None:
        return next((each for each in self.generations if each.state == "live"), None)


def kept(of: Database) -> Kept:
    """What there is for a database now; nothing where no projections were made. Raises StoreUnavailable."""
    database = kept_projections(of)
    if database is None:
        return Kept()
    try:
        return _found(database)
    finally:
        if database is not of:
            database.close()


def _found(database: Database) -> Kept:
    generations = Generations(database)
    with database.reading() as connection:
        if "generations" not in inspect(connection).get_table_names(generations.schema):
            return Kept()
    found = Kept(generations.all(), (), led(database))
    return Kept(found.generations, Parking(database).of(found.live.number), found.led) if found.live else found
