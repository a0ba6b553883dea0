"""The catalogue: policies and calendars as they were published, each version for ever as its exact bytes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, func, insert, select, text, tuple_
from sqlalchemy.exc import IntegrityError, OperationalError

from application.ports.log import StoreUnavailable
from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, from_micros, process_clock
from infrastructure.database.tables import catalogue

_ATTEMPTS = 20
_MOST_NAMES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One version of one document; `document` are its canonical bytes, without the version."""

    kind: str
    code: str
    version: int
    document: bytes
    published_at: datetime


class Catalogue:
    """Publishes and finds documents by `kind` (`policy`, `calendar`), code and version."""

    def __init__(self, database: Database, *, clock: Clock = process_clock) -> None:
        self._database = database
        self._clock = clock

    def publish(self, kind: str, code: str, document: bytes) -> tuple[int, bool]:
        """The version that holds this document, and whether it is new.

        The caller brings the document into its canonical form, so that equal documents have equal bytes. Raises
        `StoreUnavailable` where others published under the same code at every attempt.
        """
        if self._database.is_postgresql:  # a writer has no right on the table
            with self._database.writing() as connection:
                call = text("SELECT held, created FROM public.publish_document(:kind, :code, :document)")
                row = connection.execute(call, {"kind": kind, "code": code, "document": document}).one()
            return row.held, row.created
        return self._publish(kind, code, document)

    def _publish(self, kind: str, code: str, document: bytes) -> tuple[int, bool]:
        for _ in range(_ATTEMPTS):
            known = self.holding(kind, code, document)
            if known is not None:
                return known, False
            version = self._latest(kind, code) + 1
            try:
                self._insert(kind, code, version, document)
            except IntegrityError:
                continue  # somebody published under this code meanwhile: look again
            except OperationalError as error:
                raise StoreUnavailable(str(error.orig)) from error
            return version, True
        raise StoreUnavailable(f"{kind} {code} is being published by many at once")

    def holding(self, kind: str, code: str, document: bytes) -> int | None:
        """The version that holds this document, in its canonical form; None where none does."""
        query = select(catalogue.c.version).where(
            catalogue.c.kind == kind, catalogue.c.code == code, catalogue.c.digest == _digest(document)
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def get(self, kind: str, code: str, version: int | None = None) -> Published | None:
        """That version, or the latest one."""
        query = select(catalogue).where(catalogue.c.kind == kind, catalogue.c.code == code)
        if version is not None:
            query = query.where(catalogue.c.version == version)
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(catalogue.c.version.desc()).limit(1)).mappings().first()
        return None if row is None else _published(row)

    def page(self, kind: str, *, after: tuple[str, int] | None = None, limit: int = 50) -> list[Published]:
        """All versions in the order of (code, version), after one of them."""
        query = select(catalogue).where(catalogue.c.kind == kind)
        if after is not None:
            query = query.where(tuple_(catalogue.c.code, catalogue.c.version) > tuple_(*after))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(catalogue.c.code, catalogue.c.version).limit(limit)).mappings()
            return [_published(row) for row in rows]

    def names(self, kind: str) -> list[str]:
        """The newest version of each code as `code@n`, some hundred of them."""
        newest = func.max(catalogue.c.version).label("newest")
        query = select(catalogue.c.code, newest).where(catalogue.c.kind == kind).group_by(catalogue.c.code)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(catalogue.c.code).limit(_MOST_NAMES))
            return [f"{row.code}@{row.newest}" for row in rows]

    def _latest(self, kind: str, code: str) -> int:
        query = select(func.max(catalogue.c.version)).where(catalogue.c.kind == kind, catalogue.c.code == code)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one() or 0

    def _insert(self, kind: str, code: str, version: int, document: bytes) -> None:
        with self._database.writing() as connection:
            connection.execute(
                insert(catalogue).values(
                    kind=kind,
                    code=code,
                    version=version,
                    digest=_digest(document),
                    document=document,
                    published_at=self._clock(),
                )
            )


def _digest(document: bytes) -> bytes:
    return hashlib.sha256(document).digest()


def _published(row: RowMapping) -> Published:
    return Published(
        kind=row["kind"],
        code=row["code"],
        version=row["version"],
        document=row["document"],
        published_at=from_micros(row["published_at"]),
    )
