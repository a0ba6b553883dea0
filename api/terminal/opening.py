"""What a command opens before it works: the settings, the marketplace to record or to be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.terminal import speech

if TYPE_CHECKING:
    from api.composition import Standfast
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
def opened() -> "Iterator[Standfast]":
    """The marketplace of the settings, to record: migrated first, and closed at the end."""
    from api.composition import assemble

    standfast = assemble(settings())
    try:
        yield standfast
    finally:
        standfast.close()


@contextmanager
def reading(*, whatever_schema: bool = False) -> "Iterator[Standfast]":
    """The marketplace of the settings, to be read: nothing is made, migrated or changed, and its database is named.

    Raises StoreSchemaDiffers unless the schema is that of this version, or ``whatever_schema`` is taken.
    """
    from api.composition import assemble
    from application.ports.log import StoreSchemaDiffers
    from infrastructure.database.address import shown

    found = settings()
    speech.remark(f"reading {shown(found.database_url)}")
    standfast = assemble(found, to_read=True)
    try:
        refusal = standfast.database.condition().refusal
        if isinstance(refusal, StoreSchemaDiffers) and not whatever_schema:
            raise refusal
        yield standfast
    finally:
        standfast.close()
