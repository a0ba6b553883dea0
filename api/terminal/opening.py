"""What a command opens before it works: the settings, the marketplace to record or to be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.terminal import speech

if TYPE_CHECKING:
    from api.http.reach import Seen
    from infrastructure.process.settings import Settings


def settings() -> "Settings":
    """The settings of the environment; what looks like one and is none is named beside the result."""
    from infrastructure.process.settings import Settings
    from infrastructure.process.telemetry import logs_beside_results

    logs_beside_results()
    name_unknown()
    return Settings()


def name_unknown() -> None:
    """Names the variables that look like settings and are none."""
    from api.terminal.configuration import is_no_setting, unknown_settings

    for variable in unknown_settings():
        speech.remark(is_no_setting(variable))


@contextmanager
def opened() -> "Iterator[Seen]":
    """The marketplace of the settings, to record: migrated first, and closed at the end."""
    from api.composition import assemble
    from api.http.reach import seen_by
    from domain.access.principal import LOCAL
    from domain.access.reach import OPERATOR

    standfast = assemble(settings())
    try:
        yield seen_by(standfast, OPERATOR, LOCAL)
    finally:
        standfast.close()


@contextmanager
def reading(*, whatever_schema: bool = False) -> "Iterator[Seen]":
    """The marketplace of the settings, to be read, all of it. Nothing is made or changed, and its database is named.

    Raises StoreSchemaDiffers unless the schema is that of this version, or ``whatever_schema`` is taken.
    """
    from api.composition import assemble
    from api.http.reach import seen_by
    from application.ports.log import StoreSchemaDiffers
    from domain.access.principal import LOCAL
    from domain.access.reach import OPERATOR
    from infrastructure.database.address import shown

    found = settings()
    speech.remark(f"reading {shown(found.database_url)}")
    standfast = assemble(found, to_read=True)
    try:
        refusal = standfast.database.condition().refusal
        if isinstance(refusal, StoreSchemaDiffers) and not whatever_schema:
            raise refusal
        yield seen_by(standfast, OPERATOR, LOCAL)
    finally:
        standfast.close()
