"""The `eventsourcing` library's own recorders under the same callers: as shipped, and with its database functions."""

from uuid import UUID, uuid4

from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory, StoredEvent, TrackingRecorder
from eventsourcing.utils import Environment
from sqlalchemy.engine import URL

from benchmarks.measuring import CALLERS, STATE, from_threads

_PREPARED = 1_000


def on_postgres(url: URL, seconds: float) -> float:
    """Its PostgreSQL recorder as shipped: an exclusive table lock around every insert keeps the order."""
    return _rate(postgres_env(url), seconds)


def on_postgres_with_functions(url: URL, seconds: float) -> float:
    """The same with its database functions: without that lock, so that a follower can miss events for ever."""
    return _rate({**postgres_env(url), "POSTGRES_ENABLE_DB_FUNCTIONS": "y"}, seconds)


def on_sqlite(url: URL, seconds: float) -> float:
    """Its SQLite recorder, in WAL mode and with SQLite's default `synchronous=FULL`."""
    return _rate({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(url.database)}, seconds)


def postgres_env(url: URL) -> dict[str, str]:
    """How the library is told of a database."""
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(url.database),
        "POSTGRES_HOST": str(url.query.get("host") or url.host),
        "POSTGRES_PORT": str(url.port or 5432),
        "POSTGRES_USER": str(url.username),
        "POSTGRES_PASSWORD": str(url.password or "none"),
        "POSTGRES_POOL_SIZE": str(CALLERS),
    }


def _rate(env: dict[str, str], seconds: float) -> float:
    factory: InfrastructureFactory[TrackingRecorder] = InfrastructureFactory.construct(Environment("", env))
    try:
        recorder = factory.application_recorder()
        _measured(recorder, 0.5)
        return _measured(recorder, seconds)
    finally:
        factory.close()


def _measured(recorder: ApplicationRecorder, seconds: float) -> float:
    streams = [iter(_events(uuid4(), int(_PREPARED * seconds))) for _ in range(CALLERS)]
    return from_threads(recorder.insert_events, streams, seconds)


def _events(stream: UUID, count: int) -> list[list[StoredEvent]]:
    return [[StoredEvent(stream, version, "SeatAdded", STATE)] for version in range(1, count + 1)]
