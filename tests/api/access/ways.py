"""Every way out of the server: how each address is asked. What comes of it, and for whom, stands in `who_sees.txt`."""

import json
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from httpx2 import Response

from api.examples.commands import body_example
from api.pages.files import FILE
from api.pages.forgery import FIELD, Proof
from api.pages.links import OPENING_AT
from domain.register import COMMANDS
from tests.api.access.reading import CANARY, MARK, MISSING, OTHER, OWN, Asked

PROOF: Final = Proof("p" * 43)
"""The cookie that forms are proved with."""

JSON_BODY: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Way:
    """``fill`` fills its address in, ``query`` is asked with it, ``body`` is sent.

    ``own`` stands in an answer that tells of the own engagement, ``both`` in one that counts both, and names neither.
    """

    fill: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    own: str = str(OWN)
    both: str | None = None


CLOCK: Final = {"clock": "acknowledge", "subject_id": "c-1"}
OTHERS_CLOCK: Final = {"clock": "acknowledge", "subject_id": f"{MARK}-c-1"}
SUPPOSED: Final = {"model": "managed_services"}
ABOUT: Final = {
    "/v1/engagements/{engagement_id}": Way(),
    "/v1/engagements/{engagement_id}/history": Way(),
    "/v1/engagements/{engagement_id}/history/{version}/command": Way({"version": "1"}),
    "/v1/engagements/{engagement_id}/allowed": Way(),
    "/v1/engagements/{engagement_id}/steps": Way(),
    "/v1/engagements/{engagement_id}/clocks": Way(),
    "/v1/engagements/{engagement_id}/clocks/{clock}/{subject_id}": Way(CLOCK),
    "/v1/engagements/{engagement_id}/metrics": Way(),
    "/v1/engagements/{engagement_id}/replay": Way(),
    "/v1/engagements/{engagement_id}/lanes": Way(),
    "/engagements/{engagement_id}": Way(),
    "/engagements/{engagement_id}/clocks/{clock}/{subject_id}": Way(CLOCK),
    "/engagements/{engagement_id}/what-if": Way(query=SUPPOSED),
    "/audit/{engagement_id}": Way(query={"as_of": "2026-01-01T00:00:00Z", "known_at": "2100-01-01T00:00:00Z"}),
}
SUPPOSED_OF_ALL: Final = Way(query=SUPPOSED, own="1 engagement ·", both="2 engagements ·")
ANY_CLOCK: Final = {"within": 31536000, "overdue": "true"}
EXPORTED: Final = ("work", "engagements", "clocks", "assignments", "cases")
OVER_ALL: Final = {
    "/v1/engagements": Way(),
    "/v1/events": Way(query={"limit": 500}),
    "/v1/metrics": Way(query={"group_by": "client"}, own='"key":"acme"'),
    "/v1/metrics/rows": Way(query={"figure": "engagements"}),
    "/v1/work": Way(query={"limit": 500}),
    "/v1/at-risk": Way(query=ANY_CLOCK),
    **{f"/v1/exports/{name}.csv": Way() for name in EXPORTED},
    "/v1/exports/at-risk.csv": Way(query=ANY_CLOCK),
    **{f"/v1/exports/{name}.parquet": Way() for name in EXPORTED},
    "/v1/exports/at-risk.parquet": Way(query=ANY_CLOCK),
    "/v1/exports/deadlines.ics": Way(),
    "/v1/exports/events.jsonl": Way(),
    "/v1/exports/ocel.json": Way(),
    FILE: Way({"name": "engagements", "ending": "csv"}),
    "/work": Way(),
    "/fleet": Way(query={"group_by": "client", "window": "all"}, own="key=acme"),
    "/engagements": Way(),
    "/audit": Way(),
    "/what-if": SUPPOSED_OF_ALL,
    "/charts/{name}.{ending}": Way(
        {"name": "request-to-replaced", "ending": "json"}, {"group_by": "client"}, own='"acme"'
    ),
}
NOTHING_TOLD: Final = {
    "/": Way(),
    "/healthz": Way(),
    "/readyz": Way(),
    "/metrics": Way(),
    "/problems": Way(),
    "/problems/{rule}": Way({"rule": "not-yours"}),
    "/docs": Way(),
    "/docs/{name}": Way({"name": "nothing.css"}),
    "/openapi.json": Way(),
    "/sign-in": Way(),
    "/static/{name}": Way({"name": "nothing.css"}),
    "/v1/policies": Way(),
    "/v1/policies/{code}@{version}": Way({"code": "managed_services", "version": "1"}),
    "/v1/calendars": Way(),
    "/v1/calendars/{code}@{version}": Way({"code": "london", "version": "1"}),
    "/v1/jobs/{job_id}": Way({"job_id": str(MISSING)}),
    "/v1/webhooks": Way(),
    "/v1/webhooks/{webhook_id}": Way({"webhook_id": str(MISSING)}),
    "/v1/webhooks/{webhook_id}/deliveries": Way({"webhook_id": str(MISSING)}),
}
FORMS: Final = {
    "/engagements/{engagement_id}/do/{command}": Way({"command": "annotate"}),
    "/engagements/{engagement_id}/do/correct-history": Way(query={"void": "2"}),
}
DRY: Final = {"dry_run": "true"}
GETS: Final = {**ABOUT, **OVER_ALL, **NOTHING_TOLD, **FORMS, OPENING_AT: Way()}
COMMANDING: Final = {
    f"/v1/engagements/{{engagement_id}}/{name}": Way(query=DRY) for name in COMMANDS if name != "open-engagement"
}
POSTS: Final = {
    **COMMANDING,
    **FORMS,
    "/v1/engagements": Way(query=DRY),
    "/v1/commands": Way(),
    OPENING_AT: Way(),
    "/v1/engagements/{engagement_id}/what-if": Way(body=SUPPOSED),
    "/v1/what-if": Way(body=SUPPOSED, own='{"engagements":1,', both='{"engagements":2,'),
    "/engagements/{engagement_id}/what-if": Way(query=SUPPOSED),
    "/what-if": SUPPOSED_OF_ALL,
    "/sign-in": Way(),
    "/sign-out": Way(),
    "/v1/policies": Way(),
    "/v1/calendars": Way(),
    "/v1/webhooks": Way(),
    "/v1/webhooks/{webhook_id}/redeliver": Way({"webhook_id": str(MISSING)}),
}
DELETES: Final = {
    "/v1/webhooks/{webhook_id}": Way({"webhook_id": str(MISSING)}),
    "/v1/jobs/{job_id}": Way({"job_id": str(MISSING)}),
}
WAYS: Final = {"GET": GETS, "POST": POSTS, "DELETE": DELETES}
CASES: Final = [(method, path) for method, ways in WAYS.items() for path in ways]


