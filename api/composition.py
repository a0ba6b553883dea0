"""The composition root: the only place where the infrastructure is wired."""

import gc
import time
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from eventsourcing.persistence import InfrastructureFactory, TrackingRecorder
from eventsourcing.utils import Environment

from api.desks import Desks, ended_by
from api.kept import KeptAnswers
from application.commands.request import Outcome, Request
from application.keeping import Keeping
from application.marketplace import Marketplace, process_clock
from application.ports.breaches import DUE, OLD
from application.ports.log import StoreReadOnly, StoreUnavailable
from application.ports.store import Clock
from application.queries.masks import Masks
from domain.access.reach import EVERYTHING, Reach
from domain.law.recorded import Actor
from infrastructure.access.access import AccessControl, access_of
from infrastructure.access.own_secrets import OPAQUE_IDS, OwnSecrets
from infrastructure.access.tokens_of_positions import TokensOfPositions
from infrastructure.database.address import address_of
from infrastructure.database.database import Database
from infrastructure.database.instants import to_micros
from infrastructure.database.row_security import rows_within
from infrastructure.exports.lists import ProjectedLists
from infrastructure.fleet.columns import Columns
from infrastructure.fleet.fleet import ColumnFleet
from infrastructure.jobs.first_answers import FirstAnswers
from infrastructure.jobs.job_table import JobTable
from infrastructure.jobs.running import Jobs
from infrastructure.jobs.written_terms import WrittenTerms
from infrastructure.keeping.breaches import BreachesOfClocks
from infrastructure.keeping.keeper import Keeper
from infrastructure.live.reading import Reads, ear
from infrastructure.live.tail import Tail
from infrastructure.log.factory import CREATE_TABLE, DATABASE_URL, LogFactory
from infrastructure.log.reading import Log
from infrastructure.log.recorder import LogRecorder
from infrastructure.process.command_span import command_span, recorded
from infrastructure.process.drawing.draughtsmen import Draughtsmen
from infrastructure.process.settings import Settings
from infrastructure.projections.kept_told import KeptTold
from infrastructure.projections.leading import KEEPING
from infrastructure.projections.projections import Projections, ProjectionsToRead
from infrastructure.projections.reading import Snapshots, Whole
from infrastructure.projections.tables.engagement_list import Engagements
from infrastructure.projections.tables.work.at_risk import AtRisk
from infrastructure.projections.tables.work.glance import Glances
from infrastructure.projections.tables.work.work_list import Work
from infrastructure.terms.catalogue import Catalogue
from infrastructure.terms.shelf import CatalogueShelf
from infrastructure.webhooks.destination import Allowed
from infrastructure.webhooks.webhooks import Webhooks, webhooks_of

