"""The library's own cases against our recorder, on SQLite and on PostgreSQL.

Four cases do not apply: those of tracking and process recorders (`TrackingRecorderTestCase`,
`ProcessRecorderTestCase`, and the two of the factory). Standfast's projections keep their position in their own
tables, in the transaction of what they project, so the factory refuses to make such recorders.
"""

import threading
from collections.abc import Iterator
from typing import ClassVar
from unittest import TestCase

import pytest
from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder, ProcessRecorder, TrackingRecorder
from eventsourcing.tests import application as application_cases
from eventsourcing.tests import persistence as cases
from eventsourcing.utils import Environment, EnvType

from infrastructure.database.database import Database
from infrastructure.log.factory import LogFactory, TrackingUnsupported
from infrastructure.log.recorder import LogRecorder, SnapshotRecorder
from tests.moulds import Copied, migrated


class OnDatabase(TestCase):
    """Gives every case a migrated database of its own, of the kind that the subclass names."""

    kind: ClassVar[str]
    database: Database
    env: Environment

    @pytest.fixture(autouse=True)
    def _open(self, copied: Copied, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        url = copied(migrated, self.kind)
        address = url.render_as_string(hide_password=False)
        monkeypatch.setenv("PERSISTENCE_MODULE", "infrastructure.log.factory")
        monkeypatch.setenv("STANDFAST_DATABASE_URL", address)
        self.env = Environment(
            "Test", {"PERSISTENCE_MODULE": "infrastructure.log.factory", "STANDFAST_DATABASE_URL": address}
        )
        factories = _remembered_factories(monkeypatch)
        before = set(threading.enumerate())
        self.database = Database(url)
        self.recorders: list[LogRecorder] = []
        yield
        for recorder in self.recorders:
            recorder.close()
        for thread in set(threading.enumerate()) - before:
            thread.join(5)  # one case stops its readers without waiting for them
        for factory in factories:
            factory.close()
        self.database.close()

    def log_recorder(self) -> LogRecorder:
        self.recorders.append(LogRecorder(self.database))
        return self.recorders[-1]


def _remembered_factories(monkeypatch: pytest.MonkeyPatch) -> list[LogFactory]:
    """The cases leave their applications open; what they opened is closed after each."""
    factories: list[LogFactory] = []
    original = LogFactory.__init__

    def remembering(self: LogFactory, env: Environment | EnvType | None) -> None:
        original(self, env)
        factories.append(self)

    monkeypatch.setattr(LogFactory, "__init__", remembering)
    return factories


class OnSqlite(OnDatabase):
    kind = "sqlite"


class OnPostgres(OnDatabase):
    kind = "postgresql"


class ApplicationRecorderCases(OnDatabase, cases.ApplicationRecorderTestCase[LogRecorder]):
    __test__ = False

    def create_recorder(self) -> LogRecorder:
        return self.log_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestSqliteApplicationRecorder(ApplicationRecorderCases, OnSqlite):
    __test__ = True


class TestPostgresApplicationRecorder(ApplicationRecorderCases, OnPostgres):
    __test__ = True


class NonInterleavingCases(OnDatabase, cases.NonInterleavingNotificationIDsBaseCase):
    __test__ = False

    def create_recorder(self) -> ApplicationRecorder:
        return self.log_recorder()


class TestSqliteNonInterleaving(NonInterleavingCases, OnSqlite):
    __test__ = True


class TestPostgresNonInterleaving(NonInterleavingCases, OnPostgres):
    __test__ = True


class SnapshotRecorderCases(OnDatabase, cases.AggregateRecorderTestCase):
    __test__ = False

    def create_recorder(self) -> AggregateRecorder:
        return SnapshotRecorder(self.database)


class TestSqliteSnapshotRecorder(SnapshotRecorderCases, OnSqlite):
    __test__ = True


class TestPostgresSnapshotRecorder(SnapshotRecorderCases, OnPostgres):
    __test__ = True


class FactoryCases(OnDatabase, cases.InfrastructureFactoryTestCase[LogFactory]):
    __test__ = False

    def expected_factory_class(self) -> type[LogFactory]:
        return LogFactory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return SnapshotRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return LogRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        raise AssertionError("there are no tracking recorders")

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        raise AssertionError("there are no tracking recorders")

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        raise AssertionError("there are no process recorders")

    def test_create_tracking_recorder(self) -> None:
        """Instead of the library's case, which does not apply: the refusal is explicit."""
        with pytest.raises(TrackingUnsupported):
            self.factory.tracking_recorder()

    def test_create_process_recorder(self) -> None:
        """Instead of the library's case, which does not apply: the refusal is explicit."""
        with pytest.raises(TrackingUnsupported):
            self.factory.process_recorder()


class TestSqliteFactory(FactoryCases, OnSqlite):
    __test__ = True


class TestPostgresFactory(FactoryCases, OnPostgres):
    __test__ = True


@pytest.mark.filterwarnings("default:'log' is deprecated:DeprecationWarning")  # the case looks for it
class ApplicationCases(OnDatabase, application_cases.ApplicationTestCase):
    __test__ = False

    def test_resolve_persistence_topics(self) -> None:
        """The case resolves the library's own modules; ours is named by the environment, which would win."""
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("PERSISTENCE_MODULE")
            super().test_resolve_persistence_topics()


class TestSqliteApplication(ApplicationCases, OnSqlite):
    __test__ = True


class TestPostgresApplication(ApplicationCases, OnPostgres):
    __test__ = True


class ExampleApplicationCases(OnDatabase, application_cases.ExampleApplicationTestCase):
    __test__ = False
    expected_factory_topic = "infrastructure.log.factory:LogFactory"


class TestSqliteExampleApplication(ExampleApplicationCases, OnSqlite):
    __test__ = True


class TestPostgresExampleApplication(ExampleApplicationCases, OnPostgres):
    __test__ = True