def answer(asked: Asked, reader: str, method: str, path: str, about: UUID) -> Response:
    """What somebody is answered there; where a form was sent that records nothing, what it leads to."""
    way = WAYS[method][path]
    fill = dict(way.fill)
    if about == OTHER and fill.get("subject_id") == CLOCK["subject_id"]:
        fill |= OTHERS_CLOCK
    address = path.format(engagement_id=about, **fill)
    said: dict[str, Any] = {"params": way.query}
    if method == "POST" and not path.startswith("/v1"):
        said = {"data": {**way.query, FIELD: PROOF.token}, "params": way.query if "void" in way.query else {}}
    elif method == "POST":
        name = path.rpartition("/")[2]
        body = way.body or (body_example(name) if name in COMMANDS else {})
        said |= {"content": json.dumps(body), "headers": JSON_BODY}
    found = asked.ask(reader, method, address, **said)
    if path.endswith("/what-if") and found.status_code == 303:  # what is supposed has an address of its own
        return asked.ask(reader, "GET", found.headers["location"])
    return found


def without(about: UUID, text: str) -> str:
    return text.replace(str(about), "ID").replace(OTHERS_CLOCK["subject_id"], CLOCK["subject_id"])


def told(of: Response) -> bytes:
    return of.content + " ".join(f"{name}: {value}" for name, value in of.headers.items()).encode()


def canary_in(of: Response) -> list[str]:
    return [each for each in CANARY if each.encode() in told(of)]