log = structlog.get_logger("standfast.composition")
COLLECT_AFTER = (20_000, 20, 20)
"""How many new objects the cycle collector waits for: facts are kept by the thousand, and have no cycles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projected:
    """What is read of one set of projections."""

    engagements: Engagements
    fleet: ColumnFleet
    work: Work
    at_risk: AtRisk
    lists: ProjectedLists

    def parts(self) -> dict[str, Any]:
        """Each by its name."""
        return {each.name: getattr(self, each.name) for each in fields(Projected)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standfast(Projected):
    """An open marketplace with everything that is read beside it."""

    settings: Settings
    database: Database
    recorder: LogRecorder
    marketplace: Marketplace
    masks: Masks
    told: KeptTold[Projected]
    jobs: JobTable
    first_answers: FirstAnswers
    written_terms: WrittenTerms
    working_out: Jobs
    projections: Projections
    breaches: BreachesOfClocks
    keeper: Keeper
    tail: Tail
    webhooks: Webhooks
    access: AccessControl
    tokens_of_positions: TokensOfPositions
    terms: CatalogueShelf
    desks: Desks
    kept: KeptAnswers
    draughtsmen: Draughtsmen

    def close(self) -> None:
        """Finishes what was accepted and lets the database go."""
        self.desks.close()
        self.draughtsmen.close()
        self.tail.close()
        self.access.log.stop()
        self.webhooks.sender.stop()
        self.working_out.stop()
        self.keeper.stop()
        self.fleet.close()
        self.told.close()
        self.projections.close()
        self.marketplace.close()


class OpenedMarketplace(Marketplace):
    """A marketplace on a store that is open already: the published terms are read from the same database."""

    name = Marketplace.__name__

    def __init__(self, factory: LogFactory, env: dict[str, str], terms: CatalogueShelf, clock: Clock) -> None:
        self._opened = factory
        super().__init__(env, terms, clock)

    def construct_factory(self, env: Environment) -> InfrastructureFactory[TrackingRecorder]:
        return self._opened

    def record(self, request: Request) -> Outcome:
        with command_span(request) as span, rows_within(EVERYTHING):  # the law is asked of all that is recorded
            return recorded(span, super().record(request))

    async def record_async(self, request: Request) -> Outcome:
        with command_span(request) as span, rows_within(EVERYTHING):
            return recorded(span, await super().record_async(request))


def assemble(settings: Settings, clock: Clock = process_clock, *, to_read: bool = False) -> Standfast:
    """Opens the database, migrates it first, and publishes the shipped terms where they are missing and may be.

    ``clock`` is whose time facts are recorded at (PostgreSQL keeps its own); only a simulation brings another.
    ``to_read``: what is there is taken as it is, and nothing is made, migrated or written, whatever its schema is.
    Raises StoreUnavailable where the database cannot be used safely, and SQLAlchemy's errors where it is not there.
    """
    gc.set_threshold(*COLLECT_AFTER)
    zoneinfo.reset_tzpath([])  # zones come from the tzdata package, so that two machines never disagree
    if not to_read:
        _make_room(settings.database_url)
    env = {
        "PERSISTENCE_MODULE": "infrastructure.log.factory",
        "MAPPER_TOPIC": "infrastructure.events.mapper:RecordedMapper",
        DATABASE_URL: settings.database_url,
    }
    database = Database(settings.database_url, to_read=to_read)
    factory = LogFactory(
        Environment(Marketplace.__name__, {**env, CREATE_TABLE: "no" if to_read else "yes"}),
        clock=lambda: to_micros(clock()),
        database=database,
    )
    terms = CatalogueShelf(Catalogue(database))
    if not to_read:
        _publish_defaults(terms)
    marketplace = OpenedMarketplace(factory, env, terms, clock)
    assert isinstance(marketplace.recorder, LogRecorder), "the factory makes no other"
    projections = (ProjectionsToRead if to_read else Projections)(database, marketplace.recorder)
    if not to_read:
        projections.make_room()
    jobs = JobTable(lambda: projections.database)
    breaches = BreachesOfClocks(projections)
    wanted = (*DUE, *OLD) if settings.keeper_old == "record" else DUE
    desks = Desks()
    own_secrets = OwnSecrets(database)
    if not to_read:
        _make(own_secrets)
    hiding = partial(own_secrets.of, OPAQUE_IDS)
    reads = partial(_projected, log=marketplace.recorder.log, of=projections, clock=clock, terms=terms)
    return Standfast(
        **reads(projections).parts(),
        settings=settings,
        database=database,
        recorder=marketplace.recorder,
        marketplace=marketplace,
        masks=Masks(hiding),
        told=KeptTold(projections, marketplace.recorder.log, hiding, reads),
        jobs=jobs,
        first_answers=FirstAnswers(lambda: projections.database),
        written_terms=WrittenTerms(lambda: projections.database),
        working_out=Jobs(jobs, projections),
        projections=projections,
        breaches=breaches,
        keeper=Keeper(
            Keeping(marketplace, breaches, wanted), partial(projections.lead_in, KEEPING), marketplace.recorder.counters
        ),
        tail=Tail(
            Reads(marketplace.recorder.log, partial(ear, database, marketplace.recorder.recorded), marketplace.read),
            most_streams=settings.streams,
            heartbeat_seconds=settings.heartbeat,
        ),
        webhooks=webhooks_of(
            database,
            marketplace.recorder,
            reach_of_maker,
            Allowed.of(settings.webhook_allow, settings.webhook_deny),
            settings.webhook_ca or None,
        ),
        tokens_of_positions=TokensOfPositions(partial(own_secrets.of, "positions")),
        access=access_of(database, settings, partial(own_secrets.of, "sessions"), marketplace.recorder.counters),
        terms=terms,
        desks=desks,
        kept=KeptAnswers(desks.background.begin, time.monotonic),
        draughtsmen=Draughtsmen(),
    )


def _projected(snapshots: Snapshots, *, log: Log, of: Projections, clock: Clock, terms: CatalogueShelf) -> Projected:
    """What reads these projections, which follow those ``of`` the log."""
    glances = Glances(snapshots, clock, of.seconds_beyond)
    columns = Columns(Whole(of) if snapshots is of else snapshots, log)  # all who share them share the columns, too
    return Projected(
        engagements=Engagements(snapshots, clock, of.seconds_beyond),
        fleet=ColumnFleet(columns, clock, terms.calendar, of.behind_seconds, ended_by),
        work=Work(glances),
        at_risk=AtRisk(glances, terms),
        lists=ProjectedLists(snapshots, clock, of.seconds_beyond, terms),
    )


def reach_of_maker(_maker: Actor) -> Reach:
    """What whoever made a webhook sees: so far only the operator can make one, under whatever name it acts."""
    return EVERYTHING


def _publish_defaults(terms: CatalogueShelf) -> None:
    """Where nothing may be recorded, whoever may publishes them at its own start."""
    try:
        terms.publish_defaults()
    except StoreReadOnly as error:
        log.warning("the shipped terms are not published", reason=str(error))


def _make(own_secrets: OwnSecrets) -> None:
    """A standby that only clients and partners ask could make none, and finds those that its primary has made.

    Where they are not there, whoever needs one is told why.
    """
    try:
        own_secrets.make()
    except StoreUnavailable as error:
        log.info("no secrets are made here", reason=str(error))


@contextmanager
def database_of(settings: Settings, *, to_read: bool = False) -> Iterator[Database]:
    """The database as it is, not migrated: to migrate it, or (``to_read``) to do nothing to it."""
    if not to_read:
        _make_room(settings.database_url)
    database = Database(settings.database_url, to_read=to_read)
    try:
        yield database
    finally:
        database.close()


def _make_room(database_url: str) -> None:
    url = address_of(database_url)
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        Path(str(url.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
