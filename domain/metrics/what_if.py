"""The same history under another model, policy or calendar (docs/metrics.md, *What-if*). Nothing is recorded."""

from collections.abc import Sequence
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
from domain.law.event import event_of
from domain.law.recorded import Key, Recorded
from domain.law.rejection import Rejection
from domain.law.timeline import judged, opened, timeline_of, trusted
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


def supposed(history: EngagementHistory, supposition: Supposition) -> EngagementHistory:
    """The history as it would be.

    Every claimed guarantee is decided again on what was recorded when its case was requested; every other fact stays
    as it is, even one that the other terms would forbid. Raises the rule that keeps the policy from the model.
    """
    if supposition.policy:
        fits_model(supposition.policy, supposition.model or history.state.model)
    retelling = _Retelling(history.facts)
    for fact in history.facts:
        if isinstance(fact.event, GuaranteeDecided):
            retelling.decide_again(fact)
        else:
            retelling.add(replace(fact, event=supposition.of(fact.event)))
    return retelling.told()


class _Retelling:
    """The supposed facts so far, in the order in which they were recorded; the last of them are not folded yet."""

    def __init__(self, actual: Sequence[Recorded]) -> None:
        self._actual = actual
        self._told: EngagementHistory | None = None
        self._pending: list[Recorded] = []

    def add(self, fact: Recorded) -> None:
        self._pending.append(fact)

    def told(self) -> EngagementHistory:
        """All of it, folded."""
        self._told = self._told.extended(self._pending) if self._told else EngagementHistory.of(self._pending)
        self._pending = []
        return self._told

    def decide_again(self, decided: Recorded) -> None:
        """Adds a decision as it would have been; the fact before it is its request."""
        request = self._pending.pop()
        assert isinstance(request.event, ReplacementRequested)
        before = self._half_corrected(request.key) if request.causation_id else self.told().before(request.key)
        event = decide_guarantee(before, request.event, request.occurred_at)
        self._pending += [request, replace(decided, event=event)]

    def _half_corrected(self, place: Key) -> State:
        """The state before a place in the midst of a correction: a fact counts only where it was lawful, as then."""
        recorded = [*(self._told.facts if self._told else ()), *self._pending]
        first, *rest = (fact for fact in timeline_of(recorded) if fact.key < place)
        was, would_be = opened(self._actual[0]), opened(first)
        for fact in rest:
            if event_of(fact).ordered:
                try:
                    was = judged(was, self._actual[fact.version - 1])
                except Rejection:
                    continue
                would_be = trusted(would_be, fact)
        found: State = would_be
        return found
