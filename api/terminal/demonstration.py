"""The demo: a marketplace that was told two years of commands, in a database that is gone afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, get_args

from api.composition import Standfast, assemble
from api.terminal import speech
from application.commands.request import Outcome
from application.demo.script import Script
from application.imports.refused_lines import line_refused
from domain.language.words import Model
from infrastructure.database.address import address_of_file
from infrastructure.process.settings import Settings

INVENTED: Final = "All of it is invented, with the rates for each model that docs/demo.md names."


@dataclass(slots=True)
class StoryClock:
    """The time of the story while it is told, and the real one afterwards."""

    told: datetime | None = None

    def __call__(self) -> datetime:
        return self.told or datetime.now(UTC)


@contextmanager
def throw_away_database() -> Iterator[str]:
    """The address of a database that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="standfast-demo-") as folder:
        yield address_of_file(Path(folder) / "standfast.db")


def populated(settings: Settings, seed: int, engagements: int, until: datetime | None = None) -> Standfast:
    """An open marketplace in which the demo has happened, up to the beginning of a day (UTC; default: today)."""
    clock = StoryClock()
    standfast = assemble(settings, clock)
    try:
        published = standfast.terms.named(get_args(Model), [])
        script = Script.of(seed, engagements, until or datetime.now(UTC), published)
        _tell(standfast, script, clock)
        standfast.projections.catch_up()
    except BaseException:
        standfast.close()
        raise
    clock.told = None
    return standfast


def _tell(standfast: Standfast, script: Script, clock: StoryClock) -> None:
    done = 0
    with speech.progress("commands of two years", len(script)) as told:
        for batch in script.batches():
            clock.told = batch.now
            outcomes = standfast.marketplace.record_all(batch.requests)
            for request, outcome in zip(batch.requests, outcomes, strict=True):
                if not isinstance(outcome, Outcome):
                    about = f"{type(request.command).__name__} of {request.engagement_id}"
                    raise speech.Unable(
                        f"the demo was refused ({about}): {line_refused(0, outcome).reason}"
                    ) from outcome
            done += len(outcomes)
            told(done)
