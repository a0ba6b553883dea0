"""What whoever asks has to have been given leave to do, for each operation and each page. What has no entry is not
served at all.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from domain.access.principal import Scope

Scopes = frozenset[Scope]
Route = tuple[str, str]
"""A method and the template of an address."""

ANYBODY: Final = None
"""Needs nobody: what is said there is said to everybody."""

SIGNED_IN: Final[Scopes] = frozenset()
"""What is no address, or not with this method: whoever signed in learns that."""

READ: Final[Scopes] = frozenset({"read"})
RECORD: Final[Scopes] = frozenset({"record"})
PUBLISH: Final[Scopes] = frozenset({"publish"})
WEBHOOKS: Final[Scopes] = frozenset({"webhooks"})
SENDS: Final[Scopes] = frozenset({"webhooks", "read"})
"""Who has events sent somewhere reads them there."""

OPERATE: Final[Scopes] = frozenset({"operate"})
FORM: Final[Scopes] = frozenset({"read", "record"})
"""A form shows the engagement that it records about."""

OF_PROGRAMS: Final = ("/v1", "/docs", "/openapi.json", "/problems", "/metrics", "/healthz", "/readyz")
"""How the addresses begin where a program is answered, whatever it takes, and that no session signs in to."""

_COMMANDS: Final = """
    open-engagement add-seat amend-seat close-seat match-professional withdraw-match complete-onboarding-item
    waive-onboarding-item onboard-professional change-rate report-productivity record-absence amend-absence
    announce-departure record-departure report-underperformance acknowledge-underperformance dispute-underperformance
    resolve-underperformance request-replacement review-guarantee propose-successor decline-successor accept-successor
    pause-replacement resume-replacement replace-professional withdraw-replacement plan-knowledge-transfer
    deliver-knowledge-item verify-knowledge-item waive-knowledge-item complete-knowledge-transfer record-effort
    suspend-engagement resume-engagement amend-terms end-engagement correct-history annotate record-breach
    record-command-log
"""
_QUESTIONS: Final = """
    list-engagements show-state show-history show-allowed show-steps show-command-of-event read-feed follow-changes
    show-fleet show-rows list-work list-clocks-at-risk read-clocks explain-clock show-metrics replay draw-lanes
    what-if what-if-fleet get-job delete-job list-policies show-policy list-calendars show-calendar
    export-work-csv export-work-parquet export-at-risk-csv export-at-risk-parquet export-engagements-csv
    export-engagements-parquet export-clocks-csv export-clocks-parquet export-assignments-csv
    export-assignments-parquet export-cases-csv export-cases-parquet export-deadlines-ics export-events-jsonl
    export-ocel-json
"""

OPERATIONS: Final[Mapping[str, Scopes | None]] = {
    **dict.fromkeys(_COMMANDS.split(), RECORD),
    **dict.fromkeys(_QUESTIONS.split(), READ),
    "publish-policy": PUBLISH,
    "publish-calendar": PUBLISH,
    "list-webhooks": WEBHOOKS,
    "show-webhook": WEBHOOKS,
    "list-deliveries": WEBHOOKS,
    "make-webhook": SENDS,
    "redeliver": SENDS,
    "remove-webhook": WEBHOOKS,
    "show-readiness": OPERATE,
    "show-numbers": OPERATE,
    "show-liveness": ANYBODY,
    "list-problems": ANYBODY,
    "show-problem": ANYBODY,
}
"""Of each operation by its name."""

PAGES: Final[Mapping[Route, Scopes | None]] = {
    ("GET", "/"): READ,
    ("GET", "/work"): READ,
    ("GET", "/fleet"): READ,
    ("GET", "/engagements"): READ,
    ("GET", "/engagements/do/open-engagement"): FORM,
    ("POST", "/engagements/do/open-engagement"): FORM,
    ("GET", "/engagements/{engagement_id}"): READ,
    ("GET", "/engagements/{engagement_id}/clocks/{clock}/{subject_id}"): READ,
    ("GET", "/engagements/{engagement_id}/do/correct-history"): FORM,
    ("POST", "/engagements/{engagement_id}/do/correct-history"): FORM,
    ("GET", "/engagements/{engagement_id}/do/{command}"): FORM,
    ("POST", "/engagements/{engagement_id}/do/{command}"): FORM,
    ("GET", "/engagements/{engagement_id}/what-if"): READ,
    ("POST", "/engagements/{engagement_id}/what-if"): READ,
    ("GET", "/what-if"): READ,
    ("POST", "/what-if"): READ,
    ("GET", "/audit"): READ,
    ("GET", "/audit/{engagement_id}"): READ,
    ("GET", "/charts/{name}.{ending}"): READ,
    ("GET", "/files/{name}.{ending}"): READ,
    ("GET", "/sign-in"): ANYBODY,
    ("POST", "/sign-in"): ANYBODY,
    ("GET", "/sign-in/provider"): ANYBODY,
    ("GET", "/sign-in/callback"): ANYBODY,
    ("POST", "/sign-out"): ANYBODY,
    ("GET", "/static/{name}"): ANYBODY,
    ("GET", "/openapi.json"): ANYBODY,
    ("GET", "/docs"): ANYBODY,
    ("GET", "/docs/{name}"): ANYBODY,
}
"""Of everything that is no operation, by its address."""


class NeedsNothingSaid(Exception):
    """An address has no entry in the table of what it needs (api/http/access/needs.py): nothing is served."""


class Needs:
    """The table, for the addresses that are served. Raises NeedsNothingSaid where one has no entry."""

    def __init__(self, operations: Iterable[tuple[str, Route]], others: Iterable[Route]) -> None:
        self._by_route: dict[Route, Scopes | None] = {}
        for name, route in operations:
            if name not in OPERATIONS:
                raise NeedsNothingSaid(f"the operation {name} has no entry in api/http/access/needs.py")
            self._by_route[route] = OPERATIONS[name]
        for route in others:
            if route not in PAGES:
                raise NeedsNothingSaid(f"{' '.join(route)} has no entry in api/http/access/needs.py")
            self._by_route[route] = PAGES[route]

    def of(self, method: str, template: str | None) -> Scopes | None:
        """What a request needs; ``template`` None: nothing is at its address."""
        if template is None:
            return SIGNED_IN
        return self._by_route.get(("GET" if method == "HEAD" else method, template), SIGNED_IN)
