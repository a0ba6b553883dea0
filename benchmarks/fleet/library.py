"""The `eventsourcing` library's `ProjectionRunner` on our log: a projection that counts, and its position."""

import time
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier
from sqlalchemy.engine import URL

from benchmarks.library import postgres_env

PATIENCE_SECONDS = 600.0


class Counting(PostgresTrackingRecorder):
    """One row that counts the events, moved together with the position."""

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)
        table = SQL("{0}.counted").format(Identifier(self.datastore.schema))
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS {0} (id int PRIMARY KEY, count bigint NOT NULL)").format(table)
        )
        self._count = SQL(
            "INSERT INTO {0} AS c VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET count = c.count + 1"
        ).format(table)

    def count(self, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self._count)


class Counter(Projection[Counting]):
    """Counts every event."""

    name = "counter"

    @singledispatchmethod
    def process_event(self, domain_event: DomainEventProtocol[Any], tracking: Tracking) -> None:
        self.view.count(tracking)


class Fleet(Application[UUID]):
    """The log as the library's application."""

    name = "fleet"


def rate(url: URL, events: int) -> float:
    """Events per second that the runner takes in, of the first so many."""
    view = {f"COUNTER_{name}": value for name, value in postgres_env(url).items()}
    env = {
        "PERSISTENCE_MODULE": "infrastructure.log.factory",
        "MAPPER_TOPIC": "infrastructure.events.mapper:RecordedMapper",
        "STANDFAST_DATABASE_URL": url.render_as_string(hide_password=False),
        **view,
    }
    start = time.perf_counter()
    with ProjectionRunner(application_class=Fleet, projection_class=Counter, view_class=Counting, env=env) as runner:
        runner.wait(events, timeout=PATIENCE_SECONDS)
        return events / (time.perf_counter() - start)
