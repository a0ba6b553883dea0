"""The library's way in: `PERSISTENCE_MODULE=infrastructure.log.factory` with `STANDFAST_DATABASE_URL`."""

from eventsourcing import persistence
from eventsourcing.utils import Environment, EnvType, strtobool

from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, process_clock
from infrastructure.log.recorder import LogRecorder, SnapshotRecorder

DATABASE_URL = "STANDFAST_DATABASE_URL"
CREATE_TABLE = "CREATE_TABLE"


class TrackingUnsupported(NotImplementedError):
    """Projections keep their position in their own tables, in the same transaction: there are no tracking records."""


class LogFactory(persistence.InfrastructureFactory[persistence.TrackingRecorder]):
    """Opens the database of the environment, unless one is given, and migrates it, unless CREATE_TABLE says no."""

    def __init__(
        self, env: Environment | EnvType | None, *, clock: Clock = process_clock, database: Database | None = None
    ) -> None:
        super().__init__(env)
        self._clock = clock
        url = self.env.get(DATABASE_URL)
        if not url:
            raise OSError(f"{DATABASE_URL} is not set")
        self.database = database or Database(url)
        self._recorders: list[LogRecorder] = []
        if strtobool(self.env.get(CREATE_TABLE) or "yes"):
            schema.upgrade(self.database)

    def aggregate_recorder(self, purpose: str = "events") -> persistence.AggregateRecorder:
        return SnapshotRecorder(self.database)

    def application_recorder(self) -> persistence.ApplicationRecorder:
        recorder = LogRecorder(self.database, clock=self._clock)
        self._recorders.append(recorder)
        return recorder

    def tracking_recorder(
        self, tracking_recorder_class: type[persistence.TrackingRecorder] | None = None
    ) -> persistence.TrackingRecorder:
        raise TrackingUnsupported

    def process_recorder(self) -> persistence.ProcessRecorder:
        raise TrackingUnsupported

    def close(self) -> None:
        for recorder in self._recorders:
            recorder.close()
        self.database.close()
