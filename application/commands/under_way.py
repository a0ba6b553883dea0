"""A command under way: the step it waits for, and in the end what came of it."""

from collections.abc import Callable

from application.commands.recording import Step, Steps
from application.commands.request import Outcome


class Progress:
    """Takes a command's steps one at a time, whoever provides what a step asks for."""

    step: Step | None
    result: Outcome | Exception

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._move(lambda: next(steps))

    def meet(self, take: Callable[[Step], object]) -> None:
        """Takes the step at hand; what that raises is the command's to judge."""
        assert self.step is not None, "there is no step to take"
        try:
            found = take(self.step)
        except Exception as failed:
            self.fail(failed)
        else:
            self.go_on(found)

    def go_on(self, found: object) -> None:
        self._move(lambda: self._steps.send(found))

    def fail(self, error: Exception) -> None:
        self._move(lambda: self._steps.throw(error))

    def abandon(self) -> None:
        """Ends it where it is: nobody will say what came of the step at hand."""
        self._steps.close()
        self.step = None

    def outcome(self) -> Outcome:
        """What the command recorded. Raises what refused it."""
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def _move(self, move: Callable[[], Step]) -> None:
        try:
            self.step = move()
        except StopIteration as done:
            self.step, self.result = None, done.value
        except Exception as failed:
            self.step, self.result = None, failed
