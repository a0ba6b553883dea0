"""A generation beside the live one: brought on by itself, batch by batch, until it is where the live one is."""

from collections.abc import Callable

from sqlalchemy import Connection, update

from infrastructure.database.database import Database
from infrastructure.log.reading import Log
from infrastructure.projections.generations import Generation, Generations, Overtaken
from infrastructure.projections.parking import Parking
from infrastructure.projections.projector import Projector


class Alone(Generations):
    """The generations as they are for whoever brings on a single one of them, which is being built."""

    def __init__(self, database: Database, number: int) -> None:
        super().__init__(database)
        self._number = number

    def live(self) -> Generation:
        """The one that is brought on. Raises Overtaken where it is not there any more."""
        found = next((each for each in self.all() if each.number == self._number), None)
        if found is None:
            raise Overtaken
        return found

    def moving(self, connection: Connection, position: int, to: int, recorded_at: int) -> tuple[int]:
        table = self._table
        there = (table.c.number == self._number, table.c.state == "building", table.c.position == position)
        moved = update(table).where(*there).values(position=to, recorded_at=recorded_at)
        if connection.execute(moved).rowcount != 1:
            raise Overtaken
        return (self._number,)


class Beside:
    """Brings on one generation that is being built. Its methods raise what `Projector.step` does."""

    def __init__(self, source: Log, database: Database, number: int) -> None:
        self._database = database
        self._number = number
        self._generations = Generations(database)
        self._projector = Projector(source, database)
        self._projector.generations = Alone(database, number)

    def catch_up(self, until: int | None, taken: Callable[[int], None]) -> None:
        """Takes in what there is, up to a position; ``taken`` hears how many events were, again and again."""
        self._projector.until = until
        while count := self._projector.step():
            taken(count)

    def join(self) -> None:
        """Takes in the rest up to where the live one is, which waits for it, and has both be moved together.

        What is parked in the live one is parked here too: the projector leaves it alone in both, and frees it in both.
        """
        with self._database.writing(durable=False) as connection:
            live = self._generations.hold(connection)
            if live is None or not live.current:
                raise Overtaken
            self._projector.until = live.position
            while self._projector.step(connection):
                pass
            Parking(self._database).share(connection, live.number, self._number)
            self._generations.put(connection, self._number, "building", "joined")
