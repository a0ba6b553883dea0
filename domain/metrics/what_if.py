"""The same history under another model, policy or calendar (docs/metrics.md, *What-if*). Nothing is recorded."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.engagement.lifecycle.amendment import TermsAmended
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.replacement.guarantee import GuaranteeDecided
from domain.engagement.replacement.guarantee_checks import decide_guarantee
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.state import EngagementHistory, State
from domain.engagement.terms.policy import Policy, fits_model
from domain.language.changed import replace
from domain.language.words import Model
from domain.law.growing import Growing
from domain.law.history import with_recorded
from domain.law.marked import Marked
from domain.law.recorded import Recorded
from domain.law.timeline import timeline_of
from domain.metrics.half_corrected import HalfCorrected
from domain.time.calendar import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """Terms that an engagement is supposed to have had at its opening and in every amendment; None: its own."""

    model: Model | None = None
    policy: Policy | None = None
    calendar: Calendar | None = None

    def of(self, event: object) -> object:
        """The event as it would have been."""
        if isinstance(event, EngagementOpened):
            model, policy = self.model or event.model, self.policy or event.policy
            return replace(event, model=model, policy=policy, calendar=self.calendar or event.calendar)
        if isinstance(event, TermsAmended):
            amended = event.policy and (self.policy or event.policy)
            return replace(event, policy=amended, calendar=event.calendar and (self.calendar or event.calendar))
        return event


def supposed(
    history: EngagementHistory, supposition: Supposition, go_on: Callable[[], None] = lambda: None
) -> EngagementHistory:
    """The history as it would be. ``go_on`` is asked before each decision, and may raise to end it.

    Every claimed guarantee is decided again on what was recorded when its case was requested; every other fact stays
    as it is, even one that the other terms would forbid. Raises the rule that keeps the policy from the model.
    """
    if supposition.policy:
        fits_model(supposition.policy, supposition.model or history.state.model)
    retelling = _Retelling(history)
    for fact in history.facts:
        if isinstance(fact.event, GuaranteeDecided):
            go_on()
            retelling.decide_again(fact)
        else:
            retelling.add(replace(fact, event=supposition.of(fact.event)))
    marked = retelling.told()
    return EngagementHistory(retelling.facts, marked, history.ids, history.placed)


class _Retelling:
    """The supposed facts in the order in which they were recorded, folded up to those that are pending."""

    def __init__(self, actual: EngagementHistory) -> None:
        self.facts: Growing[Recorded] = Growing()
        self._pending: list[Recorded] = []
        self._marked: Marked[State] | None = None
        self._actual = actual
        self._correcting: HalfCorrected | None = None

    def add(self, fact: Recorded) -> None:
        self._pending.append(fact)

    def told(self) -> Marked[State]:
        """The timeline of all of it."""
        if self._marked is None:
            self._marked = Marked.of(timeline_of(self._pending))
        elif self._pending:
            self._marked = with_recorded(self._marked, self.facts, self._pending)
        self.facts = self.facts.grown(self._pending)
        self._pending = []
        return self._marked

    def decide_again(self, decided: Recorded) -> None:
        """Adds a decision as it would have been; the fact before it is its request."""
        request = self._pending.pop()
        assert isinstance(request.event, ReplacementRequested)
        before = self._half_corrected(request) if request.causation_id else self.told().before(request.key)
        event = decide_guarantee(before, request.event, request.occurred_at)
        self._pending += [request, replace(decided, event=event)]

    def _half_corrected(self, request: Recorded) -> State:
        """The state that a request met in the midst of a correction."""
        cause = request.causation_id
        if self._correcting is None or self._correcting.cause != cause:
            begun = (at for at, fact in enumerate(self._pending) if cause in (fact.event_id, fact.causation_id))
            at = next(begun, len(self._pending))
            self._pending, own = self._pending[:at], self._pending[at:]
            supposed = self.told()
            self._pending = own
            self._correcting = HalfCorrected(cause, self._actual, supposed, len(self.facts))
        return self._correcting.before(self._pending, request.key)
