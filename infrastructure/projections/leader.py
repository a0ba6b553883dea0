"""Whoever holds an office of a database: a thread that leads in it, or is ready to take over."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any, Final

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from application.ports.engagement_list import ProjectionsMissing
from application.ports.log import StoreUnavailable
from infrastructure.projections.leading import PULL_SECONDS, Lead

WAITED_FOR: Final = (ProjectionsMissing, StoreUnavailable, SQLAlchemyError, psycopg.Error, OSError)
"""What lets another one lead, until it is over."""


class Leader:
    """Takes turn after turn while it leads.

    ``name``: what it is called, ``begins``: what ``log`` is told where it takes the lead. ``turn`` waits for the next
    one by `wait`; what it raises is told, and outlived.
    """

    def __init__(self, name: str, begins: str, lead: Callable[[], Lead], turn: Callable[[], None], log: Any) -> None:
        self.leading = False
        self.stopping = Event()
        self._name = name
        self._begins = begins
        self._open_lead = lead
        self._turn = turn
        self._log = log
        self._lead: Lead | None = None
        self._said = ""
        self._thread = Thread(target=self._run, name=f"standfast-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Ends after the turn under way, which is waited for so long."""
        self.stopping.set()
        self.wake()
        if self._thread.is_alive():
            self._thread.join(seconds)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def wait(self) -> None:
        """Until something was recorded, somebody wakes it, or it is time to look."""
        if self._lead is not None:
            self._lead.wait(self.leading, PULL_SECONDS)

    def wake(self) -> None:
        """Ends a wait, from another thread."""
        if self._lead is not None:
            self._lead.wake()

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._turn_or_fall()
            except Exception:  # also of what is done where a turn has failed: the thread outlives it
                self._log.exception(f"the {self._name} failed, and begins again")
                self.stopping.wait(PULL_SECONDS)
        self._give_up()

    def _turn_or_fall(self) -> None:
        try:
            if self._leads():
                self._turn()
                self._said = ""
            else:
                self.wait()
        except WAITED_FOR as error:
            self._fell_over(f"the {self._name} waits: {type(error).__name__}: {error}")

    def _leads(self) -> bool:
        if self._lead is None:
            self._lead = self._open_lead()
        held = self._lead.held()
        if held and not self.leading:
            self._log.info(self._begins)
        self.leading = held
        return held

    def _fell_over(self, why: str) -> None:
        """Lets another one lead, and says why, once as long as it stays the same."""
        if why != self._said:
            self._log.warning(why)
            self._said = why
        self._give_up()
        self.stopping.wait(PULL_SECONDS)

    def _give_up(self) -> None:
        self.leading = False
        if self._lead is not None:
            self._lead.give_up()
